"""A real Unleash: `unleash-server` of npm over a PostgreSQL of its own, both for one session and on loopback only.

`make unleash` installs the server once, into the cache folder; PostgreSQL is Debian's package. Without them the tests
are skipped with one line that says how to get them; with `INCIDENT_REQUIRE_UNLEASH=1` they fail instead.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.request import Request, urlopen

import pytest

from tests.controlplane.processes import Child, free_ports
from tests.controlplane.waiting import wait_for
from tests.record import postgres

ADMIN = "*:*.an-admin-token-of-the-tests"
PROJECT = "/api/admin/projects/default/features"


@dataclass(frozen=True)
class UnleashServer:
    """Where it listens, and what a test asks of it as its admin."""

    url: str

    def ask(self, method: str, path: str, body: Any = None, token: str = ADMIN) -> Any:
        request = Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": token, "Content-Type": "application/json"},
        )
        with urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def make(self, name: str, *environments: str) -> None:
        """A flag with a strategy for everybody, off, in these environments."""
        self.ask("POST", PROJECT, {"name": name, "type": "kill-switch"})
        strategy = {
            "name": "flexibleRollout",
            "parameters": {"rollout": "100", "stickiness": "default", "groupId": name},
        }
        for environment in environments:
            self.ask("POST", f"{PROJECT}/{name}/environments/{environment}/strategies", strategy)

    def flag(self, name: str, environment: str) -> Any:
        return self.ask("GET", f"{PROJECT}/{name}/environments/{environment}")

    def switch(self, name: str, environment: str, word: str) -> None:
        self.ask("POST", f"{PROJECT}/{name}/environments/{environment}/{word}")

    def token_of_a_viewer(self) -> str:
        """A personal token of somebody who may look, and change nothing (root role 3)."""
        password = "A-long-enough-1-for-a-test!"
        self.ask("POST", "/api/admin/user-admin", {"username": "eve", "password": password, "rootRole": 3})
        login = Request(
            f"{self.url}/auth/simple/login",
            data=json.dumps({"username": "eve", "password": password}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urlopen(login, timeout=20) as answer:
            cookie = answer.headers["Set-Cookie"].partition(";")[0]
        made = Request(
            f"{self.url}/api/admin/user/tokens",
            data=json.dumps({"description": "looks", "expiresAt": "2040-01-01T00:00:00Z"}).encode(),
            headers={"Content-Type": "application/json", "Cookie": cookie},
        )
        with urlopen(made, timeout=20) as answer:
            return json.load(answer)["secret"]

    def events(self, name: str) -> list[str]:
        return [one["type"] for one in self.ask("GET", f"/api/admin/events/{name}")["events"]]


@contextmanager
def unleash_server() -> Generator[UnleashServer]:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    program = cache / "incident-mcp" / "unleash" / "node_modules" / "unleash-server" / "dist" / "server.js"
    node = shutil.which("node")
    if not program.exists() or not node:
        _missing("no Unleash: `make unleash` installs it (half a minute, needs Node 20 or newer and npm)")
    with postgres.running() as database, tempfile.TemporaryDirectory() as folder:
        (port,) = free_ports(1)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "DATABASE_URL": database.url,
            "DATABASE_SSL": "false",
            "HTTP_HOST": "127.0.0.1",
            "PORT": str(port),
            "CHECK_VERSION": "false",
            "SEND_TELEMETRY": "false",
            "INIT_ADMIN_API_TOKENS": ADMIN,
        }
        child = Child("unleash", [node, str(program)], Path(folder), environment)
        server = UnleashServer(f"http://127.0.0.1:{port}")
        try:
            wait_for("Unleash answers", lambda: _is_up(server, child), 90)
            yield server
        finally:
            child.stop()


def _is_up(server: UnleashServer, child: Child) -> bool:
    child.check()
    try:
        return server.ask("GET", "/health")["health"] == "GOOD"
    except OSError:
        return False


def _missing(what: str) -> NoReturn:
    if os.environ.get("INCIDENT_REQUIRE_UNLEASH"):
        pytest.fail(what)
    pytest.skip(what)
