"""When what the logs are asked about began: as it was told or measured, never simply the time of the question.

First what the caller says; then what the incident's record holds, the workload's own first sign before anything else;
with neither, one look at the workload, as an assessment dates it. What led to a measured sign was logged before it, a
fatal line a moment before the crash: the minute before belongs to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import anyio

from incident_mcp.text.moments import moment_said
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.errors import ClusterError, CredentialsError
from incident_mcp.vocabulary.refs import Ref, Scope
from incident_mcp.workflow.desk import Desk

LEAD = timedelta(minutes=1)
SHARE = 0.5
"""Of the time of a call, what a look for the onset may take; it runs beside the reading of the logs."""


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


async def began(desk: Desk, incident: str | None, target: Ref, said: str | None) -> Began | None:
    """None where nothing dates it. Raises `BadRequest` for a time that is none, `CredentialsError`."""
    if said:
        return Began(moment_said(said, desk.clock()))
    entry = _recorded(await desk.record.entries(incident), target) if incident else None
    if entry is not None:
        measured = entry.kind is EntryKind.EVIDENCE
        return _measured(entry.happened, "the first sign on record") if measured else Began(entry.happened, "as told")
    return await _looked(desk, target)


def _recorded(entries: Sequence[Entry], target: Ref) -> Entry | None:
    """The workload's own first sign, else the incident's."""
    from incident_mcp.postmortem.milestones import onset_of

    own = [entry for entry in entries if entry.data.get("target") == str(target)]
    return onset_of(own) or onset_of(entries)


async def _looked(desk: Desk, target: Ref) -> Began | None:
    from incident_mcp.assess.onset import onset  # late: with them comes the catalogue of findings
    from incident_mcp.cluster.observe import observe
    from incident_mcp.investigate.find import find_chains

    scope, seconds = Scope(namespace=target.namespace, workload=target), desk.tool_seconds * SHARE
    try:
        with anyio.move_on_after(seconds + 1):
            seen = await observe(
                desk.api, scope, clock=desk.clock, deadline_seconds=seconds, logs=False, certificates=False
            )
            chains = [chain for chain in find_chains(seen, desk.silenced) if chain.worst != "notice"]
            found = onset(seen, chains[0]) if chains else None
            return _measured(found.at, f"the {found.what}") if found else None
    except CredentialsError:
        raise
    except ClusterError:  # the logs are read all the same; whoever reads them tells what is wrong with the cluster
        return None
    return None


def _measured(at: datetime, what: str) -> Began:
    return Began(at - LEAD, f"a minute before {what}")
