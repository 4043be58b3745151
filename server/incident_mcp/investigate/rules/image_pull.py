"""Images that can't be pulled, and why, as far as the kubelet's message tells."""

from collections.abc import Iterator

from incident_mcp.investigate.catalogue import IMAGE_PULL
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
_WHY = (
    ("not found", "the registry has no such image or tag"),
    ("manifest unknown", "the registry has no such image or tag"),
    ("unauthorized", "the registry wants other credentials"),
    ("denied", "the registry wants other credentials"),
    ("no such host", "the registry's name does not resolve"),
    ("connection refused", "the registry does not answer"),
    ("i/o timeout", "the registry does not answer"),
    ("toomanyrequests", "the registry limits the number of pulls"),
    ("certificate", "the registry's certificate is not accepted"),
)
_OWN_WORDS = {
    "InvalidImageName": "the image's name is malformed",
    "ErrImageNeverPull": "it is not on the node and its pull policy is Never",
}


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        return container.state == "waiting" and container.reason in REASONS

    for sufferer in sufferers(seen, fails, statuses=REASONS):
        yield _finding(seen, sufferer)


def _finding(seen: Observation, sufferer: Sufferer) -> Finding:
    pod, container = sufferer.worst
    events = events_about(seen, sufferer.pods, "Failed", "ErrImagePull", "BackOff", "InspectFailed")
    why = _why(container, events)
    return finding(
        IMAGE_PULL,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"image {container.image} can't be pulled in {in_pods(sufferer)}{f': {why}' if why else ''}",
        evidence=(
            Evidence(source=f"{pod.ref}, container {container.name}", value=container.reason),
            *_quoted(pod, container, events),
        ),
        next_step="Check the image's name and tag and the pull secret; a rollback brings the image before it back.",
        since=min((event.first for event in events), default=pod.created),
    )


def _why(container: ContainerSeen, events: list[EventSeen]) -> str:
    if container.reason in _OWN_WORDS:
        return _OWN_WORDS[container.reason]
    texts = [container.message, *(event.message for event in events)]
    return next((words for mark, words in _WHY if any(text.contains(mark) for text in texts)), "")


def _quoted(pod: PodSeen, container: ContainerSeen, events: list[EventSeen]) -> list[Evidence]:
    telling = next((event for event in events if event.reason == "Failed" and event.message.contains("rpc")), None)
    event = telling or next(iter(events), None)
    message: Untrusted = event.message if event else container.message
    return [Evidence(source=f"event of {pod.ref}", value=message, at=event.last if event else None)] if message else []
