"""Workloads as a whole: rollouts, counts, pods that go away badly."""

from incident_mcp.investigate.kinds.kind import Kind

BELOW_NUMBER = Kind(
    "INC112",
    "replicas-missing",
    "Fewer pods are ready than wanted, and nothing says why",
    10,
    "No other rule found a reason: read its pods, events and logs.",
)
ROLLOUT_STUCK = Kind(
    "INC150",
    "rollout-stuck",
    "A rollout made no progress within its deadline",
    20,
    "ProgressDeadlineExceeded: the new pods don't become ready. A deeper finding on the same object is the reason.",
)
ROLLOUT_PAUSED = Kind(
    "INC151",
    "rollout-paused",
    "A rollout is paused half-way",
    15,
    "Somebody paused it: two revisions run side by side until it is resumed.",
)
ORDINAL_BLOCKS = Kind(
    "INC152",
    "ordinal-blocks",
    "A StatefulSet's pod is not ready, and those after it wait",
    25,
    "Pods are made in order. A broken pod of an older revision stays until it is deleted.",
)
DAEMON_SET_INCOMPLETE = Kind(
    "INC153",
    "daemon-set-incomplete",
    "A DaemonSet is not ready on every node",
    11,
    "What it does (network, logs, storage) lacks on those nodes.",
)
SCALED_TO_ZERO = Kind(
    "INC154",
    "scaled-to-zero",
    "A workload that users reach is scaled to 0",
    35,
    "A Service with a route from outside selects it. See who scaled it.",
    "Alert when {target} has no pods while users reach it",
)
MISSCHEDULED = Kind(
    "INC155",
    "daemon-set-misscheduled",
    "A DaemonSet has pods on nodes where it does not belong",
    12,
    "A label was taken from the node, or a taint added, after the pods were made: they stay until they are deleted.",
)
NO_GOVERNING_SERVICE = Kind(
    "INC156",
    "governing-service-missing",
    "The Service that names a StatefulSet's pods does not exist",
    12,
    "The pods run, and names such as `db-0.db` don't resolve.",
    "Ship the headless Service together with {target}",
)
EVICTED = Kind(
    "INC601",
    "evicted",
    "The kubelet evicted pods because its node ran short",
    55,
    "Memory, disk or processes: the message names what, and who used most.",
    "Set requests of {target} near its use, so that it is not the first to go",
)
STUCK_TERMINATING = Kind(
    "INC602",
    "stuck-terminating",
    "A pod or another object should be gone and is not",
    56,
    "A finalizer that nobody clears, or a node that does not answer.",
    "Find why nobody cleared {target}, and alert on pods that stay",
)
NAMESPACE_TERMINATING = Kind(
    "INC603",
    "namespace-terminating",
    "A namespace is being deleted, or can't be",
    60,
    "Nothing can be created in it. Its conditions name the content, the finalizers or the API that it waits for.",
)
ALL = (
    BELOW_NUMBER,
    ROLLOUT_STUCK,
    ROLLOUT_PAUSED,
    ORDINAL_BLOCKS,
    DAEMON_SET_INCOMPLETE,
    SCALED_TO_ZERO,
    MISSCHEDULED,
    NO_GOVERNING_SERVICE,
    EVICTED,
    STUCK_TERMINATING,
    NAMESPACE_TERMINATING,
)
