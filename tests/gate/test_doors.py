"""A person answers in a terminal of their own, with a passphrase, and the assistant's same call carries it out once."""

import json
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from incident_mcp.gate.approvers import Approvers, NoPassphrase, WrongPassphrase
from incident_mcp.gate.doors import Door, NotAYes
from incident_mcp.vocabulary.errors import RecordError
from incident_mcp.wiring import persons_door
from tests.cli.running import ROOT, incident_mcp
from tests.gate.terminal import in_a_terminal
from tests.surface.test_approval import image, untouched
from tests.surface.world import (
    ACCEPT,
    CANCEL,
    CHECKOUT,
    DECLINE,
    MODES,
    STANDS,
    Mode,
    Stands,
    World,
    always,
    at_once,
    data_of,
    text_of,
    world,
)

SECRET = "correct horse battery"
both_eras = pytest.mark.parametrize("mode", MODES)
both_stands = pytest.mark.parametrize("stands", STANDS)


def door_of(here: World) -> Door:
    return persons_door(here.persons or here.settings, here.clock)


@asynccontextmanager
async def approvable(
    tmp_path: Path, stands: Stands, *policy: str, mode: Mode = "2026-07-28"
) -> AsyncGenerator[tuple[World, str]]:
    """A world whose client can't ask, with a plan that waits, and ada's passphrase."""
    async with world(tmp_path, mode, None, policy=at_once(tmp_path, *policy), stands=stands) as here:
        Approvers(tmp_path).set("ada", SECRET)
        told = text_of(await here.rollback())
        [(plan, _)] = door_of(here).waiting()
        assert f"approval required for plan {plan.id}" in told
        assert f"incident-mcp approve {plan.id}" in told
        yield here, plan.id


@both_stands
@both_eras
async def test_a_plan_approved_at_the_terminal_is_carried_out_by_the_same_call_once(
    tmp_path: Path, mode: Mode, stands: Stands
) -> None:
    async with approvable(tmp_path, stands, mode=mode) as (here, name):
        door = door_of(here)
        await door.approve(door.find(name)[0], "ada", SECRET)
        assert untouched(here), "an approval alone changes nothing"
        assert "is approved and not carried out" in " ".join(data_of(await here.call("check_health"))["summary"])
        assert data_of(await here.rollback())["changed"] is True
        assert image(here) == "1.41"
        await here.rollback(revision=7)
        assert len(here.writes()) == 1
        assert "at the terminal as ada" in here.said()


@both_stands
async def test_without_the_right_passphrase_nothing_is_approved(tmp_path: Path, stands: Stands) -> None:
    async with approvable(tmp_path, stands) as (here, name):
        door = door_of(here)
        plan, _ = door.find(name)
        for who, secret in (("ada", "wrong horse"), ("ada", ""), ("eve", SECRET)):
            with pytest.raises(WrongPassphrase):
                await door.approve(plan, who, secret)
        assert "approval required" in text_of(await here.rollback())
        assert untouched(here)


@both_stands
async def test_without_any_passphrase_the_door_refuses_and_names_init(tmp_path: Path, stands: Stands) -> None:
    async with world(tmp_path, "2026-07-28", None, stands=stands) as here:
        await here.rollback()
        door = door_of(here)
        [(plan, _)] = door.waiting()
        with pytest.raises(NoPassphrase, match="incident-mcp init"):
            await door.approve(plan, "ada", SECRET)


@both_stands
async def test_a_high_risk_plan_wants_the_name_at_the_terminal_too(tmp_path: Path, stands: Stands) -> None:
    async with approvable(tmp_path, stands, 'protected_namespaces = ["shop"]') as (here, name):
        door = door_of(here)
        plan, _ = door.find(name)
        for typed in (None, "chekout"):
            with pytest.raises(NotAYes, match="is not the target's"):
                await door.approve(plan, "ada", SECRET, typed)
        assert "approval required" in text_of(await here.rollback())
        await door.approve(plan, "ada", SECRET, "checkout")
        assert data_of(await here.rollback())["changed"] is True


@both_stands
async def test_a_change_by_others_after_the_approval_is_not_overwritten(tmp_path: Path, stands: Stands) -> None:
    from tests.surface.test_approval import set_image

    async with approvable(tmp_path, stands) as (here, name):
        door = door_of(here)
        await door.approve(door.find(name)[0], "ada", SECRET)
        set_image(here, "1.43", manager="helm")
        assert "approval required" in text_of(await here.rollback())
        assert image(here) == "1.43"
        assert here.writes() == []
        assert door.find(name)[1].state == "superseded"


