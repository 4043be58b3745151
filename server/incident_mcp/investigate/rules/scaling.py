"""Autoscalers that can't do their work or stand at their maximum, and budgets that let no pod go."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.investigate.behind import labels_of
from incident_mcp.investigate.kinds.scaling import (
    AUTOSCALER_AT_MAXIMUM,
    AUTOSCALER_BLIND,
    AUTOSCALER_UNABLE,
    BUDGET_BLOCKS,
    BUDGETS_OVERLAP,
)
from incident_mcp.investigate.sufferers import finding, recent
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.condition import ConditionSeen, condition
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.scaling_seen import AutoscalerSeen, BudgetSeen

PATIENCE = timedelta(minutes=2)
_METRICS = ".metrics.k8s.io"
_WHY = (
    ("missing request for", "its pods request none of what it measures"),
    ("no metrics returned", "there are no metrics of its pods"),
    ("the server could not find the requested resource", "there is no metrics API"),
    ("the server is currently unable to handle the request", "the metrics API does not answer"),
    ("not found", "its target does not exist"),
)


def find(seen: Observation) -> Iterator[Finding]:
    for scaler in seen.autoscalers:
        if seen.scope.workload in (None, scaler.target):
            yield from _autoscaler(seen, scaler)
    for budget in seen.budgets:
        yield from _budget(seen, budget)
    yield from _overlapping(seen)


def _autoscaler(seen: Observation, scaler: AutoscalerSeen) -> Iterator[Finding]:
    unable = condition(scaler.conditions, "AbleToScale", "False")
    blind = condition(scaler.conditions, "ScalingActive", "False")
    full = condition(scaler.conditions, "ScalingLimited", "True")
    if unable and not unable.reason.startswith("Backoff"):
        yield _cannot(scaler, unable)
    elif blind and blind.reason != "ScalingDisabled" and (_sure(blind) or not recent(blind.since, seen.at, PATIENCE)):
        yield _blind(seen, scaler, blind)
    elif full and full.reason == "TooManyReplicas" and scaler.current >= scaler.most:
        yield _full(scaler, full)


def _sure(told: ConditionSeen) -> bool:
    """It will not mend itself: metrics of a new pod only take their time."""
    return any(told.message.contains(mark) for mark, _ in _WHY[:1])


def _why(told: ConditionSeen) -> str:
    words = next((words for mark, words in _WHY if told.message.contains(mark)), "")
    return f": {words}" if words else f" ({told.reason})"


def _cannot(scaler: AutoscalerSeen, told: ConditionSeen) -> Finding:
    return finding(
        AUTOSCALER_UNABLE,
        target=scaler.ref,
        severity="warning",
        summary=f"it can't scale {scaler.target}{_why(told)}",
        evidence=(Evidence(source=f"{scaler.ref}, condition AbleToScale", value=told.message, at=told.since),),
        next_step="Correct scaleTargetRef, or see why the target may not be scaled.",
        since=told.since,
    )


def _blind(seen: Observation, scaler: AutoscalerSeen, told: ConditionSeen) -> Finding:
    down = next((each.ref for each in seen.api_services if each.ref.name.endswith(_METRICS)), None)
    return finding(
        AUTOSCALER_BLIND,
        target=scaler.ref,
        severity="warning",
        summary=f"it gets no metrics and leaves {scaler.target} at {count(scaler.current, 'pod')}{_why(told)}",
        evidence=(Evidence(source=f"{scaler.ref}, condition ScalingActive", value=told.message, at=told.since),),
        next_step="See that the metrics server is well and that the target's containers have requests.",
        since=told.since,
        because_of=down,
    )


def _full(scaler: AutoscalerSeen, told: ConditionSeen) -> Finding:
    return finding(
        AUTOSCALER_AT_MAXIMUM,
        target=scaler.ref,
        severity="warning",
        summary=f"it holds {scaler.target} at its maximum of {scaler.most} and wants more",
        evidence=(Evidence(source=f"{scaler.ref}, condition ScalingLimited", value=told.reason, at=told.since),),
        next_step="Raise the maximum if there is capacity, and find what brought the load.",
        since=told.since,
    )


def _budget(seen: Observation, budget: BudgetSeen) -> Iterator[Finding]:
    """One whose pods are not well only shows that; one whose rule leaves none to spare blocks whatever happens."""
    if not budget.expected or budget.allowed or budget.healthy < budget.needed:
        return
    drained = [node.name for node in seen.nodes if node.unschedulable]
    waits = f"; a drain of {drained[0]} waits for it" if drained else ""
    yield finding(
        BUDGET_BLOCKS,
        target=budget.ref,
        severity="warning" if drained else "notice",
        summary=f"{budget.rule} lets none of its {count(budget.expected, 'pod')} go{waits}",
        evidence=(Evidence(source=f"{budget.ref}, status", value=f"{budget.healthy} healthy, {budget.needed} needed"),),
        next_step="Before a drain: add a pod, or agree on a budget that leaves one to spare.",
        because_of=_unwell(seen, budget),
    )


def _overlapping(seen: Observation) -> Iterator[Finding]:
    """Two that select the pods of one workload."""
    drained = any(node.unschedulable for node in seen.nodes)
    told: set[tuple[Ref, ...]] = set()
    for outline in seen.outlines:
        over = [
            each.ref
            for each in seen.budgets
            if each.ref.namespace == outline.ref.namespace
            and each.selector
            and not each.partly
            and each.selector.items() <= outline.labels.items()
        ]
        if len(over) < 2 or tuple(over) in told:
            continue
        told.add(tuple(over))
        others = listed([str(each) for each in over[1:]], most=3)
        yield finding(
            BUDGETS_OVERLAP,
            target=over[0],
            severity="warning" if drained else "notice",
            summary=f"it and {others} select the pods of {outline.ref}: no eviction of them is allowed",
            evidence=(Evidence(source=f"{outline.ref}, labels of its pods", value=_words(outline.labels)),),
            next_step="Keep one of the budgets.",
        )


def _words(labels: dict[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def _unwell(seen: Observation, budget: BudgetSeen) -> Ref | None:
    here = (each for each in seen.workloads if each.ref.namespace == budget.ref.namespace and not each.well)
    return next((each.ref for each in here if budget.selector.items() <= labels_of(each).items()), None)
