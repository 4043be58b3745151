"""Pods that the API server refuses: the Deployment shows 0 of 1 and no pod, whoever said no."""

from typing import Any

from tests.investigate.planted.fault import Fault
from tests.investigate.planted.objects import Json, asks, deployment, served, service, thing

API = "Deployment api"
ADMISSION = "admissionregistration.k8s.io/v1"


def _api(**spec: Any) -> tuple[Json, ...]:
    return served(deployment("api", **spec))


def _quota(**hard: str) -> Json:
    return thing("ResourceQuota", "compute", spec={"hard": hard})


def webhook(policy: str = "Fail", kind: str = "Validating", **client: Any) -> Json:
    """Called for every new pod of this namespace."""
    hook: Json = {
        "name": "pods.{ns}.example",
        "clientConfig": client or {"service": {"namespace": "{ns}", "name": "policy", "path": "/"}},
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "timeoutSeconds": 2,
        "failurePolicy": policy,
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "{ns}"}},
        "objectSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["policy"]}]},
    }
    return thing(f"{kind}WebhookConfiguration", "{ns}", ADMISSION, webhooks=[hook])


def _denies() -> tuple[Json, ...]:
    match = {
        "resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]
    }
    rule = {"expression": "has(object.metadata.labels.team)", "message": "every pod names its team"}
    return (
        thing(
            "ValidatingAdmissionPolicy",
            "{ns}-team",
            ADMISSION,
            spec={"failurePolicy": "Fail", "matchConstraints": match, "validations": [rule]},
        ),
        thing(
            "ValidatingAdmissionPolicyBinding",
            "{ns}-team",
            ADMISSION,
            spec={
                "policyName": "{ns}-team",
                "validationActions": ["Deny"],
                "matchResources": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "{ns}"}}},
            },
        ),
    )


FAULTS = (
    Fault(
        "a quota that is used up",
        ("quota-exceeded", "ResourceQuota compute"),
        (_quota(pods="2"), *_api()),
        twins="refused",
    ),
    Fault(
        "a quota of CPU that is used up",
        ("quota-exceeded", "ResourceQuota compute"),
        (_quota(**{"requests.cpu": "1"}), *_api(container=asks(cpu="2"))),
    ),
    Fault(
        "a quota that wants limits",
        ("quota-needs-limits", API),
        (_quota(**{"limits.cpu": "100"}), *_api()),
        twins="refused",
    ),
    Fault(
        "a limit range that is too small",
        ("limit-range", API),
        (
            thing("LimitRange", "small", spec={"limits": [{"type": "Container", "max": {"cpu": "100m"}}]}),
            *_api(container={"resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "1"}}}),
        ),
        twins="refused",
    ),
    Fault(
        "a service account that does not exist",
        ("service-account-missing", "ServiceAccount api"),
        _api(serviceAccountName="api"),
        twins="refused",
    ),
    Fault(
        "a priority class that does not exist",
        ("class-missing", "PriorityClass urgent"),
        _api(priorityClassName="urgent"),
        twins="refused",
    ),
    Fault(
        "a runtime class that does not exist",
        ("class-missing", "RuntimeClass gvisor"),
        _api(runtimeClassName="gvisor"),
    ),
    Fault(
        "a pod security level that the pods violate",
        ("pod-security", API),
        (
            {
                **thing("Namespace", "{ns}"),
                "metadata": {"name": "{ns}", "labels": {"pod-security.kubernetes.io/enforce": "baseline"}},
            },
            *_api(hostNetwork=True),
        ),
        twins="refused",
    ),
    Fault("an admission policy that says no", ("webhook-denies", API), (*_denies(), *_api()), twins="refused"),
    Fault(
        "a webhook whose pods are scaled away",
        ("scaled-to-zero", "Deployment policy"),
        (deployment("policy", replicas=0), service("policy", 8080, port=443), webhook(), *_api()),
        twins="webhook",
    ),
    Fault(
        "a webhook whose Service does not exist",
        ("webhook-down", "ValidatingWebhookConfiguration {ns}"),
        (webhook(), *_api()),
        twins="webhook",
    ),
    Fault(
        "a webhook whose Service selects nothing",
        ("selects-nothing", "Service policy"),
        (deployment("policy"), service("policy", 8080, port=443, selector={"app": "polcy"}), webhook(), *_api()),
        twins="webhook",
        healthy=("Deployment policy",),
    ),
    Fault(
        "a webhook at an address where nobody listens",
        ("webhook-down", "MutatingWebhookConfiguration {ns}"),
        (webhook(kind="Mutating", url="https://127.0.0.1:9/mutate"), *_api()),
    ),
)
