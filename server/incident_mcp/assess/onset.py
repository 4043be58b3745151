"""When a chain began: the first sign of it that the cluster still knows.

An event keeps its first time for an hour; a container's last end is overwritten by each restart, so an end after many
restarts is only *at the latest*. While the kubelet's first `Started` is still there, the first crash is that plus the
time that an instance runs: a back-off is reported only later. Alerts and the error rate count where they are near.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from incident_mcp.assess.alerts import NEAR, alerts_about, dates_an_onset
from incident_mcp.assess.assessment import Onset
from incident_mcp.investigate.kinds import images
from incident_mcp.investigate.rules.crash_loop import crashes
from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.observation import ContainerSeen, Observation, PodSeen

_FIRST = {
    "BackOff": "first crash",
    "Failed": "first failure",
    "ErrImagePull": "first failed pull",
    "FailedScheduling": "first pod without a node",
    "Unhealthy": "first failed probe",
    "FailedMount": "first failed mount",
    "FailedCreate": "first refused pod",
}
_IMAGES = tuple(kind.code for kind in images.ALL)
_AT_START = timedelta(seconds=5)
_Sign = tuple[datetime, str, bool]


def onset(seen: Observation, chain: Chain) -> Onset | None:
    """The first sign on the root's own pods, or on the root; None when nothing carries a time."""
    pods = tuple(pod for pod in seen.pods if (pod.owner or pod.ref) in (chain.root.target, chain.subject))
    signs = [*_events(seen, chain, pods), *(sign for pod in pods for sign in _pod_signs(seen, pod))]
    signs += _found(chain, pods)
    signs += _monitored(seen, chain, min(signs)[0] if signs else None)
    if not signs:
        return None
    at, what, exact = min(signs, key=lambda sign: (sign[0], not sign[2]))
    return Onset(at=at, what=what, exact=exact)


def _events(seen: Observation, chain: Chain, pods: tuple[PodSeen, ...]) -> Iterator[_Sign]:
    uids = {pod.uid for pod in pods}
    for event in seen.events:
        about_it = event.uid in uids or event.about in (chain.root.target, chain.subject)
        if event.warning and about_it and event.reason in _FIRST:
            yield event.first, f"{_what(event.reason, chain)}, {event.about.name}", True


def _what(reason: str, chain: Chain) -> str:
    if reason == "BackOff" and chain.root.code in _IMAGES:
        return "first failed pull"
    return _FIRST[reason]


def _pod_signs(seen: Observation, pod: PodSeen) -> Iterator[_Sign]:
    failing = [container for container in pod.containers if crashes(container, seen.at)]
    for container in failing:
        if container.last_finished is None:
            continue
        what = f"first crash, {pod.ref.name}"
        yield container.last_finished, what, container.restarts <= 1
        if container.last_started is not None and (start := _first_start(seen, pod, container)):
            yield start + (container.last_finished - container.last_started), what, True
    if not pod.ready and pod.ready_since is not None and not failing and not _never_ready(pod):
        yield pod.ready_since, f"not ready, {pod.ref.name}", True


def _first_start(seen: Observation, pod: PodSeen, container: ContainerSeen) -> datetime | None:
    """When the kubelet first started it; None when that is forgotten, or when it ran well for a while."""
    if not _never_ready(pod):
        return None
    started = (event for event in seen.events if event.uid == pod.uid and event.reason == "Started")
    return min((event.first for event in started if event.container == container.name), default=None)


def _never_ready(pod: PodSeen) -> bool:
    return pod.ready_since is not None and pod.ready_since - pod.created <= _AT_START


def _monitored(seen: Observation, chain: Chain, first: datetime | None) -> Iterator[_Sign]:
    """An alert waits before it fires, and a rate looks back: both tell *at the latest*. One that was there long before
    any other sign is about something else.
    """
    for alert in alerts_about(seen, chain):
        if dates_an_onset(alert) and (first is None or first - alert.since <= NEAR):
            yield alert.since, f"alert {plain(alert.name)}", False
    for signal in seen.metrics.signals:
        rose = signal.what == "error rate" and signal.target == chain.subject and signal.since is not None
        if rose and signal.since is not None and (first is None or first - signal.since <= NEAR):
            yield signal.since, "the error rate rose", False


def _found(chain: Chain, pods: tuple[PodSeen, ...]) -> list[_Sign]:
    """What the findings themselves carry. A line in a log is older than the pod only if the log is somebody else's."""
    born = min((pod.created for pod in pods), default=None)
    return [
        (each.since, f"first sign, {each.target.name}", not pods)
        for each in (chain.root, *chain.symptoms)
        if each.since is not None and (born is None or each.since > born)
    ]
