"""OS users of a test's own on this machine, and programs and files that they can reach. Root only.

A checkout and an interpreter may lie where only their owner can go (`/root`), so what other users run is a copy in a
folder that everybody can enter: hard links where the disk allows, so it costs no time. All of it belongs to root.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.running import ROOT

REQUIRED = "INCIDENT_REQUIRE_ROOT"
_LEFT_OUT = shutil.ignore_patterns(
    *("site-packages", "test", "tests", "idlelib", "config-3*", "*.a", "*.pyi"),
    *("playwright", "pyright", "pip", "setuptools", "sqlalchemy", "drain3", "hypothesis"),
)
"""Names of what no server needs, for the copy's sake."""


def require_root() -> None:
    """Skip the test where no users can be made, or fail it where that is required."""
    if os.geteuid() == 0 and shutil.which("useradd") and shutil.which("setpriv"):
        return
    what = "making OS users takes root, useradd and setpriv: run these tests in a container as root"
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, but {what}", pytrace=False)
    pytest.skip(what)


@dataclass(frozen=True)
class User:
    """One throw-away user, and its home."""

    name: str
    home: Path

    @property
    def uid(self) -> int:
        return pwd.getpwnam(self.name).pw_uid

    def command(self, *words: object) -> list[str]:
        """The words that run a command as this user, with all of its groups and no privilege."""
        become = ["setpriv", f"--reuid={self.name}", f"--regid={self.name}", "--init-groups", "--no-new-privs"]
        return [*become, "--", *(str(word) for word in words)]

    @property
    def environment(self) -> dict[str, str]:
        """As after a login."""
        return {"HOME": str(self.home), "USER": self.name, "PATH": "/usr/local/bin:/usr/bin:/bin"}

    def run(self, *words: object, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """One command to its end."""
        return subprocess.run(
            self.command(*words),
            env=self.environment | dict(environment or {}),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def join(self, group: str) -> None:
        subprocess.run(["usermod", "--append", "--groups", group, self.name], check=True, timeout=30)


@contextmanager
def new_user(name: str) -> Generator[User]:
    """A user with a home of its own (0700), gone afterwards."""
    require_root()
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir="/tmp"))
    made = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(folder), "--shell", "/bin/sh"]
    subprocess.run([*made, name], check=True, timeout=30)
    try:
        os.chown(folder, pwd.getpwnam(name).pw_uid, pwd.getpwnam(name).pw_gid)
        yield User(name, folder)
    finally:
        remove_user(name)
        shutil.rmtree(folder)


def remove_user(name: str) -> None:
    """With the processes that it left behind."""
    with suppress(KeyError):
        for pid in processes_of(pwd.getpwnam(name).pw_uid):
            os.kill(pid, signal.SIGKILL)
        subprocess.run(["userdel", name], check=True, timeout=30)
    with suppress(KeyError):
        grp.getgrnam(name)
        subprocess.run(["groupdel", name], check=True, timeout=30)


def processes_of(uid: int) -> list[int]:
    """The processes of a user, by their numbers."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError):
            if entry.stat().st_uid == uid:
                found.append(int(entry.name))
    return found


@dataclass(frozen=True)
class Installation:
    """The product where every user can run it, and none but root change it."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "python/bin/python3"

    @property
    def bin(self) -> Path:
        """With `incident-mcp` in it, for a PATH."""
        return self.folder / "bin"

    @property
    def program(self) -> str:
        return str(self.bin / "incident-mcp")

    @property
    def environment(self) -> dict[str, str]:
        """For the interpreter: where its parts and the packages are now."""
        return {
            "PYTHONPATH": ":".join(str(self.folder / part) for part in ("server", "packages", ".")),
            "LD_LIBRARY_PATH": str(self.folder / "python/lib"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


@contextmanager
def installed() -> Generator[Installation]:
    """The checkout, its packages and its interpreter for everybody, gone afterwards."""
    require_root()
    folder = Path(tempfile.mkdtemp(prefix="incident-mcp-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        _link(Path(sysconfig.get_path("purelib")), folder / "packages")
        for part in ("server", "prompts", "deploy", "tests"):
            _link(ROOT / part, folder / part)
        _interpreter(folder / "python")
        made = Installation(folder)
        made.bin.mkdir()
        variables = " ".join(f"{name}='{value}'" for name, value in made.environment.items())
        words = f'{variables} exec {made.python} -P -m incident_mcp.cli "$@"'
        made.bin.joinpath("incident-mcp").write_text(f"#!/bin/sh\n{words}\n")
        made.bin.joinpath("incident-mcp").chmod(0o755)
        yield made
    finally:
        shutil.rmtree(folder)


def _interpreter(folder: Path) -> None:
    """The interpreter at a place of its own: it finds its library beside itself."""
    real = Path(sys.executable).resolve()
    library = Path(sysconfig.get_path("stdlib"))
    folder.joinpath("bin").mkdir(parents=True)
    _one(str(real), str(folder / "bin/python3"))
    _link(library, folder / "lib" / library.name)
    for shared in real.parent.parent.joinpath("lib").glob("libpython*.so*"):
        _one(str(shared), str(folder / "lib" / shared.name))


def _link(source: Path, to: Path) -> None:
    shutil.copytree(source, to, copy_function=_one, symlinks=True, ignore=_LEFT_OUT)


def _one(source: str, to: str) -> str:
    try:
        os.link(source, to, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, to)
    return to
