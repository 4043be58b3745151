"""Nothing changes without a yes to exactly that plan: every other way ends with the cluster as it was, and says so."""

import json
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, ElicitResult, InputRequiredResult

from incident_mcp.wiring import office, server
from incident_sandbox.model.resources import DEPLOYMENTS
from tests.surface.world import (
    ACCEPT,
    CANCEL,
    CHECKOUT,
    DECLINE,
    MODES,
    NOT_TICKED,
    Mode,
    World,
    always,
    data_of,
    text_of,
    world,
)

both_eras = pytest.mark.parametrize("mode", MODES)


def image(here: World) -> str:
    return checkout(here)["spec"]["template"]["spec"]["containers"][0]["image"].rpartition(":")[2]


def checkout(here: World) -> dict[str, Any]:
    live = here.sandbox.cluster.get(DEPLOYMENTS, "shop", "checkout")
    assert live is not None
    return live


def untouched(here: World) -> bool:
    return image(here) == "1.42" and here.writes() == []


@both_eras
async def test_an_accepted_and_ticked_plan_is_carried_out_once(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, always(ACCEPT)) as here:
        result = data_of(await here.rollback())
        assert (result["changed"], result["ready"]) == (True, True)
        assert image(here) == "1.41"
        assert len(here.writes()) == 1
        assert here.writes()[0].user_agent.startswith("incident-mcp/0.1.0 plan/")
        assert len(here.questions) == 1


@both_eras
async def test_the_question_is_three_short_lines_and_a_box_without_default(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, always(DECLINE)) as here:
        await here.rollback()
        lines = here.questions[0].split("\n")
        assert lines[0] == "sandbox: roll back Deployment shop/checkout, revision 7 (1.42) -> 6 (1.41)"
        assert [len(line) <= 76 for line in lines] == [True] * 3
        assert lines[2].startswith("Advisory. Plan ")
        assert here.forms[0]["properties"] == {"approve": {"title": "Roll back shop/checkout to 6", "type": "boolean"}}
        assert here.forms[0]["required"] == ["approve"]


@both_eras
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (DECLINE, "Declined roll back"),
        (CANCEL, "Cancelled, which is no decline"),
        (NOT_TICKED, "Accepted without the tick, which is no yes"),
    ],
    ids=["declined", "cancelled", "not ticked"],
)
async def test_anything_but_a_ticked_accept_changes_nothing(
    tmp_path: Path, mode: Mode, answer: ElicitResult, told: str
) -> None:
    async with world(tmp_path, mode, always(answer)) as here:
        result = data_of(await here.rollback())
        assert result["changed"] is False
        assert "Nothing was changed" in result["summary"][0]
        assert untouched(here)
        assert told in here.said()


@both_eras
@pytest.mark.parametrize("ticked", ["true", "yes", 1, "on", None])
async def test_only_true_is_a_tick_and_not_what_could_be_read_as_true(
    tmp_path: Path, mode: Mode, ticked: object
) -> None:
    answer = ElicitResult.model_validate({"action": "accept", "content": {"approve": ticked}})
    async with world(tmp_path, mode, always(answer)) as here:
        await here.rollback()
        assert untouched(here)


@both_eras
async def test_a_client_that_cannot_ask_is_refused_in_words(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, None) as here:
        result = await here.rollback()
        assert result.is_error
        assert "approval required" in text_of(result)
        assert "Nothing was changed" in text_of(result)
        assert untouched(here)
        assert "rollback_workload was refused" in here.said()


@both_eras
async def test_without_writing_the_tools_are_not_listed_and_a_call_by_name_is_refused(
    tmp_path: Path, mode: Mode
) -> None:
    async with world(tmp_path, mode, always(ACCEPT), allow_writes=False) as here:
        names = {tool.name for tool in (await here.client.list_tools()).tools}
        assert "preview_change" in names
        assert not {"rollback_workload", "scale_workload"} & names
        result = await here.rollback()
        assert result.is_error
        assert "writing is not enabled" in text_of(result)
        assert untouched(here)
        assert "rollback_workload was refused" in here.said()


