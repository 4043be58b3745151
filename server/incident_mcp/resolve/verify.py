"""All checks over the looks since an action, as one verdict."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from incident_mcp.resolve import checks
from incident_mcp.resolve.verification import Verification
from incident_mcp.vocabulary.observation import LogSeen, Observation
from incident_mcp.vocabulary.plan import Promise
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.verdict import Kept, Verdict, overall

SOAK = timedelta(seconds=10)
PATIENCE = timedelta(minutes=2)
"""How long an action without a promise may take."""


def verify(
    looks: Sequence[Observation],
    target: Ref,
    *,
    promise: Promise | None = None,
    since: datetime | None = None,
    before: bool | None = None,
    soak: timedelta = SOAK,
    logs: Sequence[LogSeen] | None = None,
) -> Verification:
    """Judge the looks, oldest first. `since` is when the action was sent, `before` whether what it promised was so
    already then; `logs` are lines read after it.

    With no look at all, and wherever something could not be read, the verdict is *not yet known*.
    """
    wanted = promise.ready if promise else None
    found = [
        checks.pods_ready(looks, target, wanted, time_is_over=_over(looks, promise, since)),
        checks.restarts_stable(looks, target, wanted, soak),
    ]
    if looks:
        last = looks[-1]
        over = _over(looks, promise, since)
        ready = checks.is_ready(last, target, wanted)
        reached = checks.endpoints(last, target, settled=ready or over)
        found += [check for check in (reached, checks.rollout_complete(last, target)) if check]
        if promise and promise.gone:
            running = [pod for pod in last.pods_of(target) if pod.ready and not pod.deleting]
            found.append(checks.error_gone(logs, promise.gone, since, running))
    verdict = overall(tuple(found))
    streak = checks.ready_streak(looks, target, wanted)
    return Verification(
        target=target,
        verdict=verdict,
        checks=tuple(found),
        promise=_judged(verdict, looks, target, promise, since, before),
        ready_for=streak[-1].at - streak[0].at if streak else None,
    )


def _over(looks: Sequence[Observation], promise: Promise | None, since: datetime | None) -> bool:
    """Whether the promised time is over. Without an action there is no such time: what is seen is judged now."""
    if since is None:
        return True
    return bool(looks) and looks[-1].at - since > (promise.within if promise else PATIENCE)


def _judged(
    verdict: Verdict,
    looks: Sequence[Observation],
    target: Ref,
    promise: Promise | None,
    since: datetime | None,
    before: bool | None,
) -> Kept | None:
    """What became of the promise; None when there is none, or while it still has time."""
    if promise is None or since is None:
        return None
    if verdict is not Verdict.RECOVERED:
        if not _over(looks, promise, since):
            return None
        return Kept.NOT_AS_PROMISED if verdict is Verdict.NOT_RECOVERED else Kept.CANT_TELL
    if before:
        return Kept.BETTER_BEFORE
    return _in_time(looks, target, promise, since)


def _in_time(looks: Sequence[Observation], target: Ref, promise: Promise, since: datetime) -> Kept:
    """Whether it was ready in time, and stayed so. A first look that came too late can't tell."""
    streak = checks.ready_streak(looks, target, promise.ready)
    if streak and streak[0].at - since <= promise.within:
        return Kept.AS_PROMISED
    return Kept.CANT_TELL if not streak or len(streak) == len(looks) else Kept.NOT_AS_PROMISED
