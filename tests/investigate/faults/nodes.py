"""Nodes that are not well, and what hangs on them."""

from datetime import timedelta

from incident_mcp.vocabulary.observation import EventSeen, Observation
from incident_mcp.vocabulary.untrusted import Untrusted
from tests.investigate.faults.fault import Fault, api
from tests.investigate.observations import NOW, at, crashing, node, observation, pod, ref

NODE = ref("Node", "node-2", None)


def system_oom() -> Observation:
    killed = crashing(last_reason="OOMKilled", last_exit_code=137, last_finished=NOW - timedelta(seconds=20))
    event = EventSeen(
        about=NODE,
        uid="node-2",
        warning=True,
        reason="SystemOOM",
        message=Untrusted("System OOM encountered, victim process: java, pid: 4711"),
        first=NOW - timedelta(seconds=25),
        last=NOW - timedelta(seconds=20),
    )
    return observation(api(), pod("api", "api-1", killed, node="node-2"), event)


FAULTS = [
    Fault(
        observation(node("node-2", "KernelDeadlock", ready=True)),
        "node-problem",
        NODE,
        "a detector on it reports KernelDeadlock",
        "warning",
    ),
    Fault(
        observation(node("node-2", "Ready=Unknown", since=at("02:10:00"))),
        "node-not-ready",
        NODE,
        "its kubelet is silent; 0 pods on it not well",
    ),
    Fault(
        observation(node("node-2", "MemoryPressure", ready=True)),
        "node-pressure",
        NODE,
        "it reports MemoryPressure",
        "warning",
    ),
    Fault(
        observation(node("node-2", "Ready=False", "NetworkUnavailable")),
        "node-network",
        NODE,
        "its network is not set up; 0 pods on it not well",
    ),
    Fault(
        system_oom(),
        "node-out-of-memory",
        NODE,
        "it ran out of memory and its kernel killed processes 1 time; 1 pod on it not well",
    ),
]
