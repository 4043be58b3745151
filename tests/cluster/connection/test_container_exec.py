"""What the API server's exec protocol can bring, played to the letter: channels, statuses, and connections that end."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping
from wsproto.utilities import generate_accept_token

from incident_mcp.cluster.container_exec import Ran, run_command
from incident_mcp.text.fencing import quote
from incident_mcp.vocabulary.errors import Forbidden, Invalid, Unreachable
from tests.cluster.connection.harness import api_of
from tests.cluster.connection.pki import Pki
from tests.cluster.connection.recorder import Drop, Handler, Hang, Recorder, Reply, Seen

PATH = "/api/v1/namespaces/shop/pods/app-0/exec"
OPTIONS = {"container": "app", "command": ["ls", "-l", "/a b"]}
SUCCESS: dict[str, Any] = {"status": "Success", "metadata": {}}
EXITED_3: dict[str, Any] = {
    "status": "Failure",
    "reason": "NonZeroExitCode",
    "message": "command terminated with non-zero exit code",
    "details": {"causes": [{"reason": "ExitCode", "message": "3"}]},
}
NO_SUCH_PROGRAM: dict[str, Any] = {
    "status": "Failure",
    "reason": "InternalError",
    "code": 500,
    "message": 'Internal error occurred: OCI runtime exec failed: exec: "sh": executable file not found in $PATH',
}


def frames(*messages: bytes | dict[str, Any] | Any) -> bytes:
    """Messages as a server frames them: bytes as they are, a Status on its channel, other events by themselves."""
    server = Connection(ConnectionType.SERVER)
    events = [
        BytesMessage(data=b"\x03" + json.dumps(one).encode())
        if isinstance(one, dict)
        else BytesMessage(data=one)
        if isinstance(one, bytes)
        else one
        for one in messages
    ]
    return b"".join(server.send(event) for event in events)


def switching(body: bytes, *, cut: bool = False, protocol: str = "v5.channel.k8s.io", token: str = "") -> Handler:
    def answer(seen: Seen) -> Reply:
        accept = token or generate_accept_token(seen.one("Sec-WebSocket-Key").encode()).decode()
        headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept}
        return Reply(101, body, headers | {"Sec-WebSocket-Protocol": protocol}, cut=cut)

    return answer


async def run(pki: Pki, home: Path, handler: Handler, seconds: float = 5) -> tuple[Ran, Recorder]:
    async with api_of(pki, home, handler, timeout=1) as (api, server):
        ran = await run_command(api, PATH, OPTIONS, agent="incident-mcp/1 plan/abc", seconds=seconds, most=100)
        return ran, server


async def test_the_command_is_asked_for_word_by_word_and_names_its_plan(pki: Pki, tmp_path: Path) -> None:
    _, server = await run(pki, tmp_path, switching(frames(SUCCESS)))
    [seen] = server.seen
    query = parse_qs(urlsplit(seen.target).query)
    assert query == {"container": ["app"], "command": ["ls", "-l", "/a b"], "stdout": ["true"], "stderr": ["true"]}
    assert seen.one("User-Agent") == "incident-mcp/1 plan/abc"
    assert seen.one("Sec-WebSocket-Protocol") == "v5.channel.k8s.io, v4.channel.k8s.io"


@pytest.mark.parametrize("protocol", ["v5.channel.k8s.io", "v4.channel.k8s.io"])
async def test_output_errors_and_exit_code_are_told_apart(pki: Pki, tmp_path: Path, protocol: str) -> None:
    body = frames(b"\x01one ", Ping(), b"\x02bad", b"\x01two", b"", EXITED_3, CloseConnection(code=1000))
    ran, _ = await run(pki, tmp_path, switching(body, protocol=protocol))
    assert ran.ended.startswith("exit code 3 after")
    assert (quote(ran.output), quote(ran.errors)) == ("«one two»", "«bad»")


async def test_a_message_in_pieces_is_one(pki: Pki, tmp_path: Path) -> None:
    body = frames(BytesMessage(data=b"\x01on", message_finished=False), BytesMessage(data=b"e"), SUCCESS)
    ran, _ = await run(pki, tmp_path, switching(body))
    assert quote(ran.output) == "«one»"


async def test_more_than_is_kept_ends_the_listening(pki: Pki, tmp_path: Path) -> None:
    ran, _ = await run(pki, tmp_path, switching(frames(b"\x01" + b"x" * 60, b"\x01" + b"y" * 60, SUCCESS)))
    assert ran.ended.endswith("of output: it may still run")
    assert len(ran.output) == 100


async def test_a_connection_that_breaks_leaves_what_came_and_says_that_the_end_is_not_known(
    pki: Pki, tmp_path: Path
) -> None:
    ran, _ = await run(pki, tmp_path, switching(frames(b"\x01half", b"\x01" + b"z" * 90), cut=True))
    assert "whether it ended is not known" in ran.ended
    assert quote(ran.output) == "«half»"


async def test_silence_is_borne_for_the_given_time(pki: Pki, tmp_path: Path) -> None:
    ran, _ = await run(pki, tmp_path, switching(frames(b"\x01begun")), seconds=0.3)
    assert "no longer waited for: it may still run" in ran.ended
    assert quote(ran.output) == "«begun»"


async def test_a_program_that_is_not_there_was_not_started(pki: Pki, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="was not started on prod: Internal error occurred: OCI runtime"):
        await run(pki, tmp_path, switching(frames(NO_SUCH_PROGRAM)))


async def test_an_error_after_some_output_is_no_proof_that_it_was_not_started(pki: Pki, tmp_path: Path) -> None:
    ran, _ = await run(pki, tmp_path, switching(frames(b"\x02sh: x: not found in $PATH", NO_SUCH_PROGRAM)))
    assert ran.ended.startswith("ended with an error (Internal error occurred")


def refusing(status: int, reason: str) -> Handler:
    return lambda seen: Reply(status, {"kind": "Status", "message": reason, "reason": reason, "code": status})


async def test_a_refusal_before_the_switch_is_not_started_and_not_asked_again(pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path, refusing(503, "error dialing backend")) as (api, server):
        with pytest.raises(Invalid, match=r"The command was not started\."):
            await run_command(api, PATH, OPTIONS, agent="a", seconds=1, most=100)
        assert len(server.seen) == 1
    with pytest.raises(Forbidden):
        await run(pki, tmp_path, refusing(403, "no"))


def dropping(seen: Seen) -> Reply:
    raise Drop


def hanging(seen: Seen) -> Reply:
    raise Hang


@pytest.mark.parametrize("handler", [dropping, hanging, switching(b"", token="wrong"), switching(b"", protocol="v1")])
async def test_without_a_good_answer_nobody_knows_whether_it_was_started(
    pki: Pki, tmp_path: Path, handler: Handler
) -> None:
    async with api_of(pki, tmp_path, handler, timeout=0.5) as (api, server):
        with pytest.raises(Unreachable) as told:
            await run_command(api, PATH, OPTIONS, agent="a", seconds=1, most=100)
        assert told.value.sent
        assert "Whether the command was started is not known." in str(told.value)
        assert len(server.seen) == 1
