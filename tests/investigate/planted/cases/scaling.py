"""Autoscalers and budgets: what they decide, and what keeps them from it."""

from tests.investigate.planted.fault import Fault
from tests.investigate.planted.objects import Json, asks, autoscaler, budget, deployment, service, thing
from tests.investigate.real_routes import told

HPA = "HorizontalPodAutoscaler api"
BUSY: Json = {"kwok.x-k8s.io/usage-cpu": "190m", "kwok.x-k8s.io/usage-memory": "50Mi"}


def _busy() -> Json:
    api = deployment("api", container=asks(cpu="100m", memory="64Mi"))
    api["spec"]["template"]["metadata"]["annotations"] = BUSY
    return api


FAULTS = (
    Fault(
        "an autoscaler of pods without requests",
        ("autoscaler-blind", HPA),
        (deployment("api"), autoscaler("api")),
        twins="autoscaler",
        sign=("HorizontalPodAutoscaler", "api", "missing request"),
        healthy=("Deployment api",),
    ),
    Fault(
        "an autoscaler whose target does not exist",
        ("autoscaler-unable", HPA),
        (deployment("api-v2"), autoscaler("api")),
        twins="autoscaler",
        sign=("HorizontalPodAutoscaler", "api", "FailedGetScale"),
        healthy=("Deployment api-v2",),
        ask="deployment/api-v2",
    ),
    Fault(
        "an autoscaler at its maximum",
        ("autoscaler-at-maximum", HPA),
        (_busy(), autoscaler("api", most=2)),
        twins="autoscaler",
        sign=("HorizontalPodAutoscaler", "api", '"currentReplicas": 2'),
        healthy=("Deployment api",),
    ),
    Fault(
        "a budget that lets nobody go",
        ("budget-blocks", "PodDisruptionBudget api"),
        (deployment("api", replicas=2), budget("api", maxUnavailable=0)),
        sign=("PodDisruptionBudget", "api", '"currentHealthy": 2'),
        healthy=("Deployment api",),
        twins="budget",
    ),
    Fault(
        "two budgets over the same pods",
        ("budgets-overlap", "PodDisruptionBudget api"),
        (deployment("api", replicas=3), budget("api", maxUnavailable=1), budget("api-old", "api", minAvailable=1)),
        sign=("PodDisruptionBudget", "api", '"currentHealthy": 3'),
        healthy=("Deployment api",),
        twins="budget",
    ),
    Fault(
        "a ScaledObject of KEDA whose trigger can't be read",
        ("operator-reports", "ScaledObject api"),
        (
            deployment("api"),
            service("api"),
            thing(
                "ScaledObject",
                "api",
                "keda.sh/v1alpha1",
                spec={"scaleTargetRef": {"name": "api"}, "triggers": [{"type": "kafka"}]},
                status={"conditions": told(Ready="False", Active="False", Fallback="False")},
            ),
        ),
        healthy=("Deployment api", "Service api"),
    ),
)
