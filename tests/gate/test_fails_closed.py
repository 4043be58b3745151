"""Every guard fails closed: each file, key, database and permission that the gate needs is taken away in turn, while
the person reads the form, and nothing is written.
"""

import os
import re
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mcp.types import ElicitResult

from incident_mcp.gate.approvers import Approvers
from incident_mcp.gate.doors import NotAYes
from incident_mcp.surface.client_settings import MANAGED
from incident_mcp.vocabulary.errors import IncidentError
from tests.gate.test_doors import SECRET, both_stands, door_of
from tests.surface.test_approval import untouched
from tests.surface.world import ACCEPT, MODES, Mode, Stands, World, always, data_of, text_of, world

Taken = Callable[[World, Path], object]


def in_its_place(path: Path) -> None:
    """A folder where the file was: it can be neither read nor written, by root neither."""
    path.unlink(missing_ok=True)
    path.mkdir()


def unreadable(path: Path) -> None:
    """A link to itself: nobody can open it, root neither."""
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(path.name)


def journal_removed(here: World, home: Path) -> None:
    for path in home.glob("journal.sqlite3*"):
        path.unlink()


def journal_replaced(here: World, home: Path) -> None:
    (home / "journal.sqlite3").rename(home / "away")
    sqlite3.connect(home / "journal.sqlite3").close()


LOCKS: list[sqlite3.Connection] = []


def journal_locked(here: World, home: Path) -> None:
    lock = sqlite3.connect(home / "journal.sqlite3", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    LOCKS.append(lock)


def journal_table_gone(here: World, home: Path) -> None:
    with sqlite3.connect(home / "journal.sqlite3") as other:
        other.execute("DROP TABLE entries")


def plans_gone(here: World, home: Path) -> None:
    with sqlite3.connect(home / "journal.sqlite3") as other:
        other.execute("DELETE FROM private")


def plans_altered(here: World, home: Path) -> None:
    """Somebody makes another plan of the one that is asked for."""
    with sqlite3.connect(home / "journal.sqlite3") as other:
        other.execute("UPDATE private SET body = replace(CAST(body AS TEXT), 'checkout', 'payments')")


def policy_says(text: str) -> Taken:
    return lambda here, home: (home / "policy.toml").write_text(text)


TAKEN: dict[str, Taken] = {
    "the record's file": journal_removed,
    "the record's file, another in its place": journal_replaced,
    "the right to write the record": journal_locked,
    "the record's entries": journal_table_gone,
    "the plans in the record": plans_gone,
    "a plan as it was shown": plans_altered,
    "the policy": lambda here, home: (home / "policy.toml").unlink(),
    "the policy's file, a folder in its place": lambda here, home: in_its_place(home / "policy.toml"),
    "a policy that can be read": policy_says("x ="),
    "a policy that fits": policy_says("fastest_answer = 'soon'"),
    "the policy's leave to write": policy_says("read_only = true"),
    "the policy's leave for the action": policy_says("fastest_answer = 0\nactions = []"),
    "the chat as a door": policy_says("fastest_answer = 0\n[doors]\nnormal = []\nhigh = []"),
    "what says that nobody stopped": lambda here, home: (home / "stopped").symlink_to("stopped"),
    "the policy's contents": policy_says(""),
    "the policy's leave for the namespace": policy_says("fastest_answer = 0\nnamespaces = []"),
    "the client's settings": lambda here, home: unreadable(home / ".claude" / "settings.json"),
    "the client's agents": lambda here, home: unreadable(home / ".claude" / "agents"),
    "the API server": lambda here, home: here.sandbox.faults.drop_next(10_000),
    "the credential": lambda here, home: here.sandbox.expire_tokens(),
    "the right to write": lambda here, home: here.sandbox.faults.refuse_next(10_000, 403, verb="write"),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("what", TAKEN)
async def test_without_it_a_yes_writes_nothing(
    tmp_path: Path, mode: Mode, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the client's project
    held: list[World] = []

    async def meanwhile() -> ElicitResult:
        TAKEN[what](held[0], tmp_path)
        return ACCEPT

    try:
        async with world(tmp_path, mode, meanwhile) as here:
            held.append(here)
            told = text_of(await here.rollback())
            assert len(here.questions) == 1
            assert here.writes() == []
            assert untouched(here)
            assert told
    finally:
        while LOCKS:
            LOCKS.pop().close()


BEFORE: dict[str, Taken] = {
    "the record's file": journal_removed,
    "a policy that can be read": policy_says("x ="),
    "the policy": lambda here, home: (home / "policy.toml").unlink(),
    "the API server": lambda here, home: here.sandbox.faults.drop_next(10_000),
    "the credential": lambda here, home: here.sandbox.expire_tokens(),
    "what says that nobody stopped": lambda here, home: (home / "stopped").symlink_to("stopped"),
    "the passphrases": lambda here, home: in_its_place(home / "approvers.json"),
    "the passphrases, somebody else's hand on them": lambda here, home: (home / "approvers.json").chmod(0o666),
}


@both_stands
@pytest.mark.parametrize("what", BEFORE)
async def test_without_it_nothing_is_approved_at_the_terminal_and_carried_out(
    tmp_path: Path, what: str, stands: Stands
) -> None:
    async with world(tmp_path, "2026-07-28", None, stands=stands) as here:
        Approvers(tmp_path).set("ada", SECRET)
        await here.rollback()
        door = door_of(here)
        [(plan, _)] = door.waiting()
        BEFORE[what](here, tmp_path)
        if "API server" in what or "credential" in what:
            assert (await door.approve(plan, "ada", SECRET)).data["accepted"], "the record alone is enough for a yes"
        else:
            with pytest.raises((IncidentError, NotAYes)):
                await door.approve(plan, "ada", SECRET)
        await here.rollback()
        assert here.writes() == []
        assert untouched(here)


@pytest.mark.parametrize("damage", ["short", "folder"])
async def test_without_the_key_that_seals_questions_no_server_starts(tmp_path: Path, damage: str) -> None:
    key = tmp_path / "state.key"
    if damage == "folder":
        key.mkdir()
    else:
        key.write_bytes(b"x")
    with pytest.raises(IncidentError, match="key"):
        async with world(tmp_path, "2026-07-28", always(ACCEPT)):
            pass


async def test_with_another_key_an_answer_fits_no_question(tmp_path: Path) -> None:
    from tests.surface.test_approval import sealed

    async with world(tmp_path, "2026-07-28", always(ACCEPT)) as here:
        answer = await sealed(here)
        (tmp_path / "state.key").write_bytes(b"y" * 32)
        async with world(tmp_path, "2026-07-28", always(ACCEPT), opened=False) as other:
            answer._here = other  # pyright: ignore[reportPrivateUsage]
            with pytest.raises(Exception, match="requestState"):
                await answer.send()
            assert other.writes() == []
        assert untouched(here)


async def test_without_a_kubeconfig_there_is_no_cluster_and_nobody_is_asked(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT), opened=False) as here:
        here.sandbox.kubeconfig.unlink()
        assert (await here.rollback()).is_error
        assert here.questions == []
        assert untouched(here)


OPENED: dict[str, str] = {
    "HOME/journal.sqlite3": "TAKEN and BEFORE: the record, its entries, its plans, the right to write it",
    "HOME/policy.toml": "TAKEN and BEFORE: the policy; each of its keys in test_policy_keys.py",
    "HOME/approvers.json": "BEFORE: the passphrases",
    "HOME/console.json": "where a console listens, for a link in words",
    "HOME/state.key": "the key that seals questions",
    "PROJECT/.claude/settings.json": "TAKEN: the client's settings",
    "PROJECT/.claude/settings.local.json": "as settings.json; all places in test_yes_and_no.py",
    "PROJECT/.claude/agents": "TAKEN: the client's agents",
    "PROJECT/.claude/commands": "as agents",
    "PROJECT/.claude/skills": "as agents",
    "USER/.claude": "as those of the project; in test_yes_and_no.py",
    "MANAGED": "as those of the project; in test_yes_and_no.py",
    "SANDBOX/kubeconfig": "the kubeconfig; what it leads to in TAKEN: API server, credential, right to write",
}
"""What a change opens from proposal to write, and where it is taken away. `stopped` is looked for, not opened."""
EVENTS = {"open", "sqlite3.connect", "os.listdir", "os.scandir"}
CODE = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[2]))
noted: list[set[str]] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if noted and event in EVENTS and isinstance(arguments[0], str | bytes | Path):
        noted[-1].add(os.fsdecode(arguments[0]))


