"""The last log lines of a few programs that are well by every object's word: some faults show nowhere else.

A program may be ready and answer every request with an error, since what it needs is gone. So where few are asked
about, one pod of each of a few workloads is listened to.
"""

from functools import partial

from incident_mcp.cluster.failing_logs import LINES, log_of
from incident_mcp.cluster.kinds import path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.pod_logs import log_seen
from incident_mcp.cluster.pods import pod_seen
from incident_mcp.vocabulary.observation import LogSeen, PodSeen
from incident_mcp.vocabulary.refs import Ref

MOST = 12
"""Pods that are listened to in one look."""
CONTAINERS = 2


async def read_quiet_logs(look: Look, pods: list[Ref], into: list[LogSeen]) -> None:
    """Add the logs of these pods, as they come."""

    async def read(ref: Ref) -> None:
        call = partial(look.api.get_json, path_of(ref))
        thing = await look.ask_if_there("pods in full", call, where=ref.namespace or "")
        if thing is not None:
            await read_logs_of(look, pod_seen(thing), into)

    await together([partial(read, ref) for ref in pods[:MOST]])


async def read_logs_of(look: Look, pod: PodSeen, into: list[LogSeen]) -> None:
    """Add the logs of one pod that is ready."""

    async def read(container: str) -> None:
        call = partial(log_of, look, pod.ref, container)
        log = await look.ask("logs", call, b"", where=pod.ref.namespace or "")
        if log:
            seen = log_seen(pod.ref, container, log, previous=False, most=LINES)
            into.append(seen.model_copy(update={"quiet": True, "owner": pod.owner}))

    names = [each.name for each in pod.containers if not each.init and each.ready]
    await together([partial(read, name) for name in names[:CONTAINERS]])
