"""When what the logs are asked about began: as it was told or measured, never simply the time of the question.

First what the caller says; then what the incident's record holds, the workload's own first sign before anything else;
with neither, what its pods themselves tell, dated as an assessment does, without another request. What led to a
measured sign was logged before it, a fatal line a moment before the crash: the minute before belongs to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident_mcp.text.moments import moment_said
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.observation import Observation, PodSeen, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref, Scope
from incident_mcp.workflow.desk import Desk

LEAD = timedelta(minutes=1)
_LATEST = "its latest sign, and it may have begun earlier"


@dataclass(frozen=True, slots=True)
class Began:
    """`at` divides the logs. `what` is empty where the caller said it."""

    at: datetime
    what: str = ""

    @property
    def told(self) -> bool:
        return not self.what

    def words(self, day: datetime | None) -> str:
        """`02:10:40 (a minute before the first crash, checkout-7c9f8-x2k4p)`."""
        return f"{clock(self.at, day)} ({self.what})" if self.what else clock(self.at, day)


async def began(
    desk: Desk, incident: str | None, workload: WorkloadSeen | None, pods: Sequence[PodSeen], said: str | None
) -> Began | None:
    """None where nothing dates it. Raises `BadRequest` for a time that is none."""
    if said:
        return Began(moment_said(said, desk.clock()))
    entries = await desk.record.entries(incident, EntryKind.EVIDENCE, EntryKind.REPORT) if incident else []
    entry = _recorded(entries, workload.ref if workload else None)
    if entry is None:
        return _by_its_pods(desk, workload, pods) if workload else None
    measured = entry.kind is EntryKind.EVIDENCE
    return _measured(entry.happened, "the first sign on record") if measured else Began(entry.happened, "as told")


def _recorded(entries: Sequence[Entry], target: Ref | None) -> Entry | None:
    """The workload's own first sign, else the incident's."""
    from incident_mcp.postmortem.milestones import onset_of

    own = [entry for entry in entries if entry.data.get("target") == str(target)]
    return onset_of(own) or onset_of(entries)


def _by_its_pods(desk: Desk, workload: WorkloadSeen, pods: Sequence[PodSeen]) -> Began | None:
    from incident_mcp.assess.onset import onset  # late: with them comes the catalogue of findings
    from incident_mcp.investigate.find import find_chains

    scope = Scope(namespace=workload.ref.namespace, workload=workload.ref)
    seen = Observation(cluster=desk.api.cluster, scope=scope, at=desk.clock(), workloads=(workload,), pods=tuple(pods))
    chains = [chain for chain in find_chains(seen, desk.silenced) if chain.worst != "notice"]
    found = onset(seen, chains[0]) if chains else None
    if found is None:
        return None
    return _measured(found.at, f"the {found.what}" if found.exact else _LATEST)


def _measured(at: datetime, what: str) -> Began:
    return Began(at - LEAD, f"a minute before {what}")