async def test_the_policy_can_demand_the_terminal(tmp_path: Path) -> None:
    policy = at_once(tmp_path, '[doors]\nnormal = ["terminal"]')
    async with world(tmp_path, "2026-07-28", always(ACCEPT), policy=policy) as here:
        Approvers(tmp_path).set("ada", SECRET)
        assert "takes answers by terminal only" in text_of(await here.rollback())
        assert here.questions == []
        door = door_of(here)
        [(plan, _)] = door.waiting()
        await door.approve(plan, "ada", SECRET)
        assert data_of(await here.rollback())["changed"] is True


@both_eras
async def test_two_persons_must_approve_what_the_policy_says_so_of(tmp_path: Path, mode: Mode) -> None:
    policy = at_once(tmp_path, 'two_approvers = ["rollback_*"]')
    async with world(tmp_path, mode, always(ACCEPT), policy=policy, user="ada") as here:
        approvers = Approvers(tmp_path)
        approvers.set("ada", SECRET)
        approvers.set("grace", SECRET * 2)
        first = data_of(await here.rollback())
        assert first["changed"] is False
        assert "One of 2 persons said yes" in first["next_step"]
        assert "another person is needed" in text_of(await here.rollback())
        door = door_of(here)
        [(plan, _)] = door.waiting()
        await door.approve(plan, "ada", SECRET)
        assert "approval required" in text_of(await here.rollback()), "the same person twice is one person"
        assert untouched(here)
        await door.approve(plan, "grace", SECRET * 2)
        assert data_of(await here.rollback())["changed"] is True
        assert len(here.writes()) == 1


@both_stands
async def test_two_persons_at_the_terminal_are_two(tmp_path: Path, stands: Stands) -> None:
    async with approvable(tmp_path, stands, 'two_approvers = ["rollback_*"]') as (here, name):
        Approvers(tmp_path).set("grace", SECRET * 2)
        door = door_of(here)
        plan, _ = door.find(name)
        for _ in range(2):
            await door.approve(plan, "ada", SECRET)
        assert "approval required" in text_of(await here.rollback()), "the same person twice is one person"
        await door.approve(plan, "grace", SECRET * 2)
        assert data_of(await here.rollback())["changed"] is True
        assert len(here.writes()) == 1


async def test_a_yes_of_the_chat_counts_no_more_once_a_hook_could_have_given_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    policy = at_once(tmp_path, 'two_approvers = ["rollback_*"]')
    async with world(tmp_path, "2026-07-28", always(ACCEPT), policy=policy, user="ada") as here:
        Approvers(tmp_path).set("grace", SECRET)
        await here.rollback()
        [(plan, _)] = door_of(here).waiting()
        await door_of(here).approve(plan, "grace", SECRET)
        (tmp_path / ".claude").mkdir()
        (tmp_path / ".claude" / "settings.json").write_text('{"hooks": {"Elicitation": []}}')
        assert "the chat, which is no door any more" in text_of(await here.rollback())
        assert untouched(here)


@both_eras
async def test_two_people_answering_at_two_doors_spend_the_plan_once(tmp_path: Path, mode: Mode) -> None:
    held: list[World] = []

    async def both() -> object:
        door = door_of(held[0])
        [(plan, _)] = door.waiting()
        await door.approve(plan, "ada", SECRET)
        return ACCEPT

    async with world(tmp_path, mode, both) as here:  # pyright: ignore[reportArgumentType]
        held.append(here)
        Approvers(tmp_path).set("ada", SECRET)
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(here.rollback)
        assert len(here.writes()) == 1


@both_eras
async def test_the_no_of_one_door_ends_the_yes_of_another(tmp_path: Path, mode: Mode) -> None:
    held: list[World] = []

    async def approved_elsewhere() -> object:
        door = door_of(held[0])
        [(plan, _)] = door.waiting()
        await door.approve(plan, "ada", SECRET)
        return DECLINE

    async with world(tmp_path, mode, approved_elsewhere) as here:  # pyright: ignore[reportArgumentType]
        held.append(here)
        Approvers(tmp_path).set("ada", SECRET)
        assert data_of(await here.rollback())["changed"] is False
        assert untouched(here)
        assert door_of(here).waiting() == []


async def test_a_form_that_is_put_away_does_not_take_back_the_yes_of_the_terminal(tmp_path: Path) -> None:
    held: list[World] = []

    async def put_away() -> object:
        door = door_of(held[0])
        [(plan, _)] = door.waiting()
        await door.approve(plan, "ada", SECRET)
        return CANCEL

    async with world(tmp_path, "2026-07-28", put_away) as here:  # pyright: ignore[reportArgumentType]
        held.append(here)
        Approvers(tmp_path).set("ada", SECRET)
        assert "approved through another door" in data_of(await here.rollback())["next_step"]
        assert data_of(await here.rollback())["changed"] is True


