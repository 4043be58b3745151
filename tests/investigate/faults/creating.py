"""Pods that are refused when they are created."""

from typing import Any

from incident_mcp.vocabulary.control_seen import QuotaSeen, WebhookSeen
from incident_mcp.vocabulary.observation import Observation
from tests.investigate.faults.fault import API, Fault, api
from tests.investigate.observations import observation, outline, ref, service, service_ref, told

QUOTA = ref("ResourceQuota", "compute")
HOOK = ref("ValidatingWebhookConfiguration", "policy", None)
CALL = 'Internal error occurred: failed calling webhook "pods.policy.example": failed to call webhook: Post: '


def refused(message: str, *things: Any) -> Observation:
    return observation(api(conditions=(told("ReplicaFailure", "True", "FailedCreate", message),)), *things)


def webhook(**fields: Any) -> WebhookSeen:
    return WebhookSeen(config=HOOK, name="pods.policy.example", **fields)


FAULTS = [
    Fault(
        refused('pods "api-7" is forbidden: no luck'),
        "pods-not-created",
        API,
        "its pods can't be created: the API server refuses them",
    ),
    Fault(
        refused(
            'pods "api-7" is forbidden: exceeded quota: compute, requested: requests.cpu=1, used: requests.cpu=2, '
            "limited: requests.cpu=2",
            QuotaSeen(ref=QUOTA, hard={"requests.cpu": "2"}, used={"requests.cpu": "2"}),
        ),
        "quota-exceeded",
        QUOTA,
        "it is used up (requests.cpu: 1 more on 2 used, limit 2), and no pod of Deployment shop/api can be created",
    ),
    Fault(
        refused('pods "api-7" is forbidden: failed quota: compute: must specify limits.cpu for: app'),
        "quota-needs-limits",
        API,
        "its pods can't be created: the quota demands requests or limits that the template lacks",
    ),
    Fault(
        refused('pods "api-7" is forbidden: maximum cpu usage per Container is 1, but limit is 2'),
        "limit-range",
        API,
        "its pods can't be created: it does not fit the namespace's limit range",
    ),
    Fault(
        refused('pods "api-7" is forbidden: no PriorityClass with name urgent was found'),
        "class-missing",
        ref("PriorityClass", "urgent", None),
        "it does not exist, and no pod of Deployment shop/api can be created",
    ),
    Fault(
        refused('pods "api-7" is forbidden: pod rejected: RuntimeClass "gvisor" not found'),
        "class-missing",
        ref("RuntimeClass", "gvisor", None),
        "it does not exist, and no pod of Deployment shop/api can be created",
    ),
    Fault(
        refused("pods \"api-7\" is forbidden: ValidatingAdmissionPolicy 'team' with binding 'team' denied request: no"),
        "webhook-denies",
        API,
        "its pods can't be created: an admission policy denies it",
    ),
    Fault(
        refused(
            'pods "api-7" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false'
        ),
        "pod-security",
        API,
        "its pods can't be created: it violates the namespace's pod security level",
    ),
    Fault(
        refused('pods "api-" is forbidden: error looking up service account shop/api: serviceaccount "api" not found'),
        "service-account-missing",
        ref("ServiceAccount", "api"),
        "it does not exist, and no pod of Deployment shop/api can be created",
    ),
    Fault(
        refused('admission webhook "pods.policy.example" denied the request: no owner label', webhook()),
        "webhook-denies",
        API,
        "its pods can't be created: an admission webhook denies it",
    ),
    Fault(
        refused(f"{CALL}context deadline exceeded", webhook()),
        "webhook-down",
        HOOK,
        "its webhook pods.policy.example does not answer, and no pod of Deployment shop/api can be created",
    ),
    Fault(
        refused(
            f'{CALL}no endpoints available for service "policy"',
            webhook(service=service_ref("policy")),
            service("policy", 0),
            outline("policy", 8443, desired=0),
        ),
        "scaled-to-zero",
        ref("Deployment", "policy"),
        "it is scaled to 0, and Service shop/policy has nobody else",
    ),
    Fault(
        observation(
            webhook(service=service_ref("policy"), service_missing=True, judges=("pods", "services")),
            webhook(service=service_ref("web"), judges=("pods",)),
        ),
        "webhook-down",
        HOOK,
        "nobody answers its webhook pods.policy.example, so pods and services can't be made or changed: "
        "Service shop/policy does not exist",
        "warning",
    ),
]
