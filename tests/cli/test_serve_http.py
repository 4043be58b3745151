"""The server at a URL: only on loopback, only with the token, and with the same question before a change."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from mcp import Client
from mcp.client.context import ClientRequestContext
from mcp.client.streamable_http import streamable_http_client
from mcp.types import ElicitRequestParams, ElicitResult

from tests.cli.running import ROOT, incident_mcp
from tests.surface.world import ACCEPT, CHECKOUT, DECLINE, MODES, Mode, at_once, text_of


@dataclass(frozen=True)
class AtUrl:
    process: "subprocess.Popen[str]"
    url: str
    token: Path

    def post(self, **headers: str) -> httpx2.Response:
        body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        return httpx2.post(self.url, json=body, headers={"Accept": "application/json, text/event-stream", **headers})

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token.read_text()}"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[AtUrl]:
    home = tmp_path / "home"
    environment = os.environ | {
        "INCIDENT_HOME": str(home),
        "INCIDENT_POLICY": str(at_once(home)),
        "PYTHONPATH": str(ROOT / "server"),
    }
    command = [sys.executable, "-m", "incident_mcp.cli", "serve", "--http", "0", "--sandbox", "bad-rollout"]
    process = subprocess.Popen([*command, "--allow-writes"], stderr=subprocess.PIPE, env=environment, text=True)
    assert process.stderr
    said = process.stderr.readline()
    url, _, rest = said.removeprefix("incident-mcp serves at ").partition("; its bearer token is in ")
    yield AtUrl(process, url, Path(rest.strip().removesuffix(".")))
    process.kill()
    process.wait()
    process.stderr.close()


def test_nobody_is_served_without_the_token(served: AtUrl) -> None:
    assert served.post().status_code == 401
    assert served.post(Authorization="Bearer wrong").status_code == 401
    assert served.post(Authorization=served.token.read_text()).status_code == 401
    assert served.token.stat().st_mode & 0o077 == 0


def test_a_web_page_is_refused_also_with_the_token(served: AtUrl) -> None:
    assert served.post(**served.bearer, Origin="http://pages.example").status_code == 403
    assert served.post(**served.bearer, Host="pages.example").status_code == 421


@pytest.mark.parametrize("mode", MODES)
async def test_a_change_asks_here_as_over_stdio(served: AtUrl, mode: Mode) -> None:
    asked: list[str] = []
    answers = [DECLINE, ACCEPT]

    async def answer(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return answers.pop(0)

    async with (
        httpx2.AsyncClient(headers=served.bearer, timeout=60) as http,
        Client(streamable_http_client(served.url, http_client=http), elicitation_callback=answer, mode=mode) as client,
    ):
        await client.call_tool("open_incident", {"title": "checkout is down"})
        declined = await client.call_tool("scale_workload", {**CHECKOUT, "replicas": 2})
        done = await client.call_tool("rollback_workload", CHECKOUT)
    assert "Declined in the chat" in text_of(declined)
    assert not done.is_error, text_of(done)
    assert len(asked) == 2


async def test_a_client_without_forms_changes_nothing(served: AtUrl) -> None:
    async with (
        httpx2.AsyncClient(headers=served.bearer, timeout=60) as http,
        Client(streamable_http_client(served.url, http_client=http)) as client,
    ):
        await client.call_tool("open_incident", {"title": "checkout is down"})
        answered = text_of(await client.call_tool("rollback_workload", CHECKOUT))
    assert "approval required" in answered.lower()


def test_a_signal_ends_it(served: AtUrl) -> None:
    assert served.post().status_code == 401
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=10) == 0


@pytest.mark.parametrize("address", ["0.0.0.0:0", "shop.example:80", "eighty", "127.0.0.1:99999", "[::]:0"])
async def test_only_loopback_is_served_at(address: str, tmp_path: Path) -> None:
    done = await incident_mcp("serve", "--http", address, environment={"INCIDENT_HOME": str(tmp_path)})
    assert done.returncode == 1
    assert "127.0.0.1" in done.stderr
