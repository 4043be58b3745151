"""`resource_usage`: what the metrics server measures, beside what was asked for; without one, that is said."""

from pathlib import Path

from incident_mcp.cluster.quantities import amounts, number, summed
from incident_mcp.text.amounts import cores, memory, percent
from incident_mcp.vocabulary.usage import Amounts
from tests.surface.world import data_of, text_of, world


async def test_pods_and_nodes_stand_beside_requests_limits_and_room(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None, scenario="healthy") as here:
        answer = data_of(await here.call("resource_usage"))
    assert answer["summary"] == [
        "sandbox: 20 pods measured in the whole cluster; none of those that use most is near a limit."
    ]
    first = answer["pods"][0]
    assert first["name"].startswith("shop/catalog-")
    assert first["cpu"].endswith("m, request 100m, limit none")
    assert "Mi, request 256Mi, limit 256Mi (" in first["memory"]
    assert {node["name"] for node in answer["nodes"]} == {"node-1", "node-2", "node-3"}
    assert all(" of 4 (" in node["cpu"] for node in answer["nodes"])
    assert answer["more"] == "15 of 20 pods shown; name a namespace to narrow."


async def test_restarts_are_counted_beside_what_is_used(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None, scenario="oom") as here:
        answer = data_of(await here.call("resource_usage", namespace="shop"))
    assert "nodes" not in answer
    assert all("/" in pod["name"] for pod in answer["pods"])


async def test_without_a_metrics_server_it_says_so(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        answer = data_of(await here.call("resource_usage"))
    assert answer["not_checked"] == ["metrics (no metrics server)"]
    assert "is not measured here" in answer["summary"][0]


async def test_a_viewer_is_told_what_is_lacking(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None, scenario="healthy", viewer=True) as here:
        answer = data_of(await here.call("resource_usage"))
    assert answer["not_checked"] == ["metrics (Forbidden: list pods.metrics.k8s.io)"]


async def test_a_wrong_namespace_brings_near_misses(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        answer = await here.call("resource_usage", namespace="shp")
    assert answer.is_error
    assert "Did you mean shop?" in text_of(answer)


def test_quantities_are_numbers_and_nonsense_is_nothing() -> None:
    assert [number(each) for each in ("250m", "1.5", "96Mi", "1e3", "12345n")] == [
        0.25,
        1.5,
        96 * 1024**2,
        1000,
        1.2345e-5,
    ]
    assert [number(each) for each in (None, "", "lots")] == [None, None, None]
    assert amounts({"cpu": "2"}) == Amounts(cpu=2)


def test_a_sum_with_a_gap_is_no_sum() -> None:
    assert summed([Amounts(cpu=1, memory=10), Amounts(cpu=2)]) == Amounts(cpu=3, memory=None)
    assert summed([]) == Amounts()


def test_figures_read_as_in_a_manifest() -> None:
    assert [cores(each) for each in (0.25, 1.5, 16, None)] == ["250m", "1.5", "16", "none"]
    assert [memory(each) for each in (96 * 1024**2, 1536 * 1024**2, 500, None)] == ["96Mi", "1.5Gi", "500", "none"]
    assert (percent(1, 4), percent(1, None)) == ("25 %", "")
