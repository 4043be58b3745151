"""Jobs that failed, are suspended or not done yet: of those a few, the failed first."""

from collections.abc import Iterator
from typing import Any

from incident_mcp.cluster.conditions import conditions_seen
from incident_mcp.cluster.json_parts import count, part
from incident_mcp.cluster.moments import created
from incident_mcp.cluster.object_meta import owner_of, ref_of, uid_of
from incident_mcp.cluster.tables import Table
from incident_mcp.vocabulary.jobs_seen import JobSeen

_OFF = ("Failed", "FailureTarget", "Suspended")
_UNDER_WAY = ("Running",)
"""What the table says also of a Job whose pods nobody may create."""


def unwell_jobs(table: Table) -> Iterator[str]:
    """By their status; servers before 1.31 don't show it, and then nobody is suspected for being unfinished."""
    name, status = table.column("Name"), table.column("Status")
    for states in (_OFF, _UNDER_WAY):
        yield from (str(row.cells[name]) for row in table.rows if status >= 0 and row.cells[status] in states)


def job_seen(job: dict[str, Any]) -> JobSeen:
    status = part(job, "status")
    return JobSeen(
        ref=ref_of(job, "Job"),
        uid=uid_of(job),
        owner=owner_of(job),
        created=created(job),
        suspended=bool(part(job, "spec").get("suspend")),
        active=count(status, "active"),
        failed=count(status, "failed"),
        succeeded=count(status, "succeeded"),
        conditions=conditions_seen(status),
    )
