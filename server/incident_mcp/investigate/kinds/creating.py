"""Pods that the API server refuses when their controller creates them."""

from incident_mcp.investigate.kinds.kind import Kind

PODS_NOT_CREATED = Kind(
    "INC108",
    "pods-not-created",
    "Pods are refused when they are created",
    66,
    "The controller reports FailedCreate; the API server's message is quoted.",
)
QUOTA_EXCEEDED = Kind(
    "INC140",
    "quota-exceeded",
    "A ResourceQuota is used up",
    82,
    "What is used and what one more pod wants exceed the hard limit: raise it, or free something.",
    "Alert when {target} is nearly used up",
)
QUOTA_NEEDS_LIMITS = Kind(
    "INC146",
    "quota-needs-limits",
    "A ResourceQuota demands requests or limits that the template lacks",
    67,
    "Set them in the template, or give the namespace a LimitRange with defaults.",
    "Set requests and limits in the template of {target}",
)
LIMIT_RANGE = Kind(
    "INC141",
    "limit-range",
    "A pod does not fit the namespace's LimitRange",
    67,
    "Its requests or limits lie outside of the range.",
    "Check the requests and limits of {target} against the limit range before a rollout",
)
POD_SECURITY = Kind(
    "INC142",
    "pod-security",
    "A pod violates the namespace's pod security level",
    67,
    "Running pods stay; none can be made again before template or level change.",
    "Bring the template of {target} to the level of its namespace",
)
WEBHOOK_DOWN = Kind(
    "INC143",
    "webhook-down",
    "An admission webhook does not answer",
    82,
    "With failure policy Fail everything that it matches is refused. Repair what answers it.",
    "Run what answers {target} with more than one pod, and decide on its failure policy",
)
WEBHOOK_DENIES = Kind(
    "INC144",
    "webhook-denies",
    "An admission webhook or policy denies the pods",
    67,
    "It answers, and says no: its reason is quoted.",
)
ACCOUNT_MISSING = Kind(
    "INC145",
    "service-account-missing",
    "A ServiceAccount that pods run as does not exist",
    82,
    "No pod can be created until it does.",
    "Ship {target} together with what runs as it",
)
CLASS_MISSING = Kind(
    "INC147",
    "class-missing",
    "A PriorityClass or RuntimeClass that pods name does not exist",
    82,
    "A misspelled name, or a class that this cluster never had. No pod can be created until it does.",
    "Ship {target} together with what names it",
)
ALL = (
    PODS_NOT_CREATED,
    QUOTA_EXCEEDED,
    LIMIT_RANGE,
    POD_SECURITY,
    WEBHOOK_DOWN,
    WEBHOOK_DENIES,
    ACCOUNT_MISSING,
    QUOTA_NEEDS_LIMITS,
    CLASS_MISSING,
)