@both_eras
@pytest.mark.parametrize("invented", ["approve", "confirm", "approved", "answer", "proposal", "plan"])
async def test_an_approval_argument_invented_by_the_model_changes_nothing(
    tmp_path: Path, mode: Mode, invented: str
) -> None:
    async with world(tmp_path, mode, always(DECLINE)) as here:
        result = await here.rollback(**{invented: True})
        assert result.is_error
        assert f"takes no argument {invented}" in text_of(result)
        assert here.questions == []
        assert untouched(here)


@both_eras
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (ACCEPT, "answer: Approved roll back"),
        (DECLINE, "answer: Declined roll back"),
        (NOT_TICKED, "answer: Accepted without the tick, which is no yes: roll back"),
    ],
    ids=["accepted", "declined", "not ticked"],
)
async def test_what_a_person_said_is_kept_when_the_cluster_is_gone_by_then(
    tmp_path: Path, mode: Mode, answer: ElicitResult, told: str
) -> None:
    held: list[World] = []

    async def during_the_outage() -> ElicitResult:
        held[0].sandbox.faults.drop_next(1000)
        return answer

    async with world(tmp_path, mode, during_the_outage) as here:
        held.append(here)
        await here.rollback()
        assert untouched(here)
        assert told in here.said()
        here.sandbox.faults.clear()
        here.clock.forward(minutes=11)
        await here.call("get_incident")
        assert "expired unanswered" not in here.said()


@both_eras
async def test_a_yes_after_the_plans_end_changes_nothing(tmp_path: Path, mode: Mode) -> None:
    clock: list[Any] = []

    async def late() -> ElicitResult:
        clock[0].forward(minutes=11)
        return ACCEPT

    async with world(tmp_path, mode, late) as here:
        clock.append(here.clock)
        assert "Nothing was changed" in text_of(await here.rollback())
        assert untouched(here)
        assert len(here.questions) == 1
        assert "too late to count: the plan is expired" in here.said()


@both_eras
async def test_a_change_by_somebody_else_in_the_human_pause_is_not_overwritten(tmp_path: Path, mode: Mode) -> None:
    held: list[World] = []

    async def meanwhile() -> ElicitResult:
        set_image(held[0], "1.43", manager="helm")
        return ACCEPT

    async with world(tmp_path, mode, meanwhile) as here:
        held.append(here)
        told = text_of(await here.rollback())
        assert image(here) == "1.43"
        assert here.writes() == []
        assert "Not applied. Since the plan was made" in told
        assert "field manager helm changed Deployment shop/checkout" in told
        assert "field manager helm" in here.said()
        assert len(here.questions) == 1


def set_image(here: World, tag: str, manager: str) -> None:
    """What a pipeline does, behind our back."""
    spec = json.loads(json.dumps(checkout(here)["spec"]))
    spec["template"]["spec"]["containers"][0]["image"] = f"registry.example/shop/checkout:{tag}"
    here.sandbox.cluster.edit(DEPLOYMENTS, "shop", "checkout", {"spec": spec}, manager=manager)


@both_eras
async def test_a_change_elsewhere_on_the_object_does_not_disturb_the_plan(tmp_path: Path, mode: Mode) -> None:
    held: list[World] = []

    async def meanwhile() -> ElicitResult:
        note = {"metadata": {"annotations": {"note": "somebody was here"}}}
        held[0].sandbox.cluster.edit(DEPLOYMENTS, "shop", "checkout", note, manager="kubectl-annotate")
        return ACCEPT

    async with world(tmp_path, mode, meanwhile) as here:
        held.append(here)
        assert data_of(await here.rollback())["changed"] is True
        assert len(here.questions) == 1
        assert checkout(here)["metadata"]["annotations"]["note"]


class SealedAnswer:
    """A question of protocol 2026-07-28 with its sealed state, answered with yes as often as somebody likes."""

    def __init__(self, here: World, asked: InputRequiredResult) -> None:
        self._here = here
        self._answers: dict[str, Any] = dict.fromkeys(asked.input_requests or {}, ACCEPT)
        self._state = asked.request_state

    async def send(self) -> CallToolResult | InputRequiredResult:
        return await self._here.client.session.call_tool(
            "rollback_workload",
            {**CHECKOUT, "revision": 6},
            allow_input_required=True,
            input_responses=self._answers,
            request_state=self._state,
        )


