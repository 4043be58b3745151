"""Pods that the scheduler can't place, with its own reasons, and whose fault that is: a node, a claim, a gate."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from incident_mcp.cluster.json_parts import items, part
from incident_mcp.cluster.policies import selector_seen
from incident_mcp.investigate.fitting import fit
from incident_mcp.investigate.kinds.placing import (
    GATED,
    INSUFFICIENT,
    NO_MATCHING_NODE,
    NODES_CORDONED,
    UNSCHEDULABLE,
    VOLUME_ELSEWHERE,
)
from incident_mcp.investigate.scheduling import BY_CONDITION, NOT_BESIDE, Ruled, decided, main_kind, reasons, told
from incident_mcp.investigate.sufferers import finding, gravity, workload_of
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import EventSeen, Observation, PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

NO_CLAIM = re.compile(r'persistentvolumeclaim "([^"]+)" not found')
UNBOUND = ("unbound immediate PersistentVolumeClaims", "unbound PersistentVolumeClaims")
NO_VOLUME = "available persistent volumes to bind"
_NEXT = {
    INSUFFICIENT: "Add capacity or lower the requests; roll back if a rollout asked for more.",
    NO_MATCHING_NODE: "Compare the pod's selector and affinity with the nodes' labels; roll back a rollout's change.",
    VOLUME_ELSEWHERE: "Compare the volume's node affinity with where the pod may run.",
    NODES_CORDONED: "Uncordon a node, or add one.",
}


def find(seen: Observation) -> Iterator[Finding]:
    groups: dict[Ref, list[PodSeen]] = {}
    for pod in seen.pods:
        waits = pod.gated or pod.scheduling or _failed(seen, pod)
        if pod.phase == "Pending" and pod.node is None and not pod.deleting and waits:
            groups.setdefault(pod.owner or pod.ref, []).append(pod)
    for target, pods in groups.items():
        yield _gated(seen, target, pods) if pods[0].gated else _finding(seen, target, pods)


def unplaced(seen: Observation, pods: list[PodSeen]) -> Untrusted:
    """The scheduler's message."""
    events = [event for pod in pods for event in _failed(seen, pod)]
    return pods[0].scheduling or (events[0].message if events else Untrusted(""))


def _failed(seen: Observation, pod: PodSeen) -> list[EventSeen]:
    return [event for event in seen.events if event.uid == pod.uid and event.reason == "FailedScheduling"]


def _finding(seen: Observation, target: Ref, pods: list[PodSeen]) -> Finding:
    events = [event for pod in pods for event in _failed(seen, pod)]
    message = unplaced(seen, pods)
    ruled = decided(reasons(message), fit(seen.places, pods[0]))
    why, because = _claim(seen, message, pods)
    if not why:
        why, because = told(ruled), _node(seen, ruled) or _wanted_near(seen, target, ruled)
    kind = UNSCHEDULABLE if because and because.kind == "PersistentVolumeClaim" else main_kind(ruled)
    asks = _asks(seen, target) if kind in (INSUFFICIENT, NO_MATCHING_NODE) else ""
    number = max(len(pods), sum(g.count for g in seen.groups if g.owner == target and g.status == "Pending"))
    return finding(
        kind,
        target=target,
        severity=gravity(seen, target),
        summary=f"no node takes {count(number, 'pod')}{f': {listed(why)}' if why else ''}",
        evidence=(
            Evidence(source=f"scheduler about {pods[0].ref}", value=message, at=_latest(events)),
            *([Evidence(source=f"{target}, template", value=asks)] if asks else []),
        ),
        next_step=_NEXT.get(
            kind, "Add capacity or correct what the pod asks for; roll back if a rollout asked for more."
        ),
        since=min((pod.created for pod in pods), default=None),
        because_of=because,
    )


