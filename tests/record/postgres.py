"""A PostgreSQL of a test's own: the real server of Debian's package, on a free port, with a folder of its own.

It refuses to run as root, so as root it runs as the user that the package made, else as nobody.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.controlplane.waiting import wait_for

REQUIRED = "INCIDENT_REQUIRE_POSTGRES"
HOW_TO_GET_IT = "no PostgreSQL: `apt-get install postgresql` (Debian's package) brings it"
DATABASE = "postgres"
OFF = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=20", "-c", "shared_buffers=16MB")


class Postgres:
    """One server; `start` and `stop` may follow each other, and what it holds stays."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._user = _user()
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://incident@127.0.0.1:{self.port}/{DATABASE}"

    def make(self) -> None:
        command = (
            self._programs / "initdb",
            "-D",
            self._data,
            "-U",
            "incident",
            "-A",
            "trust",
            "-N",
            "--no-locale",
            "-E",
            "UTF8",
        )
        subprocess.run([str(part) for part in command], check=True, capture_output=True, user=self._user, cwd="/")

    def start(self) -> None:
        command = (self._programs / "postgres", "-D", self._data, "-p", self.port, "-h", "127.0.0.1", "-k", "", *OFF)
        log = (self._folder / "log").open("ab")
        self._process = subprocess.Popen(
            [str(part) for part in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, user=self._user, cwd="/",
        )  # fmt: skip
        wait_for("PostgreSQL answers", self._answers, 30)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends it at once and in order; SIGQUIT is its crash."""
        assert self._process
        self._process.send_signal(how)
        self._process.wait(30)

    def hang(self) -> None:
        """It and those that serve its connections stand still; the kernel goes on answering for them."""
        self._signal(signal.SIGSTOP)

    def end(self) -> None:
        """Whatever state it is in."""
        if self._process and self._process.poll() is None:
            self.wake()
            self.stop(signal.SIGQUIT)

    def wake(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, which: signal.Signals) -> None:
        assert self._process
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for pid in (self._process.pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, which)

    def _answers(self) -> bool:
        try:
            return self.ask("SELECT 1") == "1"
        except OSError:
            return False

    def ask(self, statement: str) -> str:
        """What psql prints."""
        flags = ("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url, "-c", statement)
        command = [str(self._programs / "psql"), *flags]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        if done.returncode:
            raise OSError(done.stderr)
        return done.stdout.strip() or "done"

    @property
    def _data(self) -> Path:
        return self._folder / "data"


@contextmanager
def running() -> Generator[Postgres]:
    """A fresh server. Skips where there is none, unless it is required (`INCIDENT_REQUIRE_POSTGRES=1`)."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="incident-postgres-"))  # not pytest's folder: only its owner may enter that
    server = Postgres(programs, folder)
    try:
        if (user := _user()) is not None:
            shutil.chown(folder, user)
        server.make()
        server.start()
        yield server
    finally:
        server.end()
        shutil.rmtree(folder, ignore_errors=True)


def installed() -> list[Path]:
    """The servers that Debian's packages brought, the newest last."""
    return sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def _programs() -> Path:
    found = installed()
    if found:
        return found[-1].parent
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, but {HOW_TO_GET_IT}", pytrace=False)
    pytest.skip(HOW_TO_GET_IT)


def _user() -> str | None:
    if os.getuid() != 0:
        return None
    names = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
