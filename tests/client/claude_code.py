"""The real Claude Code, offline: pinned versions from npm, an environment of our making, and a terminal to type into.

`make claude-code` installs them once, into the cache folder; tmux is Debian's package. Without them the tests are
skipped with one line that says how to get them; with `INCIDENT_REQUIRE_CLAUDE_CODE=1` they fail instead.
"""

import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.entry import Entry
from tests.client.model import Model

ROOT = Path(__file__).parents[2]
OLD, NEW = "2.1.197", "2.1.330"
"""They speak different eras of the protocol: 2025-11-25 and 2026-07-28."""
FORM = "requests your input"
KEY = "sk-ant-not-a-key"
LONGEST = 90.0
"""Seconds until something that should show has shown; a busy machine included."""
LOOK_AGAIN = 0.05
AGAIN = 1.0
READING = 0.5


@dataclass(frozen=True)
class Place:
    """A project folder, the home of whoever works in it, and the client's program."""

    program: Path
    project: Path
    home: Path
    more: dict[str, str] = field(default_factory=dict[str, str])
    """Variables beside the few that every run has."""

    @property
    def postmortems(self) -> list[Path]:
        return sorted((self.project / "postmortems").glob("*.md"))

    def entries(self) -> list[Entry]:
        """The record."""
        journal = Journal(self.home / ".local/state/incident-mcp/journal.sqlite3", system_clock)
        try:
            return [entry for name in [*journal.incidents(), None] for entry in journal.entries(name)]
        finally:
            journal.close()

    def environment(self, model: Model) -> dict[str, str]:
        return {
            "PATH": f"{self.home}/bin:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.home),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "ANTHROPIC_BASE_URL": model.url,
            "ANTHROPIC_API_KEY": KEY,
            "DISABLE_AUTOUPDATER": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            **self.more,
        }

    def without_a_person(self, model: Model, said: str, *options: str) -> str:
        """One headless run (`claude -p`) to its end; what it printed."""
        done = subprocess.run(
            [str(self.program), "-p", said, *options],
            cwd=self.project,
            env=self.environment(model),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout

    @contextmanager
    def with_a_person(self, model: Model, *options: str, size: tuple[int, int] = (120, 40)) -> Generator["Terminal"]:
        """An interactive session in a terminal of that many columns and lines."""
        socket = self.home / "tmux"
        terminal = Terminal(socket)
        wide, high = size
        words = ["env", "-i", *(f"{name}={value}" for name, value in self.environment(model).items())]
        terminal.tmux(
            "new-session", "-d", "-x", str(wide), "-y", str(high), "-c", str(self.project),
            shlex.join([*words, str(self.program), *options]),
        )  # fmt: skip
        try:
            terminal.shows("❯")
            yield terminal
        finally:
            terminal.tmux("kill-server")


@dataclass(frozen=True)
class Terminal:
    """A tmux server of its own with one session."""

    socket: Path

    def tmux(self, *arguments: str) -> str:
        environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": "/nonexistent"}
        command = ["tmux", "-f", "/dev/null", "-S", str(self.socket), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20, check=False).stdout

    def screen(self) -> str:
        return "\n".join(line.rstrip() for line in self.tmux("capture-pane", "-p").splitlines())

    def shows(self, pattern: str) -> str:
        """Wait until the screen holds it; the screen then."""
        last = time.monotonic() + LONGEST
        while not re.search(pattern, screen := self.screen()):
            assert time.monotonic() < last, f"It never shows {pattern!r}:\n{screen}"
            time.sleep(LOOK_AGAIN)
        return screen

    def press(self, key: str, then: str) -> str:
        """Press one key, and wait until the screen shows what it does."""
        self.tmux("send-keys", key)
        return self.shows(then)

    def accept(self) -> None:
        """Tick the form's one box, go to its button, press it."""
        self._read()
        self.press("Space", "☒")
        self.press("Down", "❯ Accept")
        self._leave("Enter")

    def decline(self) -> None:
        self._read()
        self.press("Down", "❯ Accept")
        self.press("Right", "❯ Decline")
        self._leave("Enter")

    def escape(self) -> None:
        self._read()
        self._leave("Escape")

    def _read(self) -> None:
        """The gate takes no answer that came faster than a person reads."""
        time.sleep(READING)

    def _leave(self, key: str) -> None:
        """The client takes no key in the first moment in which a button has the focus: then it is pressed again."""
        last = time.monotonic() + LONGEST
        while FORM in (screen := self.screen()):
            assert time.monotonic() < last, f"The form never went:\n{screen}"
            self.tmux("send-keys", key)
            again = time.monotonic() + AGAIN
            while FORM in self.screen() and time.monotonic() < again:
                time.sleep(LOOK_AGAIN)

    def type(self, text: str) -> None:
        """A line, and Enter once it stands there."""
        self.tmux("send-keys", "-l", "--", text)
        self.shows(re.escape(text[-20:]))
        self.tmux("send-keys", "Enter")


def place(folder: Path, version: str) -> Place:
    """An empty project that the person trusts, and a home that has seen the client's first dialogs."""
    made = Place(program(version), folder / "project", folder / "home")
    made.project.mkdir(parents=True)
    (made.home / "bin").mkdir(parents=True)
    trusted = {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}
    about = {
        "hasCompletedOnboarding": True,
        "theme": "dark",
        "customApiKeyResponses": {"approved": [KEY[-20:], KEY], "rejected": []},
        "projects": {str(made.project): trusted},
    }
    (made.home / ".claude.json").write_text(json.dumps(about))
    return made


def this_repository(folder: Path, version: str) -> Place:
    """The project is this one: its commands, specialists, rules and server, and the command in its own `.venv`."""
    made = place(folder, version)
    shutil.copytree(ROOT / ".claude", made.project / ".claude")
    shutil.copy(ROOT / ".mcp.json", made.project)
    command = made.project / ".venv/bin/incident-mcp"
    command.parent.mkdir(parents=True)
    words = f"PYTHONPATH={shlex.quote(str(ROOT / 'server'))} INCIDENT_SOAK=1 INCIDENT_TRY_HOSTS=0"
    command.write_text(f'#!/bin/sh\n{words} exec {shlex.quote(sys.executable)} -m incident_mcp.cli.__main__ "$@"\n')
    command.chmod(0o755)
    return made


def program(version: str) -> Path:
    """The client's native program. Skips, or fails where it is required, when it is not installed."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "incident-mcp" / "claude-code"
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    found = cache / version / f"node_modules/@anthropic-ai/claude-code-{sys.platform}-{machine}" / "claude"
    if not found.exists():
        _missing(f"no Claude Code {version}: `make claude-code` installs it (half a minute, needs npm)")
    if not shutil.which("tmux"):
        _missing("no tmux: Debian's package of that name brings it")
    return found


def _missing(what: str) -> NoReturn:
    if os.environ.get("INCIDENT_REQUIRE_CLAUDE_CODE"):
        pytest.fail(what)
    pytest.skip(what)
