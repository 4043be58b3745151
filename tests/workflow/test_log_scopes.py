"""Whose logs and which lines: a workload, pod, selector or namespace; a span or times; a level, a text, a container."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.cluster.connection.harness import connected
from tests.surface.world import CHECKOUT, World, data_of, text_of, world

WAIT = 60
SHOP = {"namespace": "shop"}


async def asked(here: World, **arguments: Any) -> dict[str, Any]:
    return data_of(await here.call("analyze_logs", **arguments))


async def test_a_namespace_a_selector_and_a_pod_are_read_as_well_as_a_workload(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        whole = await asked(here, **SHOP)
        some = await asked(here, **SHOP, selector="app=catalog")
        pods = here.sandbox.cluster.pods_of("shop", "catalog")
        one = await asked(here, **SHOP, kind="po", name=pods[0]["metadata"]["name"])
    assert "namespace shop" in whole["summary"][0]
    assert " of 1 pod," in one["read"]
    assert f" of {len(pods)} pods," in some["read"]
    assert "app=catalog" in some["summary"][0]
    assert whole["patterns"][0]["means"] == "missing-environment: variable PAYMENT_URL"


async def test_a_level_leaves_out_what_is_below_and_says_what_was_read(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        everything, errors = await asked(here, **SHOP), await asked(here, **SHOP, level="error")
    assert {line["level"] for line in errors["patterns"]} == {"error"}
    assert len(everything["patterns"]) > len(errors["patterns"])
    assert errors["read"].partition(",")[0] == everything["read"].partition(",")[0]


async def test_times_are_a_span_or_from_until_and_the_answer_repeats_them(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        span = await asked(here, **CHECKOUT, since="90m")
        early = here.clock().replace(microsecond=0)
        since, until = (f"{early.replace(hour=0, minute=minute, second=0):%Y-%m-%dT%H:%M:%SZ}" for minute in (0, 1))
        then = await asked(here, **CHECKOUT, since=since, until=until)
    assert "last 1 h 30 min" in span["read"]
    assert "00:00:00 to 00:01:00" in then["read"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"namespace": "shop", "name": "checkout"}, "Kind and name go together"),
        ({**CHECKOUT, "selector": "app=x"}, "can't be given both"),
        ({**CHECKOUT, "since": "soon"}, "is no time"),
        ({**CHECKOUT, "since": "0m"}, "is no time"),
        ({**CHECKOUT, "since": "1h", "until": "2026-01-01T00:00:00Z"}, "before it begins"),
        ({**CHECKOUT, "container": "chekout"}, "has a container chekout. Nothing was changed. There are: checkout."),
        ({**CHECKOUT, "match": "|".join("abcdefghijkl")}, "At most 10"),
        ({"namespace": "shp"}, "Did you mean shop?"),
        ({"namespace": "shop", "kind": "Pod", "name": "chekout"}, "has no Pod chekout"),
        ({"namespace": "shop", "selector": "app in"}, "refused to list pods"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_can_not_be_meant_is_refused_with_a_next_step(
    arguments: dict[str, str], told: str, tmp_path: Path
) -> None:
    async with world(tmp_path, "legacy", None) as here:
        answer = await here.call("analyze_logs", **arguments)
    assert answer.is_error
    assert told in text_of(answer)


async def test_a_new_error_is_told_while_logs_are_followed_and_again_at_the_end(tmp_path: Path) -> None:
    log = [
        {"after": "0s", "text": "INFO ready"},
        {"after": "4s", "text": "ERROR cannot reach ledger:8443: connection refused"},
    ]
    told: list[tuple[float, float | None, str]] = []

    async def heard(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message or ""))

    with anyio.fail_after(WAIT):
        async with world(tmp_path, "legacy", None, scenario="healthy") as here:
            await _run(here, log)
            arguments = {**SHOP, "kind": "Pod", "name": "failing", "seconds": 8}
            answer = data_of(await here.client.call_tool("follow_logs", arguments, progress_callback=heard))
            said = here.said()
    assert "new error: «ERROR cannot reach ledger:8443: connection refused»" in "\n".join(
        message for *_, message in told
    )
    assert all(0 < done <= 8 and total == 8 for done, total, _ in told)
    assert answer["ended"] == "after 8 s"
    assert answer["patterns"][0]["means"].startswith("connection-refused")
    assert "follow_logs: " in said


async def test_following_ends_when_the_pod_is_gone_and_says_so(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None, scenario="healthy") as here:
        await _run(here, [{"after": "0s", "text": "INFO ready"}])
        answers: list[dict[str, Any]] = []

        async def follow() -> None:
            answers.append(data_of(await here.call("follow_logs", **SHOP, kind="Pod", name="failing", seconds=30)))

        with anyio.fail_after(WAIT):
            async with connected(here.sandbox.kubeconfig) as api, anyio.create_task_group() as group:
                group.start_soon(follow)
                await anyio.sleep(1)  # while it is followed
                await api.delete("/api/v1/namespaces/shop/pods/failing", {}, user_agent="a test")
    [answer] = answers
    assert answer["ended"] == "no log is left to follow"
    assert answer["not_checked"] == ["log of failing/app (the pod is gone)"]


async def _run(here: World, log: list[dict[str, str]]) -> None:
    """A pod that says this; returns when it runs."""
    here.sandbox.cluster.teach({"image": "registry.example/failing:*", "pull": "0s", "behaves": [{"log": log}]})
    container = {"name": "app", "image": "registry.example/failing:1"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "failing"}, "spec": {"containers": [container]}}
    path = "/api/v1/namespaces/shop/pods"
    async with connected(here.sandbox.kubeconfig) as api:
        await api.create(path, pod, user_agent="a test")
        while (await api.get_json(f"{path}/failing")).get("status", {}).get("phase") != "Running":
            await anyio.sleep(0.05)
