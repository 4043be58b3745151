"""A pod that logs for ever, one that logs nothing, one whose log is gone, one that may not be read and one of two
hundred that hangs: the answer comes in bounded time, says so of each, and is the same on both clusters.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from incident_mcp.settings import load_settings
from incident_mcp.wiring import open_desk
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.log_following import FollowReply, follow_logs
from incident_mcp.workflow.log_patterns import LogsReply, analyze_logs
from incident_mcp.workflow.log_scope import LogsAsked
from tests.contract.cluster import ENDLESS, Cluster
from tests.contract.odd_logs import MANY, ODD, SELECTOR, OddLogs, odd_logs

TOKENS = 2000
TOOL_SECONDS = 20


@pytest.fixture(scope="module")
def odd(cluster: Cluster) -> Iterator[OddLogs]:
    with odd_logs(cluster) as made:
        yield made


@asynccontextmanager
async def desk_at(odd: OddLogs, home: Path) -> AsyncGenerator[Desk]:
    """As a user who may read all but one of the logs."""
    settings = load_settings(kubeconfig=str(odd.cluster.viewer), home=home, tool_timeout=TOOL_SECONDS)
    desk = await open_desk(settings, {}, odd.cluster.clock)
    try:
        yield desk
    finally:
        await desk.aclose()


async def analyzed(odd: OddLogs, home: Path, asked: LogsAsked) -> tuple[LogsReply, float]:
    began = anyio.current_time()
    async with desk_at(odd, home) as desk:
        answer = await analyze_logs(desk, desk.person, asked, incident=None)
    assert len(str(answer.compact())) / 4 < TOKENS
    return answer, anyio.current_time() - began


async def test_of_two_hundred_pods_each_odd_one_is_told_in_bounded_time(odd: OddLogs, tmp_path: Path) -> None:
    answer, took = await analyzed(odd, tmp_path, LogsAsked(namespace=odd.namespace, selector=SELECTOR))
    assert took < TOOL_SECONDS + 5
    assert set(answer.not_checked) == {
        "log of gone/app (its log is gone)",
        "log of unread/app (Forbidden: get pods/log)",
        "log of hangs/app (no answer in 5 s)",
    }
    assert f"{MANY + len(ODD) - 3} pods" in answer.read
    assert "not all of endless/app" in answer.read
    assert "1 log empty in this time: silent/app" in answer.read
    [ticks] = [line for line in answer.patterns if ENDLESS in line.pattern]
    assert 0 < ticks.count <= 2000
    assert ticks.pods == 1
    [listening] = [line for line in answer.patterns if "listening on" in line.pattern]
    assert (listening.count, listening.pods) == (MANY, MANY)


async def test_what_is_not_logged_is_silence_and_what_can_not_be_read_is_not(odd: OddLogs, tmp_path: Path) -> None:
    said: dict[str, str] = {}
    for name in ("silent", "gone", "unread", "hangs"):
        answer, _ = await analyzed(odd, tmp_path, odd.pod(name))
        said[name] = answer.summary[0].rpartition(f"{name}: ")[2]
    unread = "no log could be read; that says nothing about its health."
    assert said == {
        "silent": "its pods logged nothing in this window.",
        **dict.fromkeys(("gone", "unread", "hangs"), unread),
    }


async def test_what_is_looked_for_is_found_among_more_lines_than_are_shown_otherwise(
    odd: OddLogs, tmp_path: Path
) -> None:
    asked = LogsAsked(namespace=odd.namespace, selector=SELECTOR, match="LISTENING on|no such text")
    answer, _ = await analyzed(odd, tmp_path, asked)
    [line] = answer.patterns
    assert (line.count, line.pods) == (MANY, MANY)
    assert "matching lines among" in answer.read
    none, _ = await analyzed(odd, tmp_path, odd.pod("endless", match="no such text"))
    assert none.summary[0].endswith("no such line in this window.")


async def test_an_endless_log_is_followed_until_the_time_or_the_lines_are_over(odd: OddLogs, tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []

    async def progress(done: float, total: float, message: str) -> None:
        told.append((done, message))

    async with desk_at(odd, tmp_path) as desk:
        asked = LogsAsked(namespace=odd.namespace, selector="team=all,!app")
        with anyio.fail_after(30):
            answer = await follow_logs(desk, desk.person, asked, seconds=6, incident=None, progress=progress)
    assert answer.ended == "after 6 s" or answer.ended.startswith("at 5,")
    assert sum(line.count for line in answer.patterns if ENDLESS in line.pattern) > 100
    assert "log of gone/app (its log is gone)" in answer.not_checked
    assert "log of unread/app (Forbidden: get pods/log)" in answer.not_checked
    assert "nothing came from" in answer.read
    assert "hangs/app" in answer.read
    assert told
    assert all("; " in message for _, message in told)
    assert len(str(answer.compact())) / 4 < TOKENS


async def test_a_following_that_is_cancelled_ends_at_once_and_stays_in_the_record(odd: OddLogs, tmp_path: Path) -> None:
    answers: list[FollowReply] = []
    async with desk_at(odd, tmp_path) as desk:

        async def progress(done: float, total: float, message: str) -> None:
            scope.cancel()

        with anyio.fail_after(30), anyio.CancelScope() as scope:
            asked = odd.pod("endless")
            answers.append(await follow_logs(desk, desk.person, asked, seconds=300, incident=None, progress=progress))
        entries = await desk.record.entries(None)
    assert answers == []
    assert entries[-1].tool == "follow_logs"
    assert "Ended cancelled after" in entries[-1].text
