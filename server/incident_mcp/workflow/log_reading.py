"""Which source the logs of an answer come from, and what the answer says about how they were read.

An engine is asked first where one is set: it has the pods that are gone, and searches what a kubelet can't. Where it
fails, or knows nothing of these pods, the pods' own logs are read, and the answer says why.
"""

from dataclasses import replace
from time import monotonic

from incident_mcp.cluster.workload_logs import PodLogs
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.log_source import LogsRead, LogsWanted
from incident_mcp.vocabulary.observation import NotChecked
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.log_scope import LogScope

ENGINES_SHARE = 0.6
"""Of the time, what engines get: the rest is for the pods' own logs."""
NONE = "it has no such line of this time"
_NAMED = 5


async def read_wanted(desk: Desk, scope: LogScope, wanted: LogsWanted) -> LogsRead:
    """Within the time of one tool. An engine does not tell instances apart, so a previous one is the kubelet's."""
    began, notes = monotonic(), list[NotChecked]()
    there = scope.every or scope.workload is not None or bool(scope.pods)
    if there and not wanted.previous:
        for source in desk.log_engines.sources(desk.clock):
            left = desk.tool_seconds * ENGINES_SHARE - (monotonic() - began)
            found = await source.read(_for_engine(scope, wanted), left)
            if found.logs:
                found.not_checked[:0] = notes
                return found
            nothing = NotChecked(what=source.name, why=NONE)
            notes += found.not_checked or [nothing]
    found = await PodLogs(desk.api, desk.clock).read(wanted, desk.tool_seconds - (monotonic() - began))
    found.not_checked[:0] = notes
    return found


def coverage_words(found: LogsRead) -> str:
    """`from Loki; 12 logs are longer than that: ...; a and b logged nothing`."""
    parts = [f"from {found.source}", found.caps]
    if found.cut:
        parts.append(f"not all of {listed(found.cut, _NAMED)}")
    if found.looked_through is not None:
        parts.append(f"matching lines among {found.looked_through:,}")
    if found.silent:
        parts.append(f"{count(len(found.silent), 'log')} empty in this time: {listed(found.silent, _NAMED)}")
    return "; ".join(part for part in parts if part)


def _for_engine(scope: LogScope, wanted: LogsWanted) -> LogsWanted:
    """All pods of a namespace need no names."""
    return replace(wanted, pods=()) if scope.every else wanted
