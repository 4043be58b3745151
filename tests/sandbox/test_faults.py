"""What tests can make go wrong between a client and the API server."""

import time

import httpx2
import pytest

from incident_sandbox.model.resources import CONFIG_MAPS
from tests.sandbox.client import APPS, CORE, MERGE_PATCH, Kube

CONFIG = f"{CORE}/configmaps/checkout-config"


async def test_the_next_requests_are_refused_and_then_served_again(bad: Kube) -> None:
    bad.sandbox.faults.refuse_next(2, 429, retry_after=3)
    for _ in range(2):
        answer = await bad.ask("GET", f"{CORE}/pods")
        assert answer.refusal[:2] == (429, "TooManyRequests")
        assert answer.json["details"]["retryAfterSeconds"] == 3
    assert (await bad.ask("GET", f"{CORE}/pods")).code == 200


async def test_the_wait_is_told_in_a_header_too(bad: Kube) -> None:
    bad.sandbox.faults.refuse_next(1, 503, retry_after=2)
    response = await bad.http.get(f"{CORE}/pods", headers=bad.headers())
    assert (response.status_code, response.headers["retry-after"]) == (503, "2")


async def test_only_what_was_chosen_is_hit(bad: Kube) -> None:
    bad.sandbox.faults.refuse_next(1, 500, verb="write", path="configmaps")
    assert (await bad.ask("GET", CONFIG)).code == 200
    assert (await bad.patch(f"{APPS}/deployments/cart", {"metadata": {"labels": {"a": "b"}}})).code == 200
    assert (await bad.patch(CONFIG, {"data": {"A": "1"}})).code == 500
    assert (await bad.patch(CONFIG, {"data": {"A": "1"}})).code == 200


async def test_a_connection_dropped_before_the_write_leaves_nothing_behind(bad: Kube) -> None:
    bad.sandbox.faults.drop_next(1, verb="write")
    with pytest.raises(httpx2.TransportError):
        await bad.patch(CONFIG, {"data": {"A": "1"}})
    assert "A" not in (await bad.get(CONFIG))["data"]
    assert bad.sandbox.requests == []


async def test_a_connection_dropped_after_the_write_leaves_the_write(bad: Kube) -> None:
    bad.sandbox.faults.drop_next(1, after_write=True, verb="write")
    with pytest.raises(httpx2.TransportError):
        await bad.patch(CONFIG, {"data": {"A": "1"}})
    assert (await bad.get(CONFIG))["data"]["A"] == "1"
    assert [record.code for record in bad.sandbox.requests] == [200]


async def test_an_answer_can_be_late(bad: Kube) -> None:
    bad.sandbox.faults.delay_next(0.2)
    begun = time.monotonic()
    await bad.get(CONFIG)
    assert time.monotonic() - begun >= 0.2


async def test_faults_can_be_taken_back(bad: Kube) -> None:
    bad.sandbox.faults.refuse_next(99)
    bad.sandbox.faults.clear()
    assert (await bad.ask("GET", CONFIG)).code == 200


async def test_somebody_else_edits_behind_ones_back(bad: Kube) -> None:
    read = await bad.get(CONFIG)
    bad.cluster.edit(CONFIG_MAPS, "shop", "checkout-config", {"data": {"A": "theirs"}}, manager="helm")
    body = {"metadata": {"resourceVersion": read["metadata"]["resourceVersion"]}, "data": {"A": "mine"}}
    assert (await bad.ask("PATCH", CONFIG, body, content_type=MERGE_PATCH)).code == 409
    found = await bad.get(CONFIG)
    assert found["data"]["A"] == "theirs"
    assert "helm" in {entry["manager"] for entry in found["metadata"]["managedFields"]}


async def test_paused_controllers_leave_everything_as_it_is_written(bad: Kube) -> None:
    bad.cluster.pause()
    await bad.undo(6)
    bad.cluster.advance(60)
    deployment = await bad.get(f"{APPS}/deployments/checkout")
    assert deployment["status"]["observedGeneration"] < deployment["metadata"]["generation"]
    bad.cluster.resume()
    bad.cluster.advance(6)
    assert (await bad.rows(f"{APPS}/deployments?fieldSelector=metadata.name=checkout"))[0]["Ready"] == "3/3"
