"""Nodes, and the control plane's own helpers."""

from incident_mcp.investigate.kinds.kind import Kind

NODE_NOT_READY = Kind(
    "INC401",
    "node-not-ready",
    "A node is not ready",
    90,
    "Its kubelet is silent, or says so itself. Its pods are moved after five minutes.",
)
NODE_PRESSURE = Kind(
    "INC402",
    "node-pressure",
    "A node is short of memory, disk or processes",
    85,
    "The kubelet evicts pods until it is over.",
)
NODE_OUT_OF_MEMORY = Kind(
    "INC403",
    "node-out-of-memory",
    "A node ran out of memory and its kernel killed processes",
    86,
    "SystemOOM: not a container's own limit. Pods without limits, or requests far below use, share the blame.",
    "Reserve memory for the system on {target}, and limit what runs there",
)
NODE_CORDONED = Kind(
    "INC404",
    "node-cordoned",
    "A node is cordoned",
    20,
    "Somebody's intention: no new pod is placed on it.",
)
NODE_NETWORK = Kind(
    "INC405",
    "node-network",
    "A node's network is not set up",
    88,
    "NetworkUnavailable: the CNI plugin or the route controller has not done its part there.",
)
NODE_PROBLEM = Kind(
    "INC406",
    "node-problem",
    "A detector on a node reports a problem",
    84,
    "A condition that is none of the kubelet's own: its reason and message are the detector's.",
)
API_SERVICE_DOWN = Kind(
    "INC710",
    "api-service-down",
    "An aggregated API is not available",
    20,
    "What asks it gets 503: autoscalers for metrics, and the deletion of any namespace.",
)
ALL = (NODE_NOT_READY, NODE_PRESSURE, NODE_OUT_OF_MEMORY, NODE_CORDONED, NODE_NETWORK, NODE_PROBLEM, API_SERVICE_DOWN)
