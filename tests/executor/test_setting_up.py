"""`incident-mcp init --separated`: printed for everybody; done by root, again without a change, and taken away."""

from __future__ import annotations

import os
import pwd
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import typer

from incident_mcp.cli.separated import program, walk
from incident_mcp.cli.separated.layout import Layout
from incident_mcp.cli.separated.step import StepFailed, command
from incident_mcp.cli.separated.steps import steps
from incident_mcp.cli.separated.unit import unit
from incident_mcp.gate.policy_file import PolicyFile
from incident_mcp.settings import load_settings
from incident_mcp.vocabulary.errors import BadRequest
from tests.cli.running import ROOT, incident_mcp
from tests.executor.machine import User, new_user, remove_user, require_root

NAME = f"imt{os.getpid() % 100_000}"


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    """Names and folders of this test's own. The program stands for an installation of root's."""
    require_root()
    made = Layout(
        user=f"{NAME}e",
        clients=f"{NAME}c",
        approvers=f"{NAME}a",
        config=tmp_path / "etc",
        state=tmp_path / "lib",
        run=tmp_path / "run",
        units=tmp_path,
        unit=f"{NAME}.service",
        program=("/usr/bin/env", "incident-mcp"),
    )
    yield made
    remove_user(made.user)
    for group in (made.clients, made.approvers):
        subprocess.run(["groupdel", group], check=False, capture_output=True, timeout=30)


@pytest.fixture
def people() -> Iterator[tuple[User, User]]:
    with new_user(f"{NAME}robot") as assistant, new_user(f"{NAME}ada") as person:
        yield assistant, person


def nobody(layout: Layout) -> list[Path]:
    return []


@pytest.fixture(autouse=True)
def a_safe_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose the code is that the tests run with has a test of its own."""
    monkeypatch.setattr(walk, "strangers", nobody)


def snapshot(folder: Path) -> dict[str, tuple[int, int, int, int]]:
    """Mode, owners and time of everything below."""
    return {
        str(path): (at.st_mode, at.st_uid, at.st_gid, at.st_mtime_ns)
        for path in folder.rglob("*")
        for at in [path.lstat()]
    }


def test_root_sets_up_and_a_second_run_changes_nothing_and_says_so(
    layout: Layout, people: tuple[User, User], tmp_path: Path
) -> None:
    names = [people[0].name], [people[1].name]
    first = "\n".join(walk.done(layout, *names))
    assert "already" not in first
    for folder in (layout.config, layout.state):
        at = folder.stat()
        assert (at.st_mode & 0o777, at.st_uid) == (0o700, pwd.getpwnam(layout.user).pw_uid)
    for file in (layout.settings, layout.policy):
        at = file.stat()
        assert (at.st_mode & 0o777, at.st_uid) == (0o600, pwd.getpwnam(layout.user).pw_uid)
    groups = {user.name: user.run("id", "-Gn").stdout for user in people}
    assert layout.clients in groups[people[0].name]
    assert layout.approvers in groups[people[1].name]
    before = snapshot(tmp_path)
    second = "\n".join(walk.done(layout, *names))
    assert "Nothing to change." in second
    assert "done:" not in second
    assert snapshot(tmp_path) == before


def test_neither_the_assistant_nor_the_person_can_look_into_what_is_the_executors(
    layout: Layout, people: tuple[User, User]
) -> None:
    list(walk.done(layout, [people[0].name], [people[1].name]))
    for user in people:
        for path in (layout.settings, layout.policy, layout.config, layout.state):
            assert user.run("ls", path).returncode != 0 or user.run("cat", path).returncode != 0
            assert "Permission denied" in user.run("cp", "/etc/hostname", path).stderr


def test_undoing_takes_away_what_was_made_and_keeps_the_records_for_root(
    layout: Layout, people: tuple[User, User]
) -> None:
    names = [people[0].name], [people[1].name]
    list(walk.done(layout, *names))
    record = layout.state / "journal.sqlite3"
    record.write_text("lines")
    list(walk.done(layout, *names))
    assert record.stat().st_uid == pwd.getpwnam(layout.user).pw_uid, "what root put there is handed over"
    undone = "\n".join(walk.undone(layout, purge=False))
    assert f"user {layout.user}" in undone
    assert "Kept, for root alone" in undone
    with pytest.raises(KeyError):
        pwd.getpwnam(layout.user)
    assert record.read_text() == "lines"
    assert (record.stat().st_uid, layout.state.stat().st_uid) == (0, 0), "no later user inherits it"
    assert not layout.unit_file.exists()
    assert not layout.settings.exists()
    assert list(walk.undone(layout, purge=False)) == ["Nothing to undo."]
    list(walk.done(layout, *names))
    assert record.stat().st_uid == pwd.getpwnam(layout.user).pw_uid
    list(walk.undone(layout, purge=True))
    assert not layout.state.exists()
    assert not layout.config.exists()


def test_what_is_printed_is_what_is_done(layout: Layout, people: tuple[User, User], tmp_path: Path) -> None:
    """The printed script, run by a shell, does what `--do` does: nothing is left for it."""
    names = [people[0].name], [people[1].name]
    by_root = [step for step in steps(layout, *names) if not step.by_hand]
    printed = "\n".join(walk.shown(layout, *names))
    assert all(step.shown in printed for step in by_root)
    script = "\n".join(step.shown for step in by_root)
    subprocess.run(["bash", "-eu"], input=script, text=True, check=True, timeout=60)
    before = snapshot(tmp_path)
    assert "Nothing to change." in "\n".join(walk.done(layout, *names))
    assert snapshot(tmp_path) == before
    assert all("(done)" in line for line in walk.shown(layout, *names) if by_root[0].title in line)


def test_one_who_is_the_assistants_user_is_no_approver(layout: Layout) -> None:
    with pytest.raises(BadRequest, match="can't be both"):
        list(walk.done(layout, ["root"], ["root"]))
    with pytest.raises(BadRequest, match="--approver"):
        list(walk.done(layout, ["root"], []))


def test_a_step_that_fails_says_how_and_the_next_run_goes_on(layout: Layout) -> None:
    layout.config.write_text("in the way")
    with pytest.raises(StepFailed, match="install"):
        list(walk.done(layout, ["root"], ["nobody"]))
    layout.config.unlink()
    assert "already: user" in "\n".join(walk.done(layout, ["root"], ["nobody"]))


def test_the_settings_and_the_policy_that_are_written_are_valid(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(walk.done(layout, ["root"], ["nobody"]))
    monkeypatch.setenv("INCIDENT_SETTINGS", str(layout.settings))
    settings = load_settings()
    assert (settings.home, settings.policy, settings.allow_writes) == (layout.state, layout.policy, True)
    policy = PolicyFile(layout.policy, named=True)()
    assert {*policy.doors.normal, *policy.doors.high} == {"terminal", "console"}


def test_the_unit_is_hardened(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd-analyze: it comes with systemd")
    file = tmp_path / "incident-mcp-executor.service"
    file.write_text(unit(Layout(program=("/bin/true",))))
    words = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def test_code_that_another_user_may_write_is_not_started(tmp_path: Path) -> None:
    require_root()
    script = tmp_path / "incident-mcp"
    script.write_text("#!/bin/sh\n")
    layout = Layout(program=(str(script),))
    assert script not in program.strangers(layout)
    os.chown(script, 1, 1)
    assert script in program.strangers(layout)
    os.chown(script, 0, 0)
    tmp_path.chmod(0o777)
    assert tmp_path in program.strangers(layout)


def test_nothing_is_done_while_others_may_write_the_program(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    def somebody(layout: Layout) -> list[Path]:
        return [Path("/home/ada/venv/bin/python")]

    monkeypatch.setattr(walk, "strangers", somebody)
    with pytest.raises(BadRequest, match="others than root may write: /home/ada"):
        list(walk.done(layout, ["root"], ["nobody"]))
    assert not layout.config.exists()


def test_a_command_is_shown_as_a_shell_takes_it() -> None:
    shown = command("install", "/dev/stdin", "/etc/a b", text="x = 1\n").shown
    assert shown == "install /dev/stdin '/etc/a b' <<'END'\nx = 1\nEND"


async def test_anybody_can_read_the_steps_and_nothing_is_done() -> None:
    done = await incident_mcp("init", "--separated", "--assistant", "robot", "--approver", "ada")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^useradd .* incident-mcp$", done.stdout, re.MULTILINE)
    assert "kubectl apply -f" in done.stdout
    assert not Path("/etc/incident-mcp").exists()


def commands_of(page: str) -> list[list[str]]:
    """The words of each line in a code block of a page, without `sudo` and its options."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    lines = [shlex.split(line) for language, block in blocks if not language for line in block.splitlines()]
    return [words[words.index("env") + 2 :] if "env" in words else words[words[0] == "sudo" :] for words in lines]


