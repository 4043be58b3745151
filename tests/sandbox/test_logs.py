"""Container logs: which run, which lines, in which form."""

import anyio
import pytest

from tests.sandbox.client import APPS, CORE, STRATEGIC_PATCH, Kube, served


async def _pod(kube: Kube, app: str) -> str:
    return (await kube.names(f"{CORE}/pods?labelSelector=app={app}"))[0]


async def _log(kube: Kube, app: str, query: str = "") -> list[str]:
    answer = await kube.ask("GET", f"{CORE}/pods/{await _pod(kube, app)}/log?{query}")
    assert answer.code == 200, answer.text
    return answer.text.splitlines()


async def test_the_crash_says_why(bad: Kube) -> None:
    lines = await _log(bad, "checkout")
    assert lines[0].startswith("INFO checkout 1.42 starting, run 4 on checkout-")
    assert lines[-1] == "KeyError: 'PAYMENT_URL'"
    assert lines[-2] == '  File "<frozen os>", line 685, in __getitem__'


async def test_while_it_backs_off_both_logs_are_of_the_last_run(bad: Kube) -> None:
    assert await _log(bad, "checkout") == await _log(bad, "checkout", "previous=true")


async def test_once_it_runs_again_the_previous_log_is_another_one(bad: Kube) -> None:
    bad.cluster.advance(23)
    current, previous = await _log(bad, "checkout"), await _log(bad, "checkout", "previous=true")
    assert (current[0].split()[5], previous[0].split()[5]) == ("5", "4")
    assert len(current) < len(previous), "it has not failed yet"


async def test_a_container_that_never_died_has_no_previous_log(bad: Kube) -> None:
    pod = await _pod(bad, "cart")
    answer = await bad.ask("GET", f"{CORE}/pods/{pod}/log?previous=true")
    assert answer.refusal == (
        400,
        "BadRequest",
        f'previous terminated container "cart" in pod "{pod}" not found',
    )


async def test_lines_carry_their_time_on_request(bad: Kube) -> None:
    stamped = await _log(bad, "checkout", "timestamps=true")
    assert [line.partition(" ")[2] for line in stamped] == await _log(bad, "checkout")
    moments = [line.partition(" ")[0] for line in stamped]
    assert moments == sorted(moments)
    assert moments[-1].startswith("2026-11-24T02:13:0")
    assert len(moments[-1]) == len("2026-11-24T02:13:04.151000000Z")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("tailLines=3", 3),
        ("tailLines=0", 0),
        ("sinceSeconds=60", 10),
        ("sinceTime=2026-11-24T02:13:03Z", 10),
        ("sinceTime=2026-11-24T02:13:03Z&tailLines=4", 4),
        ("sinceTime=2026-11-24T02:14:03Z", 0),
    ],
)
async def test_only_the_wanted_part_is_sent(well: Kube, query: str, count: int) -> None:
    lines = await _log(well, "cart", query)
    assert len(lines) == count


async def test_bytes_are_limited(bad: Kube) -> None:
    pod = await _pod(bad, "checkout")
    assert (await bad.ask("GET", f"{CORE}/pods/{pod}/log?limitBytes=13")).text == "INFO checkout"


async def test_a_month_of_lines_is_cut_to_what_a_node_keeps(well: Kube) -> None:
    assert len(await _log(well, "frontend")) <= 20_001


async def test_wrong_and_missing_container_names_are_told(well: Kube) -> None:
    pod = await _pod(well, "cart")
    answer = await well.ask("GET", f"{CORE}/pods/{pod}/log?container=nope")
    assert answer.refusal == (400, "BadRequest", f"container nope is not valid for pod {pod}")
    sidecar = {
        "spec": {"template": {"spec": {"containers": [{"name": "proxy", "image": "registry.example/shop/cart:5.1"}]}}}
    }
    await well.patch(f"{APPS}/deployments/cart", sidecar, STRATEGIC_PATCH)
    well.cluster.advance(30)
    pod = await _pod(well, "cart")
    answer = await well.ask("GET", f"{CORE}/pods/{pod}/log")
    assert answer.refusal[2] == f"a container name must be specified for pod {pod}, choose one of: [proxy cart]"
    assert (await well.ask("GET", f"{CORE}/pods/nope/log")).refusal[2] == 'pods "nope" not found'


async def test_before_it_starts_there_is_no_log(well: Kube) -> None:
    await well.patch(f"{APPS}/deployments/cart/scale", {"spec": {"replicas": 3}})
    new = next(pod for pod in well.cluster.pods_of("shop", "cart") if pod["status"]["phase"] == "Pending")
    name = new["metadata"]["name"]
    answer = await well.ask("GET", f"{CORE}/pods/{name}/log")
    assert answer.refusal[2] == f'container "cart" in pod "{name}" is waiting to start: ContainerCreating'


async def test_a_followed_log_brings_new_lines_until_the_container_ends(bad: Kube) -> None:
    bad.cluster.advance(23)
    pod = await _pod(bad, "checkout")
    lines: list[str] = []

    async def follow() -> None:
        async for line in bad.lines(f"{CORE}/pods/{pod}/log?follow=true"):
            lines.append(line)

    async with anyio.create_task_group() as group:
        group.start_soon(follow)
        with anyio.fail_after(5):
            while not lines:
                await anyio.sleep(0.01)
        assert "KeyError" not in lines[-1]
        bad.cluster.advance(4)
    assert lines[-1] == "KeyError: 'PAYMENT_URL'"


async def test_pods_of_one_workload_do_not_write_in_step() -> None:
    async with served("healthy") as kube:
        first, second, *_ = await kube.names(f"{CORE}/pods?labelSelector=app=frontend")
        texts = [(await kube.ask("GET", f"{CORE}/pods/{pod}/log?tailLines=20")).text for pod in (first, second)]
        assert texts[0] != texts[1]