sys.addaudithook(_note)  # for the rest of the process: nothing takes one away


def _guard(path: str, home: Path) -> str:
    """An opened path as the list names it; empty for the program itself and for what the sandbox's own end opens."""
    user, place = str(Path.home() / ".claude"), path.partition("/incident-sandbox-")[2].partition("/")[2]
    if "/incident-sandbox-" in path:
        return f"SANDBOX/{place}" if place == "kubeconfig" else ""
    if path.startswith(str(home / ".claude")):
        return path.replace(str(home), "PROJECT")
    if path.startswith(str(home)):  # a draft is made beside its file, and put in its place whole
        return "HOME/" + re.sub(r"^\.(.+)\.[0-9a-f]{16}$", r"\1", path.removeprefix(f"{home}/"))
    if path.startswith(tuple(map(str, MANAGED))):
        return "MANAGED"
    return "USER/.claude" if path.startswith(user) else "" if path.startswith((*CODE, "/proc", "/dev")) else path


async def test_the_list_of_what_can_be_taken_away_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what the interpreter says of every file and database that is opened on the way to a write, by two doors."""
    monkeypatch.chdir(tmp_path)
    noted.append(set())
    try:
        async with world(tmp_path, "2026-07-28", always(ACCEPT)) as here:
            assert data_of(await here.rollback())["changed"] is True
        async with world(tmp_path, "2026-07-28", None) as here:
            Approvers(tmp_path).set("ada", SECRET)
            await here.rollback()
            [(plan, _)] = door_of(here).waiting()
            await door_of(here).approve(plan, "ada", SECRET)
            assert data_of(await here.rollback())["changed"] is True
    finally:
        opened = noted.pop()
    assert {_guard(path, tmp_path) for path in opened} - {""} == OPENED.keys()


async def test_a_user_without_the_right_is_told_before_anybody_is_asked(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT), viewer=True) as here:
        assert (await here.rollback()).is_error
        assert here.questions == []
        assert untouched(here)