def _gated(seen: Observation, target: Ref, pods: list[PodSeen]) -> Finding:
    return finding(
        GATED,
        target=target,
        severity=gravity(seen, target),
        summary=f"{count(len(pods), 'pod')} held back by scheduling gates",
        evidence=(Evidence(source=f"{pods[0].ref}, condition PodScheduled", value="SchedulingGated"),),
        next_step="See which controller sets the gates in spec.schedulingGates, and why it does not lift them.",
        since=min(pod.created for pod in pods),
    )


def _claim(seen: Observation, message: Untrusted, pods: list[PodSeen]) -> tuple[list[str], Ref | None]:
    """What it says about claims, and the claim itself."""
    namespace = pods[0].ref.namespace
    if name := message.identifiers(NO_CLAIM):
        ref = Ref(kind="PersistentVolumeClaim", namespace=namespace, name=name[0])
        return [f"its volume claim {name[0]} does not exist"], ref
    named = {claim for pod in pods for claim in pod.claims}
    waiting = (each.ref for each in seen.claims if each.ref.namespace == namespace and each.ref.name in named)
    ref = next(waiting, None)
    if any(message.contains(mark) for mark in UNBOUND) or (ref and message.contains(NO_VOLUME)):
        return [f"its volume claim {ref.name} is not bound" if ref else "a volume claim that is not bound"], ref
    return [], None


def _node(seen: Observation, ruled: list[Ruled]) -> Ref | None:
    """The node whose own trouble rules it out, where that is the main reason."""
    if not ruled:
        return None
    named = next((node for node in seen.nodes if node.name == ruled[0].on), None)
    if named and (ruled[0].kind is NODES_CORDONED or ruled[0].taint.startswith(BY_CONDITION)):
        return Ref(kind="Node", name=named.name)
    if ruled[0].kind is NODES_CORDONED:
        cordoned = (node for node in seen.nodes if node.unschedulable)
        return next((Ref(kind="Node", name=node.name) for node in cordoned), None)
    if ruled[0].taint.startswith(BY_CONDITION):
        unwell = (node for node in seen.nodes if not node.ready or node.conditions)
        return next((Ref(kind="Node", name=node.name) for node in unwell), None)
    return None


def _wanted_near(seen: Observation, target: Ref, ruled: list[Ruled]) -> Ref | None:
    """Whom it must stand beside, where that one can't be placed itself."""
    workload = workload_of(seen, target)
    if workload is None or not any(each.words == NOT_BESIDE for each in ruled):
        return None
    beside = part(workload.template, "spec", "affinity", "podAffinity")
    terms = items(beside, "requiredDuringSchedulingIgnoredDuringExecution")
    selectors = [selector_seen(part(term, "labelSelector")) for term in terms]
    homeless = (pod for pod in seen.pods if pod.phase == "Pending" and pod.node is None and not pod.deleting)
    there = (pod for pod in homeless if pod.ref.namespace == target.namespace and pod.owner not in (None, target))
    return next((pod.owner for pod in there if any(each.fits(pod.labels) for each in selectors)), None)


def _asks(seen: Observation, target: Ref) -> str:
    """`requests cpu 64, memory 1Gi; node selector disktype=ssd`."""
    workload = workload_of(seen, target)
    spec: dict[str, Any] = (workload.template.get("spec") or {}) if workload else {}
    parts: list[str] = []
    for container in cast("list[dict[str, Any]]", spec.get("containers") or []):
        resources: dict[str, dict[str, Any]] = container.get("resources") or {}
        if requests := resources.get("requests"):
            amounts = ", ".join(f"{name} {amount}" for name, amount in requests.items())
            parts.append(f"{container.get('name')} requests {amounts}")
    if selector := cast("dict[str, str]", spec.get("nodeSelector") or {}):
        parts.append(f"node selector {','.join(f'{key}={value}' for key, value in selector.items())}")
    return "; ".join(parts)


def _latest(events: list[EventSeen]) -> datetime | None:
    return max((event.last for event in events), default=None)
