"""A plan ends when what it was made for is over, and until then every answer names it. A stop ends them all."""

import sqlite3
from pathlib import Path
from typing import Any

import anyio
import pytest

from incident_mcp.gate.approvers import Approvers
from incident_mcp.gate.brake import Brake
from incident_mcp.settings import load_settings
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import EntryKind
from incident_mcp.wiring import open_desk
from incident_sandbox import serve_sandbox
from tests.cli.running import incident_mcp
from tests.gate.terminal import in_a_terminal
from tests.gate.test_doors import SECRET, both_stands, door_of
from tests.surface.test_after_a_crash import approved
from tests.surface.test_approval import image, set_image, untouched
from tests.surface.world import ACCEPT, CANCEL, CHECKOUT, MODES, Mode, Stands, World, always, data_of, text_of, world

ADA = Actor(role="person", name="ada", known_by="OS user")
MODE: Mode = "2026-07-28"


async def previewed(here: World) -> str:
    shown = data_of(await here.call("preview_change", tool="rollback_workload", arguments=CHECKOUT))
    return shown["plan"]


def state(here: World, plan: str) -> str:
    return str(door_of(here).find(plan)[1].state)


@both_stands
async def test_a_plan_that_waits_is_named_in_every_answer(tmp_path: Path, stands: Stands) -> None:
    async with world(tmp_path, MODE, always(ACCEPT), stands=stands) as here:
        plan = await previewed(here)
        for tool in ("check_health", "get_incident", "assess_incident"):
            told = [
                line for line in data_of(await here.call(tool))["summary"] if f"Plan {plan} waits for a person" in line
            ]
            assert len(told) == 1, tool


@both_stands
async def test_a_plan_ends_when_its_target_was_repaired_by_hand(tmp_path: Path, stands: Stands) -> None:
    async with world(tmp_path, MODE, always(ACCEPT), stands=stands) as here:
        plan = await previewed(here)
        set_image(here, "1.43", manager="kubectl-edit")
        assert plan not in " ".join(data_of(await here.call("check_health"))["summary"])
        assert state(here, plan) == "superseded"
        assert "field manager kubectl-edit changed Deployment shop/checkout" in here.said()


PLANNED: dict[str, dict[str, Any]] = {
    "rollback_workload": CHECKOUT,
    "restart_workload": CHECKOUT,
    "scale_workload": CHECKOUT | {"replicas": 4},
    "set_resources": CHECKOUT | {"container": "checkout", "memory_limit": "1Gi"},
    "pause_rollout": {"namespace": "shop", "name": "checkout", "paused": True},
}


async def test_plans_for_the_pods_of_one_revision_end_when_a_newer_one_rolls_out(tmp_path: Path) -> None:
    async with world(tmp_path, MODE, always(ACCEPT)) as here:
        plans: dict[str, str] = {}
        for tool, arguments in PLANNED.items():
            shown = await here.call("preview_change", tool=tool, arguments=arguments)
            assert not shown.is_error, text_of(shown)
            plans[tool] = data_of(shown)["plan"]
        set_image(here, "1.43", manager="helm")
        await here.call("get_incident")
        assert {tool: state(here, plan) for tool, plan in plans.items()} == dict.fromkeys(plans, "superseded")


async def test_also_the_answer_of_a_change_names_the_plans_that_wait(tmp_path: Path) -> None:
    async with world(tmp_path, MODE, always(CANCEL)) as here:
        plan = await previewed(here)
        told = data_of(await here.call("scale_workload", **CHECKOUT, replicas=4))
        assert [line for line in told["summary"] if f"Plan {plan} waits for a person" in line]
        assert told["plan"] not in " ".join(told["summary"]), "its own is named already"


@both_stands
@pytest.mark.parametrize("how", ["resolved", "closed"])
async def test_a_plan_ends_with_its_incident(tmp_path: Path, how: str, stands: Stands) -> None:
    async with world(tmp_path, MODE, always(ACCEPT), stands=stands) as here:
        Approvers(tmp_path).set("ada", SECRET)
        plan = await previewed(here)
        await door_of(here).approve(door_of(here).find(plan)[0], "ada", SECRET)
        if how == "closed":
            await here.call("close_incident", reason="it was a drill")
        else:
            await here.call("update_incident", status="resolved")
        assert state(here, plan) == "revoked"
        assert (await here.rollback()).is_error
        assert untouched(here)


