"""Autoscalers and disruption budgets."""

from typing import Any

from incident_mcp.vocabulary.control_seen import ApiServiceSeen
from incident_mcp.vocabulary.scaling_seen import AutoscalerSeen, BudgetSeen
from incident_mcp.vocabulary.untrusted import Untrusted
from tests.investigate.faults.fault import API, Fault
from tests.investigate.observations import node, observation, outline, ref, service_ref, told

HPA = ref("HorizontalPodAutoscaler", "api")
PDB = ref("PodDisruptionBudget", "api")
METRICS = ref("APIService", "v1beta1.metrics.k8s.io", None)


def scaler(*conditions: Any) -> AutoscalerSeen:
    return AutoscalerSeen(ref=HPA, target=API, most=4, current=4, wanted=4, conditions=conditions)


BLIND = told("ScalingActive", "False", "FailedGetResourceMetric", "missing request for cpu in container app")
NO_API = told("ScalingActive", "False", "FailedGetResourceMetric", "the server could not find the requested resource")
BUDGET = BudgetSeen(ref=PDB, selector={"app": "api"}, healthy=2, needed=2, expected=2, rule="maxUnavailable 0")
BUDGETS = tuple(
    BudgetSeen(ref=ref("PodDisruptionBudget", name), selector={"app": "api"}, allowed=1) for name in ("api", "old")
)
FAULTS = [
    Fault(
        observation(*BUDGETS, outline("api", 8080)),
        "budgets-overlap",
        PDB,
        "it and PodDisruptionBudget shop/old select the pods of Deployment shop/api: no eviction of them is allowed",
        "notice",
    ),
    Fault(
        observation(scaler(told("AbleToScale", "True"), BLIND)),
        "autoscaler-blind",
        HPA,
        "it gets no metrics and leaves Deployment shop/api at 4 pods: its pods request none of what it measures",
        "warning",
    ),
    Fault(
        observation(scaler(told("AbleToScale", "False", "FailedGetScale", 'deployments.apps "api" not found'))),
        "autoscaler-unable",
        HPA,
        "it can't scale Deployment shop/api: its target does not exist",
        "warning",
    ),
    Fault(
        observation(scaler(told("ScalingActive", "True"), told("ScalingLimited", "True", "TooManyReplicas"))),
        "autoscaler-at-maximum",
        HPA,
        "it holds Deployment shop/api at its maximum of 4 and wants more",
        "warning",
    ),
    Fault(
        observation(
            scaler(NO_API),
            ApiServiceSeen(
                ref=METRICS, service=service_ref("metrics"), reason="MissingEndpoints", message=Untrusted("none")
            ),
        ),
        "api-service-down",
        METRICS,
        "it is not available (MissingEndpoints): Service shop/metrics should answer",
        "warning",
    ),
    Fault(observation(BUDGET), "budget-blocks", PDB, "maxUnavailable 0 lets none of its 2 pods go", "notice"),
    Fault(
        observation(node("node-2", ready=True, unschedulable=True)),
        "node-cordoned",
        ref("Node", "node-2", None),
        "it is cordoned: no new pod is placed on it",
        "notice",
    ),
]
