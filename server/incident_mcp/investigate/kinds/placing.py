"""Pods that no node takes, by the scheduler's own reason that rules out most nodes."""

from incident_mcp.investigate.kinds.kind import Kind

UNSCHEDULABLE = Kind(
    "INC107",
    "unschedulable",
    "The scheduler finds no node for a pod",
    68,
    "For a reason that has no code of its own: its message is quoted.",
)
INSUFFICIENT = Kind(
    "INC131",
    "insufficient-resources",
    "No node has the CPU, memory or places that a pod asks for",
    68,
    "Compare the requests with what the nodes can allocate: more than any node has can never fit.",
    "Alert on free capacity before {target} finds none",
)
PREEMPTED = Kind(
    "INC138",
    "preempted",
    "Pods had to go for others of a higher priority, and find no room now",
    70,
    "The scheduler deleted them. Compare the priority classes, and what the others ask for; or add capacity.",
    "Decide which priority {target} has, and keep room for it",
)
TAINTED = Kind(
    "INC132",
    "untolerated-taint",
    "The nodes have a taint that the pod does not tolerate",
    68,
    "Compare the toleration's key, value and effect with the taint, or take the taint away.",
    "Write down which nodes {target} may use, and check it when a taint is added",
)
NO_MATCHING_NODE = Kind(
    "INC133",
    "no-matching-node",
    "No node fits the pod's selector, affinity or spread",
    68,
    "A label that no node has, or more replicas with anti-affinity than nodes.",
    "Check the node selector and affinity of {target} against the nodes before a rollout",
)
VOLUME_ELSEWHERE = Kind(
    "INC134",
    "volume-elsewhere",
    "The pod's volume lives where the pod may not run",
    68,
    "Its node affinity (mostly a zone) and what the pod asks for have no node in common.",
)
HOST_PORT_TAKEN = Kind(
    "INC135", "host-port-taken", "A host port is taken on every node", 68, "Another pod holds it: see who asks for it."
)
GATED = Kind(
    "INC136",
    "scheduling-gated",
    "A scheduling gate holds a pod back",
    68,
    "Nobody tries to place it until its gates are removed: see the controller that set them.",
)
NODES_CORDONED = Kind(
    "INC137",
    "nodes-cordoned",
    "The nodes that would fit are cordoned",
    68,
    "Somebody marked them unschedulable: uncordon one, or add a node.",
)
ALL = (
    UNSCHEDULABLE,
    INSUFFICIENT,
    PREEMPTED,
    TAINTED,
    NO_MATCHING_NODE,
    VOLUME_ELSEWHERE,
    HOST_PORT_TAKEN,
    GATED,
    NODES_CORDONED,
)
