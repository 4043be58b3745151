"""Images that can't be pulled, and why, as far as the kubelet's message tells."""

import re
from collections.abc import Iterator

from incident_mcp.investigate.kinds.images import (
    IMAGE_NAME_INVALID,
    IMAGE_NOT_FOUND,
    IMAGE_NOT_PRESENT,
    IMAGE_PULL,
    IMAGE_PULL_DENIED,
    REGISTRY_UNREACHABLE,
)
from incident_mcp.investigate.kinds.kind import Kind
from incident_mcp.investigate.sufferers import Sufferer, events_about, finding, gravity, in_pods, sufferers
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, EventSeen, Observation, PodSeen
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
_NO_SECRET = re.compile(r"image pull secrets \(([^), ]+)\)")


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        return container.state == "waiting" and container.reason in REASONS

    for sufferer in sufferers(seen, fails, statuses=REASONS):
        yield _finding(seen, sufferer)


def _finding(seen: Observation, sufferer: Sufferer) -> Finding:
    pod, container = sufferer.worst
    events = events_about(seen, sufferer.pods, "Failed", "ErrImagePull", "BackOff", "InspectFailed")
    kind, why = _why(container, events)
    secret = _missing_secret(seen, sufferer) if kind in (IMAGE_PULL, IMAGE_PULL_DENIED, IMAGE_NOT_FOUND) else ""
    return finding(
        kind,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"image {container.image} can't be pulled in {in_pods(sufferer)}{f': {why}' if why else ''}{secret}",
        evidence=(
            Evidence(source=f"{pod.ref}, container {container.name}", value=container.reason),
            *_quoted(pod, container, events),
        ),
        next_step=_NEXT.get(kind, "Check the image's name and tag; a rollback brings the image before it back."),
        since=min((event.first for event in events), default=pod.created),
    )


def _why(container: ContainerSeen, events: list[EventSeen]) -> tuple[Kind, str]:
    if container.reason in _OWN_WORDS:
        return _OWN_WORDS[container.reason]
    texts = [container.message, *(event.message for event in events)]
    known = ((kind, words) for mark, kind, words in _WHY if any(text.contains(mark) for text in texts))
    return next(known, (IMAGE_PULL, ""))


def _missing_secret(seen: Observation, sufferer: Sufferer) -> str:
    for event in events_about(seen, sufferer.pods, "FailedToRetrieveImagePullSecret"):
        if name := event.message.identifiers(_NO_SECRET):
            return f"; its pull secret {name[0]} can't be read"
    return ""


def _quoted(pod: PodSeen, container: ContainerSeen, events: list[EventSeen]) -> list[Evidence]:
    telling = next((event for event in events if event.reason == "Failed" and event.message.contains("rpc")), None)
    event = telling or next(iter(events), None)
    message: Untrusted = event.message if event else container.message
    return [Evidence(source=f"event of {pod.ref}", value=message, at=event.last if event else None)] if message else []
