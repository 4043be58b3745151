"""Watching a change take effect: a look about each second until it is ready or the time is over, then a soak."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import anyio

from incident_mcp.resolve.checks import is_ready, workload_in
from incident_mcp.text.words import duration
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import CredentialsError, Forbidden, IncidentError, NotFound
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.plan import Promise
from incident_mcp.vocabulary.refs import Ref

Look = Callable[[], Awaitable[Observation]]
Progress = Callable[[str], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]

EVERY_SECONDS = 1.0
SOAK_EVERY_SECONDS = 2.0


@dataclass(slots=True)
class Watched:
    """The looks, oldest first, and how many were ready at each change."""

    target: Ref
    looks: list[Observation] = field(default_factory=list[Observation])
    steps: list[int] = field(default_factory=list[int])
    ready: bool = False
    took: timedelta = timedelta()

    @property
    def text(self) -> str:
        """`0 -> 1 -> 3 of 3 ready in 6 s`."""
        workload = workload_in(self.looks[-1], self.target) if self.looks else None
        if workload is None:
            return "nothing was seen"
        steps = " -> ".join(str(number) for number in self.steps)
        return f"{steps} of {workload.desired} ready {'in' if self.ready else 'after'} {duration(self.took)}"


async def watch_until(
    look: Look,
    target: Ref,
    *,
    clock: Clock,
    deadline: timedelta,
    promise: Promise | None = None,
    since: datetime | None = None,
    on_progress: Progress | None = None,
    sleep: Sleep = anyio.sleep,
    every: float = EVERY_SECONDS,
) -> Watched:
    """Look until the promised number is ready, at most until `deadline` after `since` (now, when there is none).

    A look that fails is left out and the watch goes on: an API server may be busy just then. Raises what no later look
    can mend: `CredentialsError`, `Forbidden`, `NotFound`.
    """
    began = since or clock()
    watched = Watched(target)
    while True:
        seen = await _try(look)
        if seen is not None:
            watched.looks.append(seen)
            await _note(watched, seen, on_progress)
            watched.ready = is_ready(seen, target, promise.ready if promise else None)
        watched.took = clock() - began
        if watched.ready or watched.took >= deadline:
            return watched
        await sleep(every)


async def soak(
    look: Look, *, clock: Clock, span: timedelta, sleep: Sleep = anyio.sleep, every: float = SOAK_EVERY_SECONDS
) -> list[Observation]:
    """Looks over at least `span`, the first at once and the last after it; failed looks are left out."""
    looks: list[Observation] = []
    until: datetime | None = None
    while True:
        over = until is not None and clock() >= until
        # A look that fails is left out; with no look at all there is nothing to judge, and its error is the answer.
        seen = await (_try(look) if looks or not over else look())
        if seen is not None:
            looks.append(seen)
        if over:
            return looks
        # A look is dated when it ends, so the span runs from the end of the first one.
        until = until or clock() + span
        await sleep(max(0.0, min(every, (until - clock()).total_seconds())))


async def _try(look: Look) -> Observation | None:
    try:
        return await look()
    except (CredentialsError, Forbidden, NotFound):
        raise
    except IncidentError:
        return None


async def _note(watched: Watched, seen: Observation, on_progress: Progress | None) -> None:
    workload = workload_in(seen, watched.target)
    if workload is None or (watched.steps and watched.steps[-1] == workload.ready):
        return
    watched.steps.append(workload.ready)
    if on_progress is not None:
        await on_progress(f"{workload.ready} of {workload.desired} ready")
