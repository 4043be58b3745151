"""Logs of many containers: their newest part within limits, a stretch of the past, texts, and what was left out."""

from datetime import timedelta

import pytest

from incident_mcp.cluster.one_log import Limits, OneLog, matching, one_log
from incident_mcp.cluster.pod_lists import pods_in
from incident_mcp.cluster.pod_logs import stamped_lines
from incident_mcp.cluster.workload_logs import PodLogs
from incident_mcp.vocabulary.log_source import LogsWanted
from incident_mcp.vocabulary.observation import PodSeen
from tests.cluster.reads.embedded import Embedded, embedded

MANY = Limits(100_000, 100_000_000)


async def checkout(here: Embedded) -> PodSeen:
    return (await pods_in(here.api, "shop", "app=checkout"))[0]


async def read(here: Embedded, limits: Limits, **wanted: timedelta) -> OneLog:
    pod, now = await checkout(here), here.clock()
    asked = LogsWanted(
        since=now - wanted.get("since", timedelta(hours=1)), until=now - wanted["until"] if "until" in wanted else None
    )
    return await one_log(here.api, pod.ref, "checkout", asked, limits, previous=False, now=now)


def lines(found: OneLog) -> list[bytes]:
    return found.body.splitlines()


async def test_within_its_limits_a_log_is_whole() -> None:
    async with embedded("healthy") as here:
        found = await read(here, MANY)
    assert len(lines(found)) == found.looked_through > 100
    assert not found.cut


async def test_beyond_the_lines_the_newest_are_kept_and_it_says_so() -> None:
    async with embedded("healthy") as here:
        whole, some = await read(here, MANY), await read(here, Limits(10, 1_000_000))
    assert lines(some) == lines(whole)[-10:]
    assert some.cut


async def test_a_limit_of_bytes_costs_the_oldest_lines_not_the_newest() -> None:
    async with embedded("healthy") as here:
        whole, some = await read(here, MANY), await read(here, Limits(100, 3000))
    assert lines(some)[-1] == lines(whole)[-1]
    assert 20 < len(lines(some)) < 100
    assert len(some.body) < 3000
    assert some.cut


async def test_a_stretch_of_the_past_ends_where_it_was_to_end() -> None:
    async with embedded("healthy") as here:
        now = here.clock()
        found = await read(here, MANY, since=timedelta(minutes=40), until=timedelta(minutes=30))
    times = [time for time, _ in stamped_lines(found.body) if time]
    assert len(times) > 50
    assert now - timedelta(minutes=40, seconds=1) <= times[0] <= times[-1] <= now - timedelta(minutes=30)
    assert not found.cut


async def test_of_a_stretch_that_is_too_long_the_first_part_is_read_in_whole_lines() -> None:
    async with embedded("healthy") as here:
        whole = await read(here, MANY, since=timedelta(minutes=40), until=timedelta(minutes=30))
        some = await read(here, Limits(100_000, 1000), since=timedelta(minutes=40), until=timedelta(minutes=30))
    assert lines(some) == lines(whole)[: len(lines(some))]
    assert some.cut


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        ((), [0, 1, 2, 3]),
        (("refused",), [0, 1]),
        (("ÄRGER", "no such"), [2]),
        (("2026",), []),  # the time is the kubelet's, not the line's
        ((".*",), []),
    ],
)
def test_lines_match_by_their_own_text_in_whatever_case(texts: tuple[str, ...], kept: list[int]) -> None:
    said = ["connection refused", "REFUSED \xff", "Ärger", "fine"]
    rows = [f"2026-11-24T02:13:0{at}Z {text}\n".encode() for at, text in enumerate(said)]
    assert matching(b"".join(rows), texts) == b"".join(rows[at] for at in kept)


async def test_every_container_of_every_pod_is_read_and_the_instance_before_a_restart() -> None:
    async with embedded("bad-rollout") as here:
        pods = await pods_in(here.api, "shop", "app=checkout")
        source = PodLogs(here.api, here.clock)
        wanted = LogsWanted(since=here.clock() - timedelta(hours=1), namespace="shop", pods=pods)
        both = await source.read(wanted, 10)
        before = await source.read(LogsWanted(since=wanted.since, namespace="shop", pods=pods, previous=True), 10)
    assert {(log.pod, log.previous) for log in both.logs} == {(pod.ref, flag) for pod in pods for flag in (False, True)}
    assert {log.previous for log in before.logs} == {True}
    assert len(before.logs) == len(pods)


async def test_where_nothing_restarted_it_says_that_there_is_no_instance_before() -> None:
    async with embedded("healthy") as here:
        pods = await pods_in(here.api, "shop", "app=checkout")
        wanted = LogsWanted(since=here.clock() - timedelta(hours=1), pods=pods, previous=True)
        found = await PodLogs(here.api, here.clock).read(wanted, 10)
    assert [str(one) for one in found.not_checked] == ["previous instances (no container has restarted)"]


async def test_logs_that_do_not_come_in_time_are_named_and_the_others_are_there() -> None:
    async with embedded("healthy") as here:
        pods = await pods_in(here.api, "shop", "app=checkout")
        slow = pods[0].ref
        here.sandbox.faults.delay_next(20, path=f"/pods/{slow.name}/log")
        wanted = LogsWanted(since=here.clock() - timedelta(hours=1), pods=pods)
        found = await PodLogs(here.api, here.clock).read(wanted, 1)
    assert {log.pod for log in found.logs} == {pod.ref for pod in pods[1:]}
    assert [str(one) for one in found.not_checked] == [f"log of {slow.path} (timed out)"]
