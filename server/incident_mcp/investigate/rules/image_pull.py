"""Images that can't be pulled, and why, as far as the kubelet's message tells."""

import re
from collections.abc import Iterator

from incident_mcp.investigate.kinds.containers import MISSING_CONFIG
from incident_mcp.investigate.kinds.images import (
    IMAGE_NAME_INVALID,
    IMAGE_NOT_FOUND,
    IMAGE_NOT_PRESENT,
    IMAGE_PULL,
    IMAGE_PULL_DENIED,
    REGISTRY_UNREACHABLE,
)
from incident_mcp.investigate.kinds.kind import Kind
from incident_mcp.investigate.sufferers import Sufferer, events_about, finding, gravest, gravity, in_pods, sufferers
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, EventSeen, Observation, PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

REASONS = (
    "ImagePullBackOff",
    "ErrImagePull",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
)
# What containerd, CRI-O and the registries say. Whole phrases: an image may be called `certificate-service`.
_WHY: tuple[tuple[str, Kind, str], ...] = (
    ("no such host", REGISTRY_UNREACHABLE, "the registry's name does not resolve"),
    ("x509: ", REGISTRY_UNREACHABLE, "the registry's certificate is not accepted"),
    ("tls: ", REGISTRY_UNREACHABLE, "the registry's certificate is not accepted"),
    ("server gave HTTP response to HTTPS client", REGISTRY_UNREACHABLE, "the registry speaks no HTTPS"),
    ("connection refused", REGISTRY_UNREACHABLE, "the registry does not answer"),
    ("i/o timeout", REGISTRY_UNREACHABLE, "the registry does not answer"),
    ("Client.Timeout exceeded", REGISTRY_UNREACHABLE, "the registry does not answer"),
    ("context deadline exceeded", REGISTRY_UNREACHABLE, "the registry does not answer"),
    ("network is unreachable", REGISTRY_UNREACHABLE, "the registry does not answer"),
    ("toomanyrequests", REGISTRY_UNREACHABLE, "the registry limits the number of pulls"),
    ("429 Too Many Requests", REGISTRY_UNREACHABLE, "the registry limits the number of pulls"),
    ("pull access denied", IMAGE_PULL_DENIED, "the registry wants other credentials, or has no such repository"),
    ("access to the resource is denied", IMAGE_PULL_DENIED, "the registry wants other credentials"),
    ("401 Unauthorized", IMAGE_PULL_DENIED, "the registry wants other credentials"),
    ("403 Forbidden", IMAGE_PULL_DENIED, "the registry wants other credentials"),
    ("unauthorized: ", IMAGE_PULL_DENIED, "the registry wants other credentials"),
    ("authentication required", IMAGE_PULL_DENIED, "the registry wants other credentials"),
    ("no basic auth credentials", IMAGE_PULL_DENIED, "the registry wants credentials, and the pod has none"),
    ("no match for platform", IMAGE_NOT_FOUND, "the image has no build for the node's platform"),
    ("manifest unknown", IMAGE_NOT_FOUND, "the registry has no such image or tag"),
    ("not found", IMAGE_NOT_FOUND, "the registry has no such image or tag"),
)
_OWN_WORDS = {
    "InvalidImageName": (IMAGE_NAME_INVALID, "the image's name is malformed"),
    "ErrImageNeverPull": (IMAGE_NOT_PRESENT, "it is not on the node and its pull policy is Never"),
}
_NEXT = {
    IMAGE_PULL_DENIED: "Check the pull secret and the repository's name; a rollback brings the image before it back.",
    REGISTRY_UNREACHABLE: "Check the way from the nodes to the registry; nodes that hold the image still start pods.",
}
_NO_SECRET = re.compile(r"image pull secrets \(([^), ]+)")


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        return container.state == "waiting" and container.reason in REASONS

    unread: dict[Ref, list[tuple[Sufferer, EventSeen]]] = {}
    for sufferer in sufferers(seen, fails, statuses=REASONS):
        found, lacking = _finding(seen, sufferer)
        yield found
        if found.because_of and lacking:
            unread.setdefault(found.because_of, []).append((sufferer, lacking))
    for secret, those in unread.items():
        yield _no_secret(seen, secret, those)


def _finding(seen: Observation, sufferer: Sufferer) -> tuple[Finding, EventSeen | None]:
    pod, container = sufferer.worst
    events = events_about(seen, sufferer.pods, "Failed", "ErrImagePull", "BackOff", "InspectFailed")
    kind, why = _why(container, events)
    lacking = _unread_secret(seen, sufferer) if kind in (IMAGE_PULL, IMAGE_PULL_DENIED, IMAGE_NOT_FOUND) else None
    name = lacking.message.identifiers(_NO_SECRET) if lacking else None
    secret = Ref(kind="Secret", namespace=sufferer.target.namespace, name=name[0]) if name else None
    words = f"; its pull secret {secret.name} can't be read" if secret else ""
    found = finding(
        kind,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"image {container.image} can't be pulled in {in_pods(sufferer)}{f': {why}' if why else ''}{words}",
        evidence=(
            Evidence(source=f"{pod.ref}, container {container.name}", value=container.reason),
            *_quoted(pod, container, events),
        ),
        next_step=_NEXT.get(kind, "Check the image's name and tag; a rollback brings the image before it back."),
        since=min((event.first for event in events), default=pod.created),
        because_of=secret if kind is not IMAGE_NOT_FOUND else None,
    )
    return found, lacking


def _no_secret(seen: Observation, secret: Ref, those: list[tuple[Sufferer, EventSeen]]) -> Finding:
    starved = listed([str(sufferer.target) for sufferer, _ in those], most=3)
    told = those[0][1]
    return finding(
        MISSING_CONFIG,
        target=secret,
        severity=gravest(seen, (sufferer.target for sufferer, _ in those)),
        summary=f"the kubelet can't read it, and {starved} can't pull its image without it",
        evidence=(Evidence(source=f"event of {told.about}", value=told.message, at=told.last),),
        next_step="Create the pull secret in this namespace, or correct its name in imagePullSecrets.",
        follow_up=f"Check before a rollout that {secret} exists",
        since=min(event.first for _, event in those),
    )


def _why(container: ContainerSeen, events: list[EventSeen]) -> tuple[Kind, str]:
    if container.reason in _OWN_WORDS:
        return _OWN_WORDS[container.reason]
    texts = [container.message, *(event.message for event in events)]
    known = ((kind, words) for mark, kind, words in _WHY if any(text.contains(mark) for text in texts))
    return next(known, (IMAGE_PULL, ""))


def _unread_secret(seen: Observation, sufferer: Sufferer) -> EventSeen | None:
    told = events_about(seen, sufferer.pods, "FailedToRetrieveImagePullSecret")
    return next((event for event in told if event.message.identifiers(_NO_SECRET)), None)


def _quoted(pod: PodSeen, container: ContainerSeen, events: list[EventSeen]) -> list[Evidence]:
    telling = next((event for event in events if event.reason == "Failed" and event.message.contains("rpc")), None)
    event = telling or next(iter(events), None)
    message: Untrusted = event.message if event else container.message
    return [Evidence(source=f"event of {pod.ref}", value=message, at=event.last if event else None)] if message else []
