"""Watching until it is ready, and over a soak, on a clock that stands still between sleeps."""

from datetime import timedelta

import pytest

from incident_mcp.resolve.watch import Look, soak, watch_until
from incident_mcp.vocabulary.errors import Forbidden, Unreachable
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.plan import Promise
from tests.conftest import Ticking
from tests.investigate.observations import deployment, observation, workload

API = deployment("api")
PROMISE = Promise(ready=3, within=timedelta(minutes=2))


class Cluster:
    """Answers each look with the next count; the last one for ever. An exception is raised instead."""

    def __init__(self, clock: Ticking, *counts: int | Exception) -> None:
        self.clock = clock
        self.counts = list(counts)
        self.progress: list[str] = []

    async def look(self) -> Observation:
        count = self.counts.pop(0) if len(self.counts) > 1 else self.counts[0]
        if isinstance(count, Exception):
            raise count
        return observation(workload("api", count, 3)).model_copy(update={"at": self.clock()})

    async def sleep(self, seconds: float) -> None:
        self.clock.forward(seconds)

    async def note(self, text: str) -> None:
        self.progress.append(text)


async def watch(cluster: Cluster, seconds: float = 120) -> str:
    look: Look = cluster.look
    watched = await watch_until(
        look,
        API,
        clock=cluster.clock,
        deadline=timedelta(seconds=seconds),
        promise=PROMISE,
        on_progress=cluster.note,
        sleep=cluster.sleep,
    )
    return watched.text


async def test_it_ends_when_all_are_ready_and_tells_the_way(clock: Ticking) -> None:
    cluster = Cluster(clock, 0, 0, 1, 1, 1, 1, 3)
    assert await watch(cluster) == "0 -> 1 -> 3 of 3 ready in 6 s"
    assert cluster.progress == ["0 of 3 ready", "1 of 3 ready", "3 of 3 ready"]


async def test_it_ends_when_the_time_is_over(clock: Ticking) -> None:
    assert await watch(Cluster(clock, 0, 1), seconds=30) == "0 -> 1 of 3 ready after 30 s"


async def test_a_look_that_fails_is_left_out(clock: Ticking) -> None:
    assert await watch(Cluster(clock, 0, Unreachable("gone"), 3)) == "0 -> 3 of 3 ready in 2 s"


async def test_what_no_later_look_can_mend_is_raised(clock: Ticking) -> None:
    with pytest.raises(Forbidden):
        await watch(Cluster(clock, 0, Forbidden("no")))


async def test_nothing_seen_is_said(clock: Ticking) -> None:
    assert await watch(Cluster(clock, Unreachable("gone")), seconds=3) == "nothing was seen"


async def test_a_soak_has_a_first_look_and_one_after_its_end(clock: Ticking) -> None:
    cluster = Cluster(clock, 3)
    looks = await soak(cluster.look, clock=clock, span=timedelta(seconds=10), sleep=cluster.sleep)
    assert looks[-1].at - looks[0].at >= timedelta(seconds=10)
    assert len(looks) == 6