async def test_an_expired_plan_whose_facts_still_hold_is_asked_again_as_a_new_one(tmp_path: Path) -> None:
    async with world(tmp_path, MODE, always(ACCEPT)) as here:
        old = await previewed(here)
        here.clock.forward(minutes=11)
        done = data_of(await here.rollback())
        assert done["changed"] is True
        assert done["plan"] != old
        assert state(here, old) == "expired"


@both_stands
async def test_a_stop_ends_what_waits_and_refuses_what_comes_until_a_person_lifts_it(
    tmp_path: Path, stands: Stands
) -> None:
    async with world(tmp_path, MODE, always(ACCEPT), stands=stands) as here:
        Approvers(tmp_path).set("ada", SECRET)
        plan = await previewed(here)
        await door_of(here).approve(door_of(here).find(plan)[0], "ada", SECRET)
        environment = here.terminal
        done = await incident_mcp("stop", "wrong cluster", environment=environment)
        assert done.returncode == 0, done.stderr
        assert f"revoked: plan {plan}" in done.stdout
        assert state(here, plan) == "revoked"
        for call in (here.rollback(), here.call("preview_change", tool="rollback_workload", arguments=CHECKOUT)):
            told = text_of(await call)
            assert "All changes were stopped by ada" in told
            assert "wrong cluster" in told
        assert here.questions == []
        assert untouched(here)
        assert not (await here.call("check_health")).is_error
        wrong = [("allows changes again", "an assistant's guess")]
        refused = await anyio.to_thread.run_sync(
            lambda: in_a_terminal("stop", "--lift", answers=wrong, environment=environment)
        )
        assert refused.returncode == 1
        assert Brake(tmp_path).pulled()
        right = [("allows changes again", SECRET)]
        done = await anyio.to_thread.run_sync(
            lambda: in_a_terminal("stop", "--lift", answers=right, environment=environment)
        )
        assert done.returncode == 0, done.shown
        if stands == "separated":  # where the chat is no door
            await here.rollback()
            [(fresh, _)] = door_of(here).waiting()
            await door_of(here).approve(fresh, "ada", SECRET)
        assert data_of(await here.rollback())["changed"] is True
        assert state(here, plan) == "revoked"
        assert "All changes stopped by ada: wrong cluster" in here.said()
        [lifted] = [entry for entry in here.entries() if entry.text.startswith("Changes are allowed again")]
        assert (lifted.actor.name, lifted.actor.known_by) == ("ada", "passphrase")


async def test_a_stop_says_what_it_holds_back_and_how_to_take_something_back(tmp_path: Path) -> None:
    async with world(tmp_path, MODE, always(ACCEPT), scenario="healthy") as here:
        scaled = data_of(await here.call("scale_workload", **CHECKOUT, replicas=2))
        assert scaled["changed"] is True
        Brake(tmp_path).pull(ADA, "", here.clock)
        for call in (here.call("undo_action", plan=scaled["plan"]), here.rollback()):
            told = text_of(await call)
            assert "All changes were stopped by ada" in told
            assert "holds back rollbacks, undos and aborts too" in told
            assert "incident-mcp stop --lift" in told
            assert "kubectl" in told
        assert len(here.writes()) == 1


async def test_a_stop_names_what_is_under_way(tmp_path: Path) -> None:
    async with serve_sandbox("healthy") as sandbox:
        settings = load_settings(kubeconfig=str(sandbox.kubeconfig), home=tmp_path, allow_writes=True)
        desk = await open_desk(settings, {})
        plan = await approved(desk, "cordon_node", {"name": "node-2", "do": "drain"})
        said: list[str] = []

        async def after_the_first(done: int, total: int, what: str) -> None:
            environment = {"INCIDENT_HOME": str(tmp_path), "INCIDENT_USER": "ada"}
            if not said:
                said.append((await incident_mcp("stop", environment=environment)).stdout)

        await desk.gate.execute(plan, desk.person, after_the_first)
        await desk.aclose()
    assert f"under way: plan {plan.id}" in said[0]
    assert "ends before its next write, and nothing puts it back by itself" in said[0]
    assert f"incident-mcp plan {plan.id}" in said[0]


