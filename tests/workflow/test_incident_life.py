"""The life of an incident beside its changes: statuses, words of people, hand-over, hindsight, the end."""

from pathlib import Path
from typing import Any

import pytest
from mcp.types import CallToolResult

from tests.surface.world import ACCEPT, CHECKOUT, World, always, data_of, text_of, world


def summary(result: CallToolResult) -> str:
    assert not result.is_error, text_of(result)
    return "\n".join(data_of(result)["summary"])


def refusal(result: CallToolResult) -> str:
    assert result.is_error
    return text_of(result)


async def entry(here: World, kind: str, text: str, **more: Any) -> str:
    return data_of(await here.call("record_entry", kind=kind, text=text, **more))["entry"]


async def finding(here: World) -> str:
    await here.call("assess_incident")
    return next(one.id for one in here.entries() if one.kind == "finding" and one.data.get("root"))


async def test_going_back_needs_a_reason_and_then_the_relapse_is_told(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None, opened=False) as here:
        await here.call("open_incident", title="checkout is down")
        await here.call("update_incident", status="resolved")
        name = here.entries()[0].incident
        before = len(here.entries())
        said = refusal(await here.call("update_incident", incident=name, status="open", severity="SEV-2"))
        assert "needs a reason" in said
        assert len(here.entries()) == before
        again = await here.call("update_incident", incident=name, status="open", reason="relapsed, 1 of 3 ready")
        assert "checkout is down: open" in summary(again)
        assert "Status open: relapsed, 1 of 3 ready" in here.said()


async def test_closing_wants_a_verdict_or_a_reason(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None, opened=False) as here:
        await here.call("open_incident", title="checkout is down")
        assert "no verdict stands" in refusal(await here.call("close_incident"))
        await here.call("verify_fix", **CHECKOUT, soak_seconds=0)
        assert "not recovered" in refusal(await here.call("close_incident"))
        assert "closed" not in here.said()
        closed = summary(await here.call("close_incident", reason="a rehearsal"))
        assert "checkout is down: closed" in closed
        name = here.entries()[0].incident
        assert "closed already" in refusal(await here.call("close_incident", incident=name))


async def test_a_verdict_from_before_the_last_change_closes_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT), opened=False, scenario="healthy") as here:
        await here.call("open_incident", title="a rehearsal")
        await here.call("verify_fix", **CHECKOUT, soak_seconds=0)
        await here.call("scale_workload", **CHECKOUT, replicas=4)
        assert "no verdict stands" in refusal(await here.call("close_incident"))
        await here.call("verify_fix", **CHECKOUT, soak_seconds=0)
        assert "closed" in summary(await here.call("close_incident"))
        assert "recovered, verified in e" in here.said()


async def test_what_was_learned_later_does_not_show_in_an_earlier_moment(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None, opened=False) as here:
        await here.call("open_incident", title="checkout is down")
        moments: list[tuple[str, int]] = []
        for number in range(10):
            await entry(here, "note", f"word {number}")
            moments.append((here.clock().strftime("%H:%M:%S"), number))
            here.clock.forward(seconds=60)
        await here.call("update_incident", severity="SEV-1", status="resolved")
        name = here.entries()[0].incident
        for moment, number in moments:
            told = await here.call("get_incident", incident=name, at=_plus_a_second(moment))
            text = text_of(told)
            assert f"word {number}" in text
            assert f"word {number + 1}" not in text
            assert data_of(told).get("status", "open") == "open"
            assert "severity not set" in text
        early = await here.call("get_incident", incident=name, at="2020-01-01T00:00:00Z")
        assert "was not open" in refusal(early)


def _plus_a_second(moment: str) -> str:
    hours, minutes, seconds = map(int, moment.split(":"))
    whole = (hours * 3600 + minutes * 60 + seconds + 1) % 86400
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


async def test_a_plan_is_told_as_it_stood_at_the_moment(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT), opened=False) as here:
        await here.call("open_incident", title="checkout is down")
        await here.call("preview_change", tool="rollback_workload", arguments=CHECKOUT)
        before = here.clock().strftime("%H:%M:%S")
        here.clock.forward(seconds=30)
        await here.rollback()
        here.clock.forward(seconds=30)
        then = data_of(await here.call("get_incident", at=_plus_a_second(before)))["plans"]
        now = data_of(await here.call("get_incident"))["plans"]
        assert [plan["state"] for plan in then] == ["pending"]
        assert [plan["state"] for plan in now] == ["spent"]


