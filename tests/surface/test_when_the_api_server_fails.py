"""The API server disappears or fails in mid-call: nothing is sent twice, and the answer says what is not known."""

from pathlib import Path
from typing import Any

import pytest

from tests.surface.test_approval import both_eras, image, untouched
from tests.surface.world import ACCEPT, CHECKOUT, Mode, always, data_of, text_of, world


@both_eras
async def test_a_write_whose_answer_is_lost_is_unknown_and_not_repeated(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, always(ACCEPT)) as here:
        here.sandbox.faults.drop_next(after_write=True, verb="stored")
        result = data_of(await here.rollback())
        assert result["changed"] == "unknown"
        assert "Unknown. The write was sent at" in result["summary"][0]
        assert "get_incident looks again" in result["summary"][0]
        assert len(here.writes()) == 1
        assert image(here) == "1.41"  # it was stored, and only a look can tell
        assert "outcome: Unknown. The write was sent" in here.said()


@both_eras
async def test_a_write_that_never_arrived_is_not_taken_for_one_that_did(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, always(ACCEPT)) as here:
        here.sandbox.faults.drop_next(verb="stored")
        result = data_of(await here.rollback())
        assert result["changed"] == "unknown"
        assert "Unknown" in result["summary"][0]  # from here the two can't be told apart, so it does not try
        assert untouched(here)
        assert "outcome: Unknown" in here.said()


@both_eras
async def test_a_server_error_after_the_write_was_sent_is_unknown(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, always(ACCEPT)) as here:
        here.sandbox.faults.refuse_next(code=500, verb="stored")
        result = data_of(await here.rollback())
        assert "Unknown" in result["summary"][0]
        assert [write.code for write in here.writes()] == [500]


@both_eras
async def test_a_busy_api_server_is_waited_for_when_only_looking(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, always(ACCEPT)) as here:
        here.sandbox.faults.refuse_next(2, code=429, verb="list")
        found = data_of(await here.call("check_health"))
        assert found["healthy"] is False
        assert any(finding["root"] for finding in found["findings"])


@both_eras
async def test_expired_credentials_are_told_and_nothing_is_called_anonymously(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, always(ACCEPT)) as here:
        here.sandbox.expire_tokens()
        result = await here.call("check_health")
        assert result.is_error
        assert "credential" in text_of(result).lower()
        refused = await here.rollback()
        assert refused.is_error
        assert untouched(here)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("check_health", {}), ("assess_incident", {}), ("diagnose_workload", CHECKOUT), ("resource_usage", {})],
    ids=["check_health", "assess_incident", "diagnose_workload", "resource_usage"],
)
async def test_a_look_that_saw_nothing_finds_no_health(tmp_path: Path, tool: str, arguments: dict[str, Any]) -> None:
    async with world(tmp_path, "legacy", None, tool_timeout=1) as here:
        here.sandbox.faults.delay_next(30, 1000)
        result = await here.call(tool, **arguments)
        assert result.is_error, data_of(result)
        assert "No answer from" in text_of(result)
