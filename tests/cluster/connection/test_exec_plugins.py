"""Credential plugins that work, and all the ways in which they don't."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from incident_mcp.cluster.exec_plugin import ExecCredentials, Plugin
from incident_mcp.cluster.plugin_process import plugin_environment
from incident_mcp.vocabulary.errors import CredentialsError
from tests.cluster.connection.harness import ENVIRONMENT, WAIT, b64, cluster_of, connected
from tests.cluster.connection.pki import Pki
from tests.cluster.connection.recorder import Reply, Seen, recording

pytestmark = pytest.mark.anyio

V1 = "client.authentication.k8s.io/v1"
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


def answer(**status: Any) -> str:
    """Shell that prints an ExecCredential, byte for byte."""
    return "cat <<'END'\n" + json.dumps({"apiVersion": V1, "kind": "ExecCredential", "status": status}) + "\nEND"


def plugin(command: str, **changes: Any) -> Plugin:
    base = Plugin("user 'admin'", command, (), V1, "", ENVIRONMENT, None)
    return replace(base, **changes)


async def ask(one: Plugin) -> str | None:
    with anyio.fail_after(WAIT):
        return (await ExecCredentials(one, lambda: NOW).current()).authorization


@pytest.mark.parametrize(
    ("body", "happened"),
    [
        ("echo no such login >&2; exit 3", "failed with exit code 3: no such login"),
        ("echo 'not json'", "did not print an ExecCredential"),
        ("true", "did not print an ExecCredential"),
        ("echo '{}'", "printed no apiVersion no kind, not client.authentication.k8s.io/v1 ExecCredential"),
        (answer(token="t").replace("/v1", "/v1beta1"), "printed client.authentication.k8s.io/v1beta1 ExecCredential"),
        (answer(), "printed neither a token nor a client certificate"),
        (answer(token=""), "printed neither a token nor a client certificate"),
        (answer(token=" "), "is empty"),
        (answer(token="two\nlines"), "holds characters that no token has"),
        (answer(clientCertificateData="x"), "printed a client certificate or a key, not both"),
        (answer(token="t", expirationTimestamp="tomorrow"), "did not print an ExecCredential"),
        ("yes | head -c 3000000", "printed more than a credential can be"),
    ],
)
async def test_a_plugin_that_answers_badly(write_plugin: Callable[[str], str], body: str, happened: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        await ask(plugin(write_plugin(body)))
    assert happened in caught.value.happened
    assert "user 'admin'" in caught.value.happened or "credential plugin" in caught.value.happened
    assert caught.value.next_step


async def test_a_plugin_that_is_not_installed_is_told_with_its_install_hint() -> None:
    with pytest.raises(CredentialsError, match="'no-such-plugin' of user 'admin' was not found") as caught:
        await ask(plugin("no-such-plugin", install_hint="brew install\x1b[31m no-such-plugin"))
    assert caught.value.next_step == "brew install[31m no-such-plugin"


async def test_a_plugin_that_can_not_start(tmp_path: Path) -> None:
    path = tmp_path / "plugin"
    path.write_text("#!/no/such/interpreter\n")
    path.chmod(0o755)
    with pytest.raises(CredentialsError, match="could not be started: No such file"):
        await ask(plugin(str(path)))


async def test_a_plugin_that_hangs_is_ended_with_all_that_it_started(
    write_plugin: Callable[[str], str], tmp_path: Path
) -> None:
    command = write_plugin(f"sleep 600 & echo $! >'{tmp_path}/child'; wait")
    with pytest.raises(CredentialsError, match=r"did not answer within 0\.5 s and was ended"):
        await ask(plugin(command, seconds=0.5))
    await _gone(int((tmp_path / "child").read_text()))


async def test_a_cancelled_caller_leaves_no_plugin_behind(write_plugin: Callable[[str], str], tmp_path: Path) -> None:
    command = write_plugin(f"sleep 600 & echo $! >'{tmp_path}/pid'; wait")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask, plugin(command))
        with anyio.fail_after(WAIT):
            await _written(tmp_path / "pid")
        tasks.cancel_scope.cancel()
    await _gone(int((tmp_path / "pid").read_text()))


async def test_a_plugin_that_floods_stderr_is_read_to_its_end(write_plugin: Callable[[str], str]) -> None:
    flood = "yes nonsense | head -c 5000000 >&2; echo the reason >&2"
    assert await ask(plugin(write_plugin(f"{flood}\n{answer(token='t')}"))) == "Bearer t"
    with pytest.raises(CredentialsError) as caught:
        await ask(plugin(write_plugin(f"{flood}; exit 1")))
    assert len(caught.value.happened) < 500


async def test_a_credential_is_kept_until_it_expires(
    write_plugin: Callable[[str], str], runs: Callable[[], int]
) -> None:
    moment = NOW
    command = write_plugin(answer(token="t", expirationTimestamp="2026-10-01T12:10:00Z"))
    credentials = ExecCredentials(plugin(command), lambda: moment)
    with anyio.fail_after(WAIT):
        for minute, expected in ((0, 1), (9, 1), (10, 2)):
            moment = NOW + timedelta(minutes=minute)
            await credentials.current()
            assert runs() == expected


async def test_many_callers_share_one_run_and_one_failure(
    write_plugin: Callable[[str], str], runs: Callable[[], int]
) -> None:
    credentials = ExecCredentials(plugin(write_plugin("sleep 0.2; exit 1")), lambda: NOW)
    failures: list[CredentialsError] = []

    async def one() -> None:
        try:
            await credentials.current()
        except CredentialsError as error:
            failures.append(error)

    with anyio.fail_after(WAIT):
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(one)
    assert (len(failures), runs()) == (20, 1)


async def test_many_callers_share_one_credential(write_plugin: Callable[[str], str], runs: Callable[[], int]) -> None:
    credentials = ExecCredentials(plugin(write_plugin(answer(token="t"))), lambda: NOW)
    got: list[str | None] = []

    async def one() -> None:
        got.append((await credentials.current()).authorization)

    with anyio.fail_after(WAIT):
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(one)
    assert (got, runs()) == (["Bearer t"] * 20, 1)


async def test_the_plugin_gets_its_question_and_no_secrets_of_others(
    write_plugin: Callable[[str], str], write_kubeconfig: Callable[..., Path], pki: Pki, tmp_path: Path
) -> None:
    command = write_plugin(f"env >'{tmp_path}/env'; echo \"$@\" >'{tmp_path}/args'\n{answer(token='t')}")
    user = {
        "exec": {
            "apiVersion": V1,
            "command": command,
            "args": ["get token", "--x"],
            "env": [{"name": "PROFILE", "value": "prod"}, {"name": "HOME", "value": "/elsewhere"}],
            "interactiveMode": "IfAvailable",
            "provideClusterInfo": True,
        }
    }
    hidden = {
        "ANTHROPIC_API_KEY": "k",
        "CLAUDE_CODE_TOKEN": "k",
        "CLAUDECODE": "1",
        "MCP_TOKEN": "k",
        "SLACK_TOKEN": "k",
    }
    async with recording(issued=pki.server) as server:
        extension = {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "me"}}
        cluster = {**cluster_of(server, pki), "tls-server-name": "kube.internal", "extensions": [extension]}
        path = write_kubeconfig(cluster, user)
        environment = {**hidden, "AWS_PROFILE": "aws"}
        async with connected(path, environment, withheld=frozenset({"SLACK_TOKEN"})) as api:
            await api.get("/version")
    seen = dict(line.split("=", 1) for line in (tmp_path / "env").read_text().splitlines() if "=" in line)
    assert not hidden.keys() & seen.keys()
    assert (seen["PROFILE"], seen["HOME"], seen["AWS_PROFILE"]) == ("prod", "/elsewhere", "aws")
    assert (tmp_path / "args").read_text() == "get token --x\n"
    assert json.loads(seen["KUBERNETES_EXEC_INFO"]) == {
        "apiVersion": V1,
        "kind": "ExecCredential",
        "spec": {
            "interactive": False,
            "cluster": {
                "server": server.url,
                "tls-server-name": "kube.internal",
                "certificate-authority-data": b64(pki.ca.pem),
                "config": {"audience": "me"},
            },
        },
    }


async def test_after_a_401_the_plugin_is_asked_once_more(
    write_plugin: Callable[[str], str], write_kubeconfig: Callable[..., Path], runs: Callable[[], int], pki: Pki
) -> None:
    numbered = answer(token="t-$(wc -l <runs | tr -d ' ')").replace("'END'", "END")
    command = write_plugin(f'cd "$(dirname "$0")"\n{numbered}')

    def handler(seen: Seen) -> Reply:
        return Reply() if seen.one("authorization") == "Bearer t-2" else Reply(401)

    async with (
        recording(handler, issued=pki.server) as server,
        connected(write_kubeconfig(cluster_of(server, pki), _exec(command))) as api,
    ):
        await api.get("/version")
        await api.patch("/api/v1/x", {}, content_type="application/merge-patch+json", user_agent="a")
    assert [seen.one("authorization") for seen in server.seen] == ["Bearer t-1", "Bearer t-2", "Bearer t-2"]
    assert runs() == 2


async def test_a_401_that_stays_ends_as_an_error_and_not_as_a_loop(
    write_plugin: Callable[[str], str], write_kubeconfig: Callable[..., Path], runs: Callable[[], int], pki: Pki
) -> None:
    async with recording(lambda seen: Reply(401), issued=pki.server) as server:
        path = write_kubeconfig(cluster_of(server, pki), _exec(write_plugin(answer(token="same"))))
        async with connected(path) as api:
            with pytest.raises(CredentialsError, match="does not accept the credentials of admin"):
                await api.get("/version")
    assert (len(server.seen), runs()) == (1, 2)


def test_an_inherited_variable_gives_way_to_the_kubeconfigs() -> None:
    inherited = {"A": "1", "B": "2", "incident_home": "x", "OURS": "y"}
    assert plugin_environment(inherited, {"B": "3"}, frozenset({"OURS"})) == {"A": "1", "B": "3"}


def _exec(command: str) -> dict[str, Any]:
    return {"exec": {"apiVersion": V1, "command": command, "interactiveMode": "Never"}}


async def _written(path: Path) -> None:
    while not (path.exists() and path.read_text().endswith("\n")):
        await anyio.sleep(0)


async def _gone(pid: int) -> None:
    """Waits until the process is no more (or a zombie that its new parent has not collected)."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return
        except (ProcessLookupError, FileNotFoundError):
            return
        await anyio.sleep(0)
    pytest.fail(f"process {pid} is still there")
