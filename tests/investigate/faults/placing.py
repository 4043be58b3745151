"""Pods that no node takes. The taint of the control plane stands in each message, and is never the reason."""

from typing import Any

from incident_mcp.vocabulary.observation import EventSeen, Observation
from incident_mcp.vocabulary.untrusted import Untrusted
from tests.investigate.faults.fault import API, Fault, api
from tests.investigate.observations import at, container, node, observation, pod, ref

CONTROL_PLANE = "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }"
NEVER = "preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling."


def unplaced(reasons: str, *things: Any, **fields: Any) -> Observation:
    message = Untrusted(f"0/4 nodes are available: {CONTROL_PLANE}, {reasons}. {NEVER}")
    waits = pod("api", "api-1", container(), phase="Pending", node=None, scheduling=message)
    return observation(api(**fields), waits, *things)


def displaced(name: str) -> EventSeen:
    """Of a pod that is gone, for another one."""
    return EventSeen(
        about=ref("Pod", name),
        uid=f"uid-{name}",
        warning=False,
        reason="Preempted",
        message=Untrusted("Preempted by pod 0d1f on node node-1"),
        first=at("02:10:00"),
        last=at("02:10:00"),
        by=ref("Pod", "report-7c9f8-x2k4p", "batch"),
    )


FAULTS = [
    Fault(
        unplaced("3 Insufficient cpu", displaced("api-0"), displaced("web-5d77-aaaaa")),
        "preempted",
        API,
        "1 pod of it had to go for Pod batch/report-7c9f8-x2k4p",
    ),
    Fault(unplaced("3 Insufficient cpu"), "insufficient-resources", API, "no node takes 1 pod: too little CPU"),
    Fault(
        unplaced("1 Insufficient cpu, 3 Insufficient memory"),
        "insufficient-resources",
        API,
        "no node takes 1 pod: too little memory and too little CPU",
    ),
    Fault(
        unplaced("3 Insufficient nvidia.com/gpu"),
        "insufficient-resources",
        API,
        "no node takes 1 pod: too little of another resource",
    ),
    Fault(
        unplaced("3 Too many pods"), "insufficient-resources", API, "no node takes 1 pod: the nodes hold no more pods"
    ),
    Fault(
        observation(
            api(),
            pod(
                "api",
                "api-1",
                container(),
                phase="Pending",
                node=None,
                scheduling=Untrusted("0/3 nodes are available: 3 node(s) had untolerated taint {team: batch}. preempt"),
            ),
        ),
        "untolerated-taint",
        API,
        "no node takes 1 pod: the taint team, which it does not tolerate",
    ),
    Fault(
        unplaced("3 node(s) didn't match Pod's node affinity/selector", spec={"nodeSelector": {"disktype": "nvme"}}),
        "no-matching-node",
        API,
        "no node takes 1 pod: no node with the labels it asks for",
    ),
    Fault(
        unplaced("3 node(s) didn't match pod anti-affinity rules"),
        "no-matching-node",
        API,
        "no node takes 1 pod: its anti-affinity rules",
    ),
    Fault(
        unplaced("3 node(s) had volume node affinity conflict"),
        "volume-elsewhere",
        API,
        "no node takes 1 pod: a volume that lives on other nodes",
    ),
    Fault(
        unplaced("3 node(s) didn't have free ports for the requested pod ports"),
        "host-port-taken",
        API,
        "no node takes 1 pod: a host port that is taken",
    ),
    Fault(
        observation(
            api(),
            pod("api", "api-1", container(), phase="Pending", node=None, scheduling=Untrusted("no nodes available")),
        ),
        "unschedulable",
        API,
        "no node takes 1 pod",
    ),
    Fault(unplaced("3 node(s) were unschedulable"), "nodes-cordoned", API, "no node takes 1 pod: cordoned nodes"),
    Fault(
        unplaced("3 node(s) had untolerated taint {node.kubernetes.io/unreachable: }", node("node-2", "Ready=Unknown")),
        "node-not-ready",
        ref("Node", "node-2", None),
        "its kubelet is silent; 0 pods on it not well",
    ),
    Fault(
        observation(api(), pod("api", "api-1", container(), phase="Pending", node=None, gated=True)),
        "scheduling-gated",
        API,
        "1 pod held back by scheduling gates",
    ),
]
