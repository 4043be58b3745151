"""Better, steady or worse: from ready counts over time, never from a total that can only grow.

With earlier looks, the counts are compared. With one look, only states speak: nothing ready cannot get worse, and what
turned unready within the last minute is getting worse.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from incident_mcp.assess.assessment import Onset, Trend
from incident_mcp.text.amounts import share_words
from incident_mcp.text.words import clock, count
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

LATELY = timedelta(minutes=1)


class EarlierLook(Value):
    """How many pods of a workload were ready at an earlier look."""

    at: datetime
    ready: int
    desired: int


def trend(seen: Observation, target: Ref, onset: Onset | None, earlier: Sequence[EarlierLook] = ()) -> Trend:
    """The trend of one root's object."""
    workload = next((each for each in seen.workloads if each.ref == target), None)
    if workload is None:
        return Trend(direction="unknown", why="one look, and no counts to compare")
    counts = f"{workload.ready} of {workload.desired} ready"
    since = f" since {clock(onset.at, seen.at)}" if onset else ""
    before = max((look for look in earlier if look.at < seen.at), key=lambda look: look.at, default=None)
    if before is not None:
        return _compared(workload.ready, workload.desired, before, counts)
    if workload.ready == 0:
        return Trend(direction="steady", why=f"{counts}{since}")
    if workload.ready >= workload.desired > workload.updated:
        held = f"the rollout is held at {workload.updated} of {workload.desired} updated"
        return Trend(direction="steady", why=f"{counts}; {held}{since}")
    turned = [
        pod
        for pod in seen.pods_of(target)
        if not pod.ready and pod.ready_since and seen.at - pod.ready_since <= LATELY and pod.ready_since > pod.created
    ]
    if turned:
        return Trend(direction="worse", why=f"{count(len(turned), 'pod')} turned unready within the last minute")
    return Trend(direction="unknown", why=f"{counts}; one look only")


def by_error_rate(seen: Observation, target: Ref, counts: Trend) -> Trend:
    """The error rate says more than counts do: what users get. But what loses pods is getting worse all the same."""
    rate = next((each for each in seen.metrics.signals if each.what == "error rate" and each.target == target), None)
    if rate is None or rate.now is None or rate.moving == "unknown" or counts.direction == "worse":
        return counts
    return Trend(direction=rate.moving, why=f"error rate {share_words(rate.now)}, {_HOW[rate.moving]}; {counts.why}")


_HOW = {"better": "falling", "steady": "as some minutes ago", "worse": "rising"}


def _compared(ready: int, desired: int, before: EarlierLook, counts: str) -> Trend:
    then = f"{before.ready} at {clock(before.at)}"
    missing_then, missing_now = before.desired - before.ready, desired - ready
    if missing_now < missing_then:
        return Trend(direction="better", why=f"{counts}, {then}")
    if missing_now > missing_then:
        return Trend(direction="worse", why=f"{counts}, {then}")
    return Trend(direction="steady", why=f"{counts}, as at {clock(before.at)}")