def test_the_commands_of_the_page_are_those_of_the_program() -> None:
    """Ours are parsed by the program itself; others stand in the printed steps, or are named here."""
    printed = "\n".join(walk.shown(Layout(), ["robot"], ["ada"]))
    elsewhere = {"python3", "/opt/incident-mcp/bin/pip", "ln", "openssl", "systemctl"}
    bound = "--clusterrole=incident-mcp-reader --clusterrole=incident-mcp-writer"
    roles = f"certificate approve create clusterrolebinding {bound}"
    found = commands_of((ROOT / "docs/separated.md").read_text())
    assert len(found) > 10
    for words in found:
        if words[0].endswith("incident-mcp"):
            check_parses(words[1:])
        elif words[0] == "kubectl":
            known = printed + (ROOT / "deploy/writer.yaml").read_text() + walk.GONE + roles
            unknown = [word for word in words if word not in known and not word.endswith((".yaml", "-by-certificate"))]
            assert [word for word in unknown if not word.startswith(("--user=", "--duration="))] == [], words
        else:
            assert words[0] in elsewhere, words


def check_parses(words: list[str]) -> None:
    """That the command and its options are there; nothing is run."""
    module = import_module(f"incident_mcp.cli.{words[0]}")
    app = typer.Typer(add_completion=False)
    app.command()(module.command)
    typer.main.get_command(app).make_context(words[0], list(words[1:]))


def test_the_page_names_what_the_set_up_makes() -> None:
    page, layout = (ROOT / "docs/separated.md").read_text(), Layout()
    made = (layout.user, layout.clients, layout.approvers, layout.config, layout.state, layout.socket, layout.unit)
    assert [
        str(each) for each in (*made, layout.policy, layout.kubeconfig, layout.token) if str(each) not in page
    ] == []
    how = shlex.join(layout.as_executor("init", "--as", "ada"))
    assert how.replace(layout.program[0], "/opt/incident-mcp/bin/incident-mcp") in page


async def test_a_passphrase_is_set_as_the_executors_user_and_by_nobody_else(tmp_path: Path) -> None:
    refused = await incident_mcp("init", "--as", "ada", environment={"INCIDENT_EXECUTOR": str(tmp_path / "socket")})
    assert refused.returncode == 1
    assert "keeps the passphrases" in refused.stderr
    assert "sudo -u incident-mcp env INCIDENT_SETTINGS=/etc/incident-mcp/settings.toml" in refused.stderr
