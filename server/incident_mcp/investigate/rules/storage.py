"""Volume claims that are not bound, lost or not there at all; the workloads that wait for them hang on them."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.investigate.kinds.storage import CLAIM_LOST, CLAIM_MISSING, CLAIM_PENDING, STORAGE_CLASS_MISSING
from incident_mcp.investigate.rules.unschedulable import NO_CLAIM, NO_VOLUME, UNBOUND, unplaced
from incident_mcp.investigate.sufferers import finding, gravest, gravity, recent
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import EventSeen, Observation, PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.storage_seen import ClaimSeen

PATIENCE = timedelta(minutes=2)
"""A claim that waits for less may simply be at work."""
_FAILED = ("ProvisioningFailed", "FailedBinding")


def find(seen: Observation) -> Iterator[Finding]:
    for claim in seen.claims:
        if claim.phase == "Lost":
            yield _lost(seen, claim)
        elif claim.phase == "Pending" and claim.deleted is None:
            yield from _pending(seen, claim)
    yield from _missing(seen)


def _users(seen: Observation, claim: Ref) -> list[PodSeen]:
    return [pod for pod in seen.pods if pod.ref.namespace == claim.namespace and claim.name in pod.claims]


def _lost(seen: Observation, claim: ClaimSeen) -> Finding:
    return finding(
        CLAIM_LOST,
        target=claim.ref,
        severity="critical",
        summary=f"its volume {claim.volume} is gone",
        evidence=(Evidence(source=f"{claim.ref}, status.phase", value="Lost"),),
        next_step="Look for the volume's disk and its snapshots before anything is deleted.",
    )


def _pending(seen: Observation, claim: ClaimSeen) -> Iterator[Finding]:
    events = [event for event in seen.events if event.uid == claim.uid and event.reason in _FAILED]
    users = _users(seen, claim.ref)
    lacking = _no_class(seen, claim)
    if lacking:
        yield _finding(seen, claim, users, events, lacking)
    elif events or _waited_for(seen, users) or (users and not recent(claim.created, seen.at, PATIENCE)):
        yield _finding(seen, claim, users, events, "")
    # Without a failure and without a user it waits for its first pod, as it may.


def _waited_for(seen: Observation, users: list[PodSeen]) -> bool:
    """The scheduler holds a pod back for it: a claim for the first pod would be bound together with it."""
    held = (unplaced(seen, [pod]) for pod in users if pod.node is None)
    return any(message.contains(mark) for message in held for mark in (*UNBOUND, NO_VOLUME))


def _no_class(seen: Observation, claim: ClaimSeen) -> str:
    """Why no class serves it; empty when one does, when none is wanted, or when nobody looked."""
    classes = seen.storage_classes
    if classes is None or claim.storage_class == "":
        return ""
    if claim.storage_class is None:
        return "" if any(each.default for each in classes) else "it names no storage class, and none is the default"
    if any(each.name == claim.storage_class for each in classes):
        return ""
    names = f"there are {listed([each.name for each in classes], most=5)}" if classes else "there is none"
    return f"its storage class {claim.storage_class} does not exist; {names}"


def _finding(
    seen: Observation, claim: ClaimSeen, users: list[PodSeen], events: list[EventSeen], lacking: str
) -> Finding:
    return finding(
        STORAGE_CLASS_MISSING if lacking else CLAIM_PENDING,
        target=claim.ref,
        severity=gravest(seen, (pod.owner or pod.ref for pod in users)),
        summary=lacking or "it is not bound: no volume was made or found for it",
        evidence=(
            Evidence(source=f"{claim.ref}, status.phase", value="Pending", at=claim.created),
            *(Evidence(source=f"event of {claim.ref}", value=each.message, at=each.last) for each in events[:1]),
        ),
        next_step="Correct the class's name: a claim must be made again for that."
        if lacking
        else "Read the provisioner's message; see that its pods are well and the quota of disks is not used up.",
        since=claim.created,
    )


def _missing(seen: Observation) -> Iterator[Finding]:
    """Claims that pods name and that are not there, as the scheduler says."""
    waiting: dict[Ref, list[PodSeen]] = {}
    for pod in seen.pods:
        if pod.phase == "Pending" and pod.node is None and (name := unplaced(seen, [pod]).identifiers(NO_CLAIM)):
            ref = Ref(kind="PersistentVolumeClaim", namespace=pod.ref.namespace, name=name[0])
            waiting.setdefault(ref, []).append(pod)
    for ref, pods in waiting.items():
        yield finding(
            CLAIM_MISSING,
            target=ref,
            severity=gravity(seen, pods[0].owner or pods[0].ref),
            summary=f"it does not exist, and {pods[0].owner or pods[0].ref} names it",
            evidence=(Evidence(source=f"scheduler about {pods[0].ref}", value=unplaced(seen, pods)),),
            next_step="Correct the claim's name in the template, or make the claim.",
            since=min(pod.created for pod in pods),
        )