async def sealed(here: World) -> SealedAnswer:
    asked = await here.client.session.call_tool(
        "rollback_workload", {**CHECKOUT, "revision": 6}, allow_input_required=True
    )
    assert isinstance(asked, InputRequiredResult)
    return SealedAnswer(here, asked)


async def test_a_sealed_answer_sent_again_is_not_used_again(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT)) as here:
        answer = await sealed(here)
        await answer.send()
        assert image(here) == "1.41"
        # Put the bad revision back by hand, so that the very same change would make sense again.
        set_image(here, "1.42", manager="somebody")
        before = len(here.writes())
        second = await answer.send()
        assert len(here.writes()) == before
        assert image(here) == "1.42"
        assert isinstance(second, CallToolResult)
        assert "which is spent; an answer is used once" in text_of(second)
        assert "too late to count: the plan is spent" in here.said()


async def test_replays_at_once_make_one_change(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT)) as here:
        answer = await sealed(here)
        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(answer.send)
        assert len(here.writes()) == 1


@both_eras
async def test_a_question_that_nobody_answers_is_expired_unanswered_at_the_next_look(
    tmp_path: Path, mode: Mode
) -> None:
    async def never() -> ElicitResult:
        await anyio.sleep_forever()
        raise AssertionError

    async with world(tmp_path, mode, never) as here:
        with pytest.raises((MCPError, TimeoutError)), anyio.fail_after(3):
            await here.client.call_tool("rollback_workload", CHECKOUT, read_timeout_seconds=1.0)
        here.clock.forward(minutes=11)
        await here.call("get_incident")
        assert untouched(here)
        assert "expired unanswered" in here.said()


async def test_the_question_survives_a_restart_of_the_server(tmp_path: Path) -> None:
    """The key that seals it is kept, so a person may answer after the server came back."""
    from incident_mcp.surface.kept_keys import state_key

    assert state_key(tmp_path) == state_key(tmp_path)
    assert (tmp_path / "state.key").stat().st_mode & 0o077 == 0


@both_eras
async def test_a_person_without_the_right_is_told_which_and_nothing_happens(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, always(ACCEPT), viewer=True) as here:
        result = await here.rollback()
        assert result.is_error
        assert "patch" in text_of(result)
        assert "deployments" in text_of(result)
        assert here.questions == []
        assert untouched(here)
        assert "rollback_workload was refused" in here.said()


@both_eras
async def test_scaling_to_zero_wants_the_name_typed(tmp_path: Path, mode: Mode) -> None:
    typed = ["checkou", "checkout"]

    async def name() -> ElicitResult:
        return ElicitResult(action="accept", content={"name": typed.pop(0)})

    async with world(tmp_path, mode, name) as here:
        wrong = data_of(await here.call("scale_workload", **CHECKOUT, replicas=0))
        assert "Nothing was changed" in wrong["summary"][0]
        assert here.writes() == []
        right = data_of(await here.call("scale_workload", **CHECKOUT, replicas=0))
        assert right["changed"] is True
        assert here.forms[0]["properties"] == {
            "name": {"maxLength": 253, "title": "Type checkout to approve", "type": "string"}
        }


async def test_reads_are_answered_while_a_person_thinks(tmp_path: Path) -> None:
    thinking = anyio.Event()
    decided = anyio.Event()

    async def slowly() -> ElicitResult:
        thinking.set()
        await decided.wait()
        return DECLINE

    async with world(tmp_path, "legacy", slowly) as here, anyio.create_task_group() as tasks:
        tasks.start_soon(here.rollback)
        with anyio.fail_after(10):
            await thinking.wait()
            assert data_of(await here.call("check_health"))["healthy"] is False
            decided.set()


@both_eras
async def test_a_colleagues_undo_in_the_human_pause_never_turns_the_question_round(tmp_path: Path, mode: Mode) -> None:
    held: list[World] = []

    async def meanwhile() -> ElicitResult:
        set_image(held[0], "1.41", manager="kubectl-rollout")
        return ACCEPT

    async with world(tmp_path, mode, meanwhile) as here:
        held.append(here)
        await here.call("assess_incident")
        told = text_of(await here.rollback())
        assert "Not applied" in told
        assert len(here.questions) == 1
        again = await here.rollback()  # a new call, without a revision: the default would be the bad one
        assert again.is_error
        assert "which this incident saw failing" in text_of(again)
        assert len(here.questions) == 1
        assert image(here) == "1.41"
        assert here.writes() == []


