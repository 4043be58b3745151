"""Error patterns since a change, against the time before the onset: what counts against a fix, and what does not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from incident_mcp.logs.analysis import read_logs
from incident_mcp.logs.sources import Source
from incident_mcp.resolve.errors_left import errors_left
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.verdict import Check, Verdict
from tests.surface.world import ACCEPT, CHECKOUT, World, always, data_of, world

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
SOAKED = NOW - timedelta(seconds=10)
POD = Ref(kind="Pod", namespace="shop", name="checkout-1")
BUSY = [(ago, "INFO order placed") for ago in range(200, 0, -1)]
REFUSED = "ERROR payment refused by pay.example"


def body(*lines: tuple[float, str]) -> bytes:
    """Lines so many seconds ago."""
    ordered = sorted(lines, key=lambda line: -line[0])
    told = (f"{NOW - timedelta(seconds=ago):%Y-%m-%dT%H:%M:%S.%fZ} {text}\n" for ago, text in ordered)
    return "".join(told).encode()


def judged(now: bytes, before: bytes = b"") -> Check | None:
    source = Source(POD, "app", False)
    usual = [(source, before)] if before else []
    return errors_left(read_logs([(source, now)], today=NOW, usual=usual), SOAKED)


def verdict(now: bytes, before: bytes = b"") -> Verdict | None:
    check = judged(now, before)
    return check.verdict if check else None


def test_lines_without_an_error_are_green_and_no_line_at_all_is_not() -> None:
    assert judged(body(*BUSY)) == Check(what="error patterns", verdict=Verdict.RECOVERED, seen="no error in 200 lines")
    assert judged(b"") is None


def test_an_error_that_was_usual_before_the_onset_does_not_count() -> None:
    check = judged(body(*BUSY, (4, REFUSED)), body(*BUSY, (50, REFUSED), (90, REFUSED)))
    assert check
    assert (check.verdict, check.seen) == (Verdict.RECOVERED, "1 error pattern as before the onset")


def test_a_new_error_that_goes_on_in_the_soak_is_not_recovered() -> None:
    check = judged(body(*BUSY, (40, REFUSED), (4, REFUSED)), body(*BUSY))
    assert check
    assert check.verdict is Verdict.NOT_RECOVERED
    assert check.seen.startswith("new error: ")
    assert "2 times, last 02:29:56" in check.seen


def test_a_new_error_that_has_stopped_is_not_yet_known() -> None:
    assert verdict(body(*BUSY, (40, REFUSED)), body(*BUSY)) is Verdict.NOT_YET_KNOWN


def test_many_more_of_a_usual_error_are_not_recovered() -> None:
    flood = [(ago / 10, REFUSED) for ago in range(90)]
    assert verdict(body(*BUSY, *flood), body(*BUSY, (50, REFUSED))) is Verdict.NOT_RECOVERED


def test_errors_that_nothing_can_be_compared_with_are_never_green() -> None:
    check = judged(body(*BUSY, (4, REFUSED)))
    assert check
    assert check.verdict is Verdict.NOT_YET_KNOWN
    assert check.seen.endswith("1 time, last 02:29:56, and no earlier log to compare with")


async def patterns_after_rollback(home: Path, line: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What verify_fix tells once the rollback's pods say this line again and again."""
    async with world(home, "2026-07-28", always(ACCEPT)) as here:
        here.sandbox.cluster.teach(
            {
                "image": "registry.example/shop/checkout:1.41",
                "behaves": [{"ready-after": "1s", "repeat": {"every": "100ms", "lines": [line]}}],
            }
        )
        assert data_of(await here.rollback())["changed"] is True
        told = await verified(here)
    return told, [check for check in told["checks"] if check["what"] == "error patterns"]


async def verified(here: World) -> dict[str, Any]:
    return data_of(await here.call("verify_fix", **CHECKOUT, soak_seconds=1))


async def test_pods_that_are_ready_and_log_errors_are_not_called_recovered(tmp_path: Path) -> None:
    told, (check,) = await patterns_after_rollback(tmp_path, REFUSED)
    assert told["verdict"] == check["verdict"] == "not yet known"
    assert told["summary"][0].startswith("sandbox: Deployment shop/checkout: not yet known")
    assert "payment refused by" in check["seen"]


async def test_pods_that_log_no_error_are_told_with_how_much_they_logged(tmp_path: Path) -> None:
    told, (check,) = await patterns_after_rollback(tmp_path, "INFO order placed")
    assert (told["verdict"], check["verdict"]) == ("recovered", "recovered")
    assert check["seen"].startswith("no error in ")
