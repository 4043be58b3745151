"""The server as a process: it starts without a cluster, ends when it is told, and a kill loses nothing acknowledged."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.clock import system_clock

BIN = str(Path(sys.executable).parent / "incident-mcp")


class Server:
    """Our server over pipes, spoken to by hand (protocol 2025-11-25)."""

    def __init__(self, *arguments: str, home: Path) -> None:
        environment = os.environ | {"INCIDENT_HOME": str(home), "INCIDENT_POSTMORTEMS": str(home / "postmortems")}
        self.process = subprocess.Popen(
            [BIN, "serve", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )
        self._number = 0
        about = {"name": "by-hand", "version": "1"}
        self.ask("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": about})
        self.tell("notifications/initialized")

    def tell(self, method: str, **message: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", "method": method, **message}) + "\n")
        self.process.stdin.flush()

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        self.tell(method, id=self._number, params=params)
        assert self.process.stdout
        while True:
            message = json.loads(self.process.stdout.readline())
            if message.get("id") == self._number:
                return message["result"]

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        return self.ask("tools/call", {"name": tool, "arguments": arguments})

    def ended_within(self, seconds: float) -> int:
        began = time.monotonic()
        code = self.process.wait(timeout=10)
        assert time.monotonic() - began < seconds
        return code


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    made = Server("--sandbox", "bad-rollout", "--allow-writes", home=home)
    yield made
    made.process.kill()
    made.process.wait()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_cleanly_within_a_second(server: Server, name: str) -> None:
    server.call("check_health")
    server.process.send_signal(getattr(signal, name))
    assert server.ended_within(1.0) == 0


def test_a_closed_stdin_ends_it_cleanly_within_a_second(server: Server) -> None:
    server.call("check_health")
    assert server.process.stdin
    server.process.stdin.close()
    assert server.ended_within(1.0) == 0


def test_what_was_answered_is_in_the_record_after_kill_minus_nine(server: Server, home: Path) -> None:
    acknowledged = [
        server.call("open_incident", title="checkout is down"),
        server.call("record_entry", kind="note", text="the shop's phone rings"),
        server.call("check_health"),
        server.call("record_entry", kind="decision", text="we roll back", why="it began with 1.42"),
    ]
    server.process.kill()
    server.process.wait()
    journal = Journal(home / "journal.sqlite3", system_clock)
    (incident,) = journal.incidents()
    kept = {entry.id for entry in journal.entries(incident)}
    assert {answer["structuredContent"]["entry"] for answer in acknowledged} <= kept
    assert journal.verify() == []


def test_a_restarted_server_goes_on_with_the_open_incident(home: Path, tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(
        "{apiVersion: v1, kind: Config, current-context: far, clusters: [{name: far, cluster: "
        '{server: "https://127.0.0.1:9"}}], users: [{name: far, user: {token: x}}], '
        "contexts: [{name: far, context: {cluster: far, user: far}}]}"
    )
    first = Server("--kubeconfig", str(kubeconfig), home=home)
    first.call("open_incident", title="checkout is down")
    first.process.kill()
    first.process.wait()
    second = Server("--kubeconfig", str(kubeconfig), home=home)
    state = second.call("get_incident")["structuredContent"]
    second.process.kill()
    second.process.wait()
    assert state["title"] == "checkout is down"


def test_without_a_cluster_it_starts_and_each_tool_says_what_is_missing(home: Path) -> None:
    server = Server(home=home)
    answer = server.call("check_health")
    server.process.kill()
    server.process.wait()
    assert answer["isError"] is True
    assert "kubeconfig" in answer["content"][0]["text"]
    assert "Nothing was changed." in answer["content"][0]["text"]


def test_an_unknown_scenario_is_named_with_those_that_exist(home: Path) -> None:
    ended = subprocess.run(
        [BIN, "serve", "--sandbox", "nonsense"],
        env=os.environ | {"INCIDENT_HOME": str(home)},
        input="",
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ended.returncode != 0
    assert "bad-rollout" in ended.stderr
    assert "Traceback" not in ended.stderr
