"""CronJobs that are suspended, or that did not run when their schedule was due."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from incident_mcp.cluster.cells import duration
from incident_mcp.cluster.cron import last_due
from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.cluster.moments import created, moment
from incident_mcp.cluster.object_meta import ref_of, uid_of
from incident_mcp.cluster.tables import Table
from incident_mcp.vocabulary.jobs_seen import CronJobSeen

SLACK = timedelta(minutes=3)
"""A run may begin that much late: the controller looks every ten seconds, and tables print coarse ages."""
_COLUMNS = ("Name", "Schedule", "Timezone", "Suspend", "Last Schedule", "Age")


def late_or_suspended(now: datetime) -> Callable[[Table], Iterator[str]]:
    """Those that are suspended, whose schedule is not understood, or whose last run is too long ago."""

    def names(table: Table) -> Iterator[str]:
        columns = [table.column(each) for each in _COLUMNS]
        if min(columns) < 0:
            return
        for row in table.rows:
            name, schedule, zone, suspended, last, age = (row.cells[index] for index in columns)
            due = last_due(str(schedule), "" if zone == "<none>" else str(zone), now - SLACK)
            ran = duration(last) or duration(age) or timedelta()
            if str(suspended).lower() == "true" or due is None or now - due < ran:
                yield str(name)

    return names


def cron_job_seen(thing: dict[str, Any]) -> CronJobSeen:
    spec, status = part(thing, "spec"), part(thing, "status")
    return CronJobSeen(
        ref=ref_of(thing, "CronJob"),
        uid=uid_of(thing),
        created=created(thing),
        schedule=text(spec, "schedule"),
        zone=text(spec, "timeZone"),
        suspended=bool(spec.get("suspend")),
        active=len(items(status, "active")),
        concurrency=text(spec, "concurrencyPolicy"),
        scheduled=moment(status.get("lastScheduleTime")),
        succeeded=moment(status.get("lastSuccessfulTime")),
    )
