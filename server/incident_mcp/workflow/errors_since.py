"""The log lines since a change, read as patterns and compared as `analyze_logs` does, for a verification."""

from datetime import datetime, timedelta

from incident_mcp.resolve.checks import workload_in
from incident_mcp.resolve.errors_left import WHAT, errors_left
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.log_source import LogsWanted
from incident_mcp.vocabulary.observation import Observation, PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.verdict import Check
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.log_baseline import against
from incident_mcp.workflow.log_onset import began
from incident_mcp.workflow.log_patterns import reading_of
from incident_mcp.workflow.log_reading import read_wanted
from incident_mcp.workflow.log_scope import LogScope

RECENT = timedelta(minutes=5)
"""How far back the lines are judged at most."""


async def errors_since(
    desk: Desk, incident: str | None, seen: Observation, target: Ref, *, since: datetime | None, soaked: datetime
) -> tuple[Check | None, str]:
    """The judgement, else why there is none. `since`: when the change was made; `soaked`: when the soak began.

    Raises `ClusterError` where the logs may not be read.
    """
    workload = workload_in(seen, target)
    pods = tuple(pod for pod in seen.pods_of(target) if not pod.deleting)
    if workload is None or not pods:
        return None, f"{WHAT} (no pod was seen)"
    scope = LogScope(str(target), target.namespace, pods, workload)
    begin = _begin(pods, seen.at, since, soaked)
    wanted = LogsWanted(since=begin, namespace=target.namespace, workload=target, pods=pods)
    logs = await read_wanted(desk, scope, wanted)
    start = await began(desk, incident, workload, pods, None)
    reading = reading_of(await against(desk, scope, wanted, logs, start), desk.clock())
    if check := errors_left(reading, soaked):
        return check, ""
    why = str(logs.not_checked[0]) if logs.not_checked else f"no line was logged since {clock(begin, seen.at)} UTC"
    return None, f"{WHAT} ({why})"


def _begin(pods: tuple[PodSeen, ...], at: datetime, since: datetime | None, soaked: datetime) -> datetime:
    """From the change on, once the last pod was ready: what it says while it starts is not yet its usual self. Without
    a change, the soak alone: what was logged before it may be what was mended.
    """
    if since is None:
        return soaked
    ready = [pod.ready_since for pod in pods if pod.ready and pod.ready_since]
    return min(soaked, max(since, at - RECENT, *ready))
