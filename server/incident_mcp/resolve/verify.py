"""All checks over the looks since an action, as one verdict."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from incident_mcp.resolve import checks
from incident_mcp.resolve.verification import Verification
from incident_mcp.vocabulary.observation import LogSeen, Observation
from incident_mcp.vocabulary.plan import Promise
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.verdict import Verdict, overall

SOAK = timedelta(seconds=10)
PATIENCE = timedelta(minutes=2)
"""How long an action without a promise may take."""


def verify(
    looks: Sequence[Observation],
    target: Ref,
    *,
    promise: Promise | None = None,
    since: datetime | None = None,
    soak: timedelta = SOAK,
    logs: Sequence[LogSeen] | None = None,
) -> Verification:
    """Judge the looks, oldest first. `since` is when the action was sent; `logs` are lines read after it.

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
        promised=_kept(looks, target, promise, since) if verdict is Verdict.RECOVERED else None,
        ready_for=streak[-1].at - streak[0].at if streak else None,
    )


def _over(looks: Sequence[Observation], promise: Promise | None, since: datetime | None) -> bool:
    """Whether the promised time is over. Without an action there is no such time: what is seen is judged now."""
    if since is None:
        return True
    return bool(looks) and looks[-1].at - since > (promise.within if promise else PATIENCE)


def _kept(looks: Sequence[Observation], target: Ref, promise: Promise | None, since: datetime | None) -> bool | None:
    """Whether it was ready in time, and stayed so; None when there is no promise, or no look in time could tell."""
    if promise is None or since is None:
        return None
    streak = checks.ready_streak(looks, target, promise.ready)
    if not streak:
        return None
    in_time = streak[0].at - since <= promise.within
    first_look = len(streak) == len(looks)
    return in_time or (None if first_look else False)