@both_eras
async def test_the_default_never_goes_back_to_what_was_rolled_away(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, always(ACCEPT)) as here:
        await here.rollback()
        again = await here.rollback()
        assert again.is_error
        assert "rolled away" in text_of(again)
        assert image(here) == "1.41"
        assert len(here.writes()) == 1
        asked = data_of(
            await here.call("preview_change", tool="rollback_workload", arguments=CHECKOUT | {"revision": 7})
        )
        assert any("revision 7 failed in this incident, or was rolled away" in line for line in asked["page"])
        assert any("high risk" in line for line in asked["page"])


@both_eras
async def test_a_rollout_paused_in_the_human_pause_is_not_written_into(tmp_path: Path, mode: Mode) -> None:
    held: list[World] = []

    async def meanwhile() -> ElicitResult:
        held[0].sandbox.cluster.edit(DEPLOYMENTS, "shop", "checkout", {"spec": {"paused": True}}, manager="ada")
        return ACCEPT

    async with world(tmp_path, mode, meanwhile) as here:
        held.append(here)
        assert "no longer at a rollout that is not paused" in text_of(await here.rollback())
        assert untouched(here)


@both_eras
@pytest.mark.parametrize("content", [None, {}, {"name": "checkout"}, {"approve": "maybe"}])
async def test_a_form_accepted_without_a_fitting_answer_is_no_yes(
    tmp_path: Path, mode: Mode, content: dict[str, Any] | None
) -> None:
    async with world(tmp_path, mode, always(ElicitResult(action="accept", content=content))) as here:
        told = await here.rollback()
        assert told.is_error
        assert text_of(told).startswith("sandbox: The form came back accepted, but without an answer that fits")
        assert "Nothing was changed." in text_of(told)
        assert untouched(here)
        assert "rollback_workload was refused: The form came back" in here.said()


async def test_a_plan_of_one_cluster_is_never_carried_out_on_another(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT)) as first:
        await first.call("preview_change", tool="rollback_workload", arguments=CHECKOUT)
        incident = data_of(await first.call("get_incident"))["incident"]
        async with world(tmp_path, "2026-07-28", always(ACCEPT), opened=False) as second:
            for tool in ("rollback_workload", "get_incident"):
                arguments = CHECKOUT if tool == "rollback_workload" else {}
                told = await second.call(tool, **arguments, incident=incident)
                assert told.is_error
                assert f"Incident {incident} belongs to cluster sandbox (https://127.0.0.1:" in text_of(told)
            assert second.questions == []
            assert second.writes() == []


async def test_two_servers_on_one_record_tell_one_story_of_one_plan(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT)) as here:
        results: list[dict[str, Any]] = []
        settings = here.settings

        async def located() -> Any:
            return settings

        async def yes(context: Any, params: Any) -> ElicitResult:
            return ACCEPT

        other = server(settings, office(settings, {}, located))
        await here.call("preview_change", tool="rollback_workload", arguments=CHECKOUT)
        async with Client(other, mode="2026-07-28", elicitation_callback=yes) as beside:

            async def roll(client: Client) -> None:
                results.append(data_of(await client.call_tool("rollback_workload", {**CHECKOUT, "revision": 6})))

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(roll, here.client)
                tasks.start_soon(roll, beside)
        assert sorted(str(one["changed"]) for one in results) == ["True", "unknown"]
        assert len(here.writes()) == 1
        outcomes = [entry for entry in here.entries() if entry.kind == "outcome"]
        assert [entry.data["status"] for entry in outcomes] == ["applied"]


async def test_a_like_call_that_comes_second_tells_of_the_first(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT)) as here:
        await here.call("preview_change", tool="rollback_workload", arguments=CHECKOUT)
        told: list[str] = []

        async def roll() -> None:
            told.append(text_of(await here.rollback(revision=6)))

        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(roll)
        assert len(here.writes()) == 1
        assert [each for each in told if "can't be carried out" in each] == []
