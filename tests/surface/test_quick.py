"""`check_health` with `quick`: who is not well, from tables alone, and not a word on why."""

from pathlib import Path

from tests.surface.test_approval import both_eras
from tests.surface.world import CHECKOUT, Mode, data_of, text_of, world


@both_eras
async def test_the_unwell_are_named_and_nothing_is_judged(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, None) as here:
        found = data_of(await here.call("check_health", quick=True))
    assert found["healthy"] is False
    assert "3 of 20 pods not well, 1 of 9 workloads not well, 3 nodes well." in found["summary"][0]
    assert any("checkout" in line and "CrashLoopBackOff" in line for line in found["summary"])
    assert not found["findings"]
    assert "tells why" in found["more"]


@both_eras
async def test_that_nobody_is_unwell_is_not_called_healthy(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, None) as here:
        found = data_of(await here.call("check_health", quick=True, namespace="payments"))
    assert "healthy" not in found
    assert "well" in found["summary"][0]


@both_eras
async def test_of_one_workload_the_look_is_always_whole(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, None) as here:
        found = data_of(await here.call("check_health", quick=True, **CHECKOUT))
    assert found["findings"]


@both_eras
async def test_a_namespace_that_is_not_there_is_an_error_with_a_near_miss(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, None) as here:
        refused = await here.call("check_health", quick=True, namespace="shp")
    assert refused.is_error
    assert "Did you mean shop?" in text_of(refused)