@pytest.mark.parametrize("damage", ["no database", "a plan altered"])
async def test_a_stop_holds_whatever_is_wrong_with_the_record(tmp_path: Path, damage: str) -> None:
    async with world(tmp_path, MODE, always(ACCEPT)) as here:
        plan = await previewed(here)
        other = data_of(await here.call("preview_change", tool="restart_workload", arguments=CHECKOUT))["plan"]
        if damage == "no database":
            for path in tmp_path.glob("journal.sqlite3*"):
                path.write_bytes(b"no database at all, and longer than nothing")
        else:
            with sqlite3.connect(tmp_path / "journal.sqlite3") as file:
                file.execute("UPDATE private SET body = body || ' ' WHERE name = ?", (plan,))
        done = await incident_mcp("stop", environment={"INCIDENT_HOME": str(tmp_path), "INCIDENT_USER": "ada"})
        assert Brake(tmp_path).pulled()
        if damage == "no database":
            assert done.returncode == 1
            assert "Changes ARE stopped" in done.stderr
            assert "Nothing was changed" not in done.stderr
        else:
            assert f"revoked: plan {other}" in done.stdout, "the altered one does not hide the others"
        assert untouched(here)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"by": 7, "why": "\\u001b[2J", "at": "x"}'])
def test_a_stop_by_any_hand_holds_and_writes_nothing_on_the_screen(tmp_path: Path, text: str) -> None:
    (tmp_path / "stopped").write_text(text)
    told = Brake(tmp_path).pulled()
    assert told.startswith("All changes were stopped by ")
    assert "\x1b" not in told


async def test_a_link_that_leads_nowhere_is_a_stop(tmp_path: Path) -> None:
    (tmp_path / "stopped").symlink_to(tmp_path / "nowhere")
    assert "stopped by somebody" in Brake(tmp_path).pulled()


@pytest.mark.parametrize("mode", MODES)
async def test_a_stop_while_the_person_reads_makes_their_yes_too_late(tmp_path: Path, mode: Mode) -> None:
    held: list[World] = []

    async def stopped() -> Any:
        Brake(tmp_path).pull(ADA, "", held[0].clock)
        return ACCEPT

    async with world(tmp_path, mode, stopped) as here:
        held.append(here)
        assert "All changes were stopped by ada" in text_of(await here.rollback())
        assert untouched(here)


async def test_a_stop_holds_in_the_middle_of_a_plan_of_several_writes(tmp_path: Path) -> None:
    async with serve_sandbox("healthy") as sandbox:
        settings = load_settings(kubeconfig=str(sandbox.kubeconfig), home=tmp_path, allow_writes=True)
        desk = await open_desk(settings, {})
        plan = await approved(desk, "cordon_node", {"name": "node-2", "do": "drain"})
        assert len(plan.draft.writes) > 2

        async def after_the_first(done: int, total: int, what: str) -> None:
            Brake(tmp_path).pull(ADA, "", desk.clock)

        outcome = await desk.gate.execute(plan, desk.person, after_the_first)
        await desk.aclose()
        ours = [one for one in sandbox.requests if not one.dry_run and one.user_agent.endswith(plan.digest)]
    assert len(ours) == 1
    assert outcome.status == "applied in part"
    assert "All changes were stopped by ada" in outcome.text


async def test_one_change_at_a_time_on_a_workload(tmp_path: Path) -> None:
    async with world(tmp_path, MODE, always(ACCEPT), scenario="healthy") as here:
        told: list[str] = []

        async def scale(replicas: int) -> None:
            told.append(text_of(await here.call("scale_workload", **CHECKOUT, replicas=replicas)))

        async with anyio.create_task_group() as tasks:
            for replicas in (4, 5, 6):
                tasks.start_soon(scale, replicas)
        assert len(here.writes()) == 1, "the later ones find that it moved, and ask anew"
        assert sum("Not applied. Since the plan was made" in text for text in told) == 2
        intents = [entry for entry in here.entries() if entry.kind is EntryKind.INTENT]
        assert len(intents) == 1


async def test_reading_goes_on_while_a_person_thinks(tmp_path: Path) -> None:
    held: list[World] = []

    async def thinking() -> Any:
        with anyio.fail_after(20):
            assert not (await held[0].call("check_health")).is_error
        return ACCEPT

    async with world(tmp_path, MODE, thinking) as here:
        held.append(here)
        assert data_of(await here.rollback())["changed"] is True
        assert image(here) == "1.41"
