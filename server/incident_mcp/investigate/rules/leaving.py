"""Things that go, or should go: evicted pods, pods and namespaces that stay although they were deleted."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from incident_mcp.investigate.kinds.workloads import EVICTED, NAMESPACE_TERMINATING, STUCK_TERMINATING
from incident_mcp.investigate.sufferers import finding, recent
from incident_mcp.text.words import clock, count, listed
from incident_mcp.vocabulary.condition import ConditionSeen
from incident_mcp.vocabulary.control_seen import NamespaceSeen
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import Observation, PodSeen
from incident_mcp.vocabulary.refs import Ref

LATELY = timedelta(hours=1)
PATIENCE = timedelta(minutes=2)
"""Past its grace period, a pod or namespace is given that much longer."""
_SHORT_OF = (
    ("ephemeral-storage", "disk"),
    ("inodes", "inodes"),
    ("DiskPressure", "disk"),
    ("memory", "memory"),
    ("pids", "processes"),
)
_WAITS = ("NamespaceContentRemaining", "NamespaceFinalizersRemaining", "NamespaceDeletionContentFailure")
_BLIND = "NamespaceDeletionDiscoveryFailure"


def find(seen: Observation) -> Iterator[Finding]:
    yield from _evicted(seen)
    for pod in seen.pods:
        late = pod.deleted is not None and seen.at - pod.deleted > PATIENCE
        if late and seen.scope.workload in (None, pod.owner):
            yield _stuck(seen, pod)
    for namespace in seen.namespaces:
        if not recent(namespace.deleted, seen.at, PATIENCE):
            yield _namespace(seen, namespace)
        elif namespace.name == seen.scope.namespace:
            yield _under_way(seen, namespace)


def _evicted(seen: Observation) -> Iterator[Finding]:
    groups: dict[Ref, list[PodSeen]] = {}
    for pod in seen.pods:
        if pod.reason == "Evicted" and recent(_when(pod), seen.at, LATELY):
            groups.setdefault(pod.owner or pod.ref, []).append(pod)
    for target, pods in groups.items():
        first = pods[0]
        short = next((words for mark, words in _SHORT_OF if first.message.contains(mark)), "")
        nodes = sorted({pod.node for pod in pods if pod.node})
        counted = sum(group.count for group in seen.groups if group.owner == target and group.status == "Evicted")
        yield finding(
            EVICTED,
            target=target,
            severity="warning",
            summary=f"{count(max(len(pods), counted), 'pod')} evicted from {listed(nodes, most=3) or 'their nodes'}"
            f"{f', which ran short of {short}' if short else ''}",
            evidence=(Evidence(source=f"{first.ref}, status", value=first.message, at=_when(first)),),
            next_step="Find what uses up the node; set requests and limits near what the pods use.",
            since=min(_when(pod) for pod in pods),
            because_of=_pressed(seen, nodes),
        )


def _when(pod: PodSeen) -> datetime:
    ends = [each.last_finished for each in pod.containers if each.last_finished]
    return max([*ends, pod.ready_since or pod.created])


def _pressed(seen: Observation, nodes: list[str]) -> Ref | None:
    pressed = (node.name for node in seen.nodes if node.name in nodes and node.conditions)
    return next((Ref(kind="Node", name=name) for name in pressed), None)


def _stuck(seen: Observation, pod: PodSeen) -> Finding:
    silent = next((node for node in seen.nodes if node.name == pod.node and not node.ready), None)
    why = f"finalizer {listed(pod.finalizers)} holds it" if pod.finalizers else "its kubelet does not end it"
    if silent:
        why = f"its node {silent.name} is not ready"
    return finding(
        STUCK_TERMINATING,
        target=pod.ref,
        severity="warning",
        summary=f"it should have been gone by {clock(pod.deleted or seen.at, seen.at)} UTC: {why}",
        evidence=(
            Evidence(source=f"{pod.ref}, metadata.deletionTimestamp", value="set", at=pod.deleted),
            Evidence(source=f"{pod.ref}, metadata.finalizers", value=listed(pod.finalizers) or "none"),
        ),
        next_step="See the controller of the finalizer, or the node; force the deletion only if neither returns.",
        since=pod.deleted,
        because_of=Ref(kind="Node", name=silent.name) if silent else None,
    )


def _namespace(seen: Observation, namespace: NamespaceSeen) -> Finding:
    told: list[ConditionSeen] = [each for each in namespace.conditions if each.status == "True"]
    kinds = [each.type for each in told]
    down = next((each.ref for each in seen.api_services), None) if _BLIND in kinds else None
    what = "an API that is not available" if down or _BLIND in kinds else "what is left in it"
    if "NamespaceFinalizersRemaining" in kinds:
        what = "finalizers of what is left in it"
    telling = next((each for each in told if each.type in (_BLIND, *_WAITS)), None)
    return finding(
        NAMESPACE_TERMINATING,
        target=Ref(kind="Namespace", name=namespace.name),
        severity="warning",
        summary=f"it can't be deleted: it waits for {what}",
        evidence=(
            Evidence(
                source=f"Namespace {namespace.name}, condition {telling.type if telling else 'none'}",
                value=telling.message if telling else "Terminating",
                at=namespace.deleted,
            ),
        ),
        next_step="Delete what its conditions name, or repair the controller that should clear the finalizers.",
        since=namespace.deleted,
        because_of=down,
    )


def _under_way(seen: Observation, namespace: NamespaceSeen) -> Finding:
    """Told to whoever asks about just this namespace: nothing in it is judged any more."""
    began = clock(namespace.deleted or seen.at, seen.at)
    return finding(
        NAMESPACE_TERMINATING,
        target=Ref(kind="Namespace", name=namespace.name),
        severity="notice",
        summary=f"it is being deleted since {began} UTC: nothing in it is judged",
        evidence=(
            Evidence(
                source=f"Namespace {namespace.name}, metadata.deletionTimestamp", value="set", at=namespace.deleted
            ),
        ),
        next_step="Nothing can be created in it any more; what_changed tells what else was deleted.",
        since=namespace.deleted,
    )