async def test_the_next_shift_gets_what_is_in_flight_and_unknown_and_commands(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None, opened=False) as here:
        await here.call("open_incident", title="checkout is down", severity="SEV-2")
        await finding(here)
        await here.call("preview_change", tool="rollback_workload", arguments=CHECKOUT)
        packet = data_of(await here.call("hand_over", receiver="Ada", note="watch the payments team"))
        assert packet["roles"]["commander"] == "Ada"
        assert any("waits for a person" in line for line in packet["summary"])
        assert any("Status update due in" in line for line in packet["summary"])
        assert any("PAYMENT_URL" in cause for cause in packet["causes"])
        assert any("confirmed" in question for question in packet["questions"])
        assert "Handed over from" in here.said()
        assert "watch the payments team" in here.said()
        assert "names who takes over" in refusal(await here.call("hand_over", receiver=" "))


async def test_a_stand_still_is_told_only_from_a_fresh_look(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None, opened=False) as here:
        await here.call("open_incident", title="checkout is down", severity="SEV-2")
        await here.call("assess_incident")
        assert "No change since" not in summary(await here.call("get_incident"))
        here.clock.forward(seconds=90)
        await here.call("verify_fix", **CHECKOUT, soak_seconds=0)
        assert "No change since" not in summary(await here.call("get_incident"))
        await here.call("check_health")
        await here.call("check_health")
        assert "No change since" in summary(await here.call("get_incident"))
        here.clock.forward(minutes=3)
        assert "No change since" not in summary(await here.call("get_incident"))


async def test_a_clock_that_was_set_back_calls_no_old_look_fresh_and_is_asked_about(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None, opened=False) as here:
        await here.call("open_incident", title="checkout is down")
        await here.call("check_health")
        await here.call("check_health")
        here.clock.forward(minutes=-60)
        reply = await here.call("update_incident", status="acknowledged")
        assert "No change since" not in summary(reply)
        assert "acknowledged" not in data_of(reply).get("times", ""), "it would have taken less than no time"
        written = Path(data_of(await here.call("write_postmortem"))["path"]).read_text()
        assert "The clock went back by" in written


async def test_an_update_that_went_out_moves_the_next_one(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None, opened=False) as here:
        await here.call("open_incident", title="checkout is down", severity="SEV-2")
        here.clock.forward(minutes=16)
        assert "Status update overdue by" in summary(await here.call("get_incident"))
        await entry(here, "update", "told the shop in #incidents")
        assert "Status update due in 15 min" in summary(await here.call("get_incident"))


async def test_a_cause_a_repair_and_a_correction_are_in_the_postmortem_as_somebodys_words(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None, opened=False) as here:
        await here.call("open_incident", title="checkout is down")
        found = await finding(here)
        wrong = await entry(here, "note", "it is the database")
        right = await entry(here, "correction", "it is the ConfigMap", entry=wrong)
        told = await entry(here, "root_cause", "the key was never added", entry=found)
        repair = await entry(here, "fix", "1.43 with the key is out")
        path = data_of(await here.call("write_postmortem"))["path"]
        text = Path(path).read_text()
        assert f'the key was never added" [{found}, {told}]' in text
        assert "confirmed by nobody" not in text
        assert f'Fix deployed: as told by the assistant: "1.43 with the key is out" [{repair}]' in text
        assert "it is the database" not in text
        assert "it is the ConfigMap" in text
        assert right in text


@pytest.mark.parametrize(
    ("kind", "more", "why"),
    [
        ("correction", {}, "names what it corrects"),
        ("correction", {"entry": "e1"}, "was not said but seen or done"),
        ("correction", {"entry": "e99"}, "no entry e99"),
        ("root_cause", {"entry": "e1"}, "no finding"),
        ("note", {"entry": "e1"}, "names no entry"),
    ],
)
async def test_what_was_seen_or_done_cannot_be_talked_away(
    tmp_path: Path, kind: str, more: dict[str, Any], why: str
) -> None:
    async with world(tmp_path, "2026-07-28", None, opened=False) as here:
        await here.call("open_incident", title="checkout is down")
        before = len(here.entries())
        assert why in refusal(await here.call("record_entry", kind=kind, text="it never happened", **more))
        assert len(here.entries()) == before