def test_of_a_passphrase_only_a_hash_is_kept_and_only_for_its_owner_to_write(tmp_path: Path) -> None:
    approvers = Approvers(tmp_path)
    approvers.set("ada", SECRET)
    assert SECRET not in approvers.path.read_text()
    assert approvers.path.stat().st_mode & 0o777 == 0o600
    approvers.check("ada", SECRET)
    with pytest.raises(WrongPassphrase, match="at least"):
        approvers.set("ada", "short")
    kept = json.loads(approvers.path.read_text())["ada"]
    other = [json.dumps({"ada": kept | change}) for change in ({"salt": "zz"}, {"hash": "é"}, {"cost": 2})]
    for damage in ("{", "[]", '{"ada": {}}', *other):
        approvers.path.write_text(damage)
        with pytest.raises(RecordError):
            approvers.check("ada", SECRET)
    approvers.path.unlink()
    approvers.set("ada", SECRET)
    approvers.path.chmod(0o666)
    with pytest.raises(RecordError, match="others may write"):
        approvers.check("ada", SECRET)


@both_stands
async def test_a_person_sets_a_passphrase_and_approves_in_a_terminal(tmp_path: Path, stands: Stands) -> None:
    async with world(tmp_path, "2026-07-28", None, user="ada", stands=stands) as here:
        await here.rollback()
        environment = here.terminal
        keeper = {"INCIDENT_HOME": str(tmp_path), "INCIDENT_USER": "ada"}
        refused = await anyio.to_thread.run_sync(lambda: in_a_terminal("approve", environment=environment))
        assert refused.returncode == 1
        assert "incident-mcp init" in refused.shown
        twice = [("no assistant knows", SECRET), ("same again", SECRET)]
        done = await anyio.to_thread.run_sync(lambda: in_a_terminal("init", answers=twice, environment=keeper))
        assert done.returncode == 0, done.shown
        assert SECRET not in done.shown
        approve = [("approves exactly this", SECRET)]
        done = await anyio.to_thread.run_sync(
            lambda: in_a_terminal("approve", answers=approve, environment=environment)
        )
        assert done.returncode == 0, done.shown
        assert "kubectl -n shop rollout undo deployment/checkout --to-revision=6" in done.shown
        assert data_of(await here.rollback())["changed"] is True


async def test_a_passphrase_from_a_pipe_is_not_taken(tmp_path: Path) -> None:
    Approvers(tmp_path).set("ada", SECRET)
    done = await anyio.run_process(  # in a session of its own there is no terminal to ask in
        [sys.executable, "-m", "incident_mcp.cli.__main__", "stop", "--lift", "--as", "ada"],
        input=f"{SECRET}\n".encode(),
        env={**os.environ, "PYTHONPATH": str(ROOT / "server"), "INCIDENT_HOME": str(tmp_path)},
        start_new_session=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"wants a person at a terminal" in done.stderr


@both_stands
async def test_a_plan_is_declined_at_the_terminal_and_a_person_reopens_it(tmp_path: Path, stands: Stands) -> None:
    async with approvable(tmp_path, stands) as (here, name):
        assert (await incident_mcp("decline", name, environment=here.terminal)).returncode == 0
        assert "a person declined this" in text_of(await here.rollback())
        door = door_of(here)
        with pytest.raises(NotAYes, match="the plan is declined"):
            await door.approve(door.find(name)[0], "ada", SECRET)
        with pytest.raises(WrongPassphrase):
            await door.reopen(door.find(name)[0], "ada", "an assistant's guess")
        await door.reopen(door.find(name)[0], "ada", SECRET)
        assert "approval required" in text_of(await here.rollback())
        [(plan, _)] = door.waiting()
        assert plan.id != name
        assert plan.question.lines[1].startswith("You declined this ")


@both_stands
async def test_the_record_of_a_door_needs_no_cluster(tmp_path: Path, stands: Stands) -> None:
    async with approvable(tmp_path, stands) as (here, name):
        here.sandbox.faults.drop_next(1000)
        door = door_of(here)
        assert (await door.approve(door.find(name)[0], "ada", SECRET)).data["accepted"]
        here.sandbox.faults.clear()


@both_stands
async def test_an_approval_that_was_not_used_in_time_is_worth_nothing(tmp_path: Path, stands: Stands) -> None:
    async with approvable(tmp_path, stands) as (here, name):
        door = door_of(here)
        await door.approve(door.find(name)[0], "ada", SECRET)
        here.clock.forward(minutes=11)
        assert "approval required" in text_of(await here.rollback())
        assert untouched(here)
        [(fresh, _)] = door.waiting()
        assert fresh.id != name, "asked again as a new plan, since its facts still hold"
        assert CHECKOUT["name"] in str(fresh.draft.target)
