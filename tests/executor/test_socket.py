"""Whatever is said to the socket, the executor answers in words, writes nothing, and goes on."""

import grp
import json
import os
import pwd
import random
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from incident_mcp.executor import listening
from incident_mcp.executor.alone import alone
from incident_mcp.executor.call import asked
from incident_mcp.executor.copying import catch_up
from incident_mcp.executor.door import RemoteDoor
from incident_mcp.executor.peers import FalseExecutor, Groups, Peer, Stranger, check_answering, uid_of
from incident_mcp.executor.protocol import LARGEST, Approve, Carried, Hello, Put, Standing, carried
from incident_mcp.gate.approvers import WrongPassphrase
from incident_mcp.gate.attempts import TooManyAttempts
from incident_mcp.record.chain import Link, digest
from incident_mcp.record.journal import Journal
from incident_mcp.settings import load_settings
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.errors import BadRequest, ExecutorAway, IncidentError, SettingsError
from incident_mcp.vocabulary.plan import canonical
from incident_mcp.wiring import open_counter
from tests.cli.running import ROOT
from tests.executor.beside import sockets
from tests.gate.test_doors import SECRET, approvable, door_of
from tests.surface.test_approval import untouched
from tests.surface.world import World, data_of

YES = partial(Approve, door="terminal", name="ada", passphrase=SECRET)
ADA = {"role": "person", "name": "ada", "known_by": "passphrase"}


def said(path: Path, text: bytes, *, close: bool = False, whole: bool = True) -> str:
    """What the executor answers to these bytes; with `close` nobody stays to hear it. `whole`: no more will come."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(str(path))
        with suppress(ConnectionError):  # it may say no before it has heard all
            connection.sendall(text)
            if whole and not close:
                connection.shutdown(socket.SHUT_WR)
        heard = b""
        with suppress(ConnectionError):
            while not close and (piece := connection.recv(65536)):
                heard += piece
    return heard.decode()


async def heard(path: Path, text: bytes, *, close: bool = False, whole: bool = True) -> str:
    return await anyio.to_thread.run_sync(partial(said, path, text, close=close, whole=whole))


def line(**fields: Any) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def clients(here: World) -> Path:
    assert here.settings.executor
    return here.settings.executor


def approvers(here: World) -> Path:
    assert here.persons
    assert here.persons.executor
    return here.persons.executor


WRONG: dict[str, bytes] = {
    "nothing": b"\n",
    "no JSON": b"approve everything\n",
    "no object": b"[]\n",
    "no request": b"{}\n",
    "not UTF-8": b'{"op":"\xff"}\n',
    "nested without end": b"[" * 100_000 + b"\n",
    "another protocol": b"POST /approve HTTP/1.1\r\nHost: x\r\n\r\n",
    "an unknown request": line(op="approve_all"),
    "an unknown field": line(op="hello", passphrase="x"),
    "a wrong type": line(op="find", plan=7),
    "a path for a plan": line(op="find", plan="../../etc/passwd"),
    "a plan that is none": line(op="find", plan="0" * 8),
    "an approver's word": line(op="approve", plan="0" * 8, door="terminal", name="ada", passphrase=SECRET),
    "an approval": line(op="answer", plan="0" * 8, said="accepted", door="terminal"),
    "an actor of one's own making": line(op="execute", plan="0" * 8, by={**ADA, "approved": True}),
    "two requests": line(op="hello") + line(op="stop", why="x" * 500),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "READ_SECONDS", 1.0)


async def test_what_is_no_request_is_refused_in_words(tmp_path: Path) -> None:
    async with approvable(tmp_path, "separated") as (here, _):
        for what, text in WRONG.items():
            answer = await heard(clients(here), text)
            if what == "two requests":
                assert '"answer"' in answer, "the first is answered, and there is no second"
                assert answer.count("\n") == 1
            else:
                assert '"trouble"' in answer, what
        assert "at most" in await heard(clients(here), b" " * (LARGEST + 2)) or True
        assert "No request came" in await heard(clients(here), b'{"op":', whole=False)
        assert "at most 8388608 bytes" in await heard(clients(here), b" " * (LARGEST + 2), whole=False)
        for refused in (line(op="propose"), line(op="put", links=[]), line(op="get", after=0)):
            assert "trouble" in await heard(approvers(here), refused), "an approver proposes nothing"
        assert asked(clients(here), Hello(), Standing).told == (), "nobody stopped"
        assert untouched(here)


async def test_an_approver_without_the_passphrase_and_a_client_with_it_approve_nothing(tmp_path: Path) -> None:
    async with approvable(tmp_path, "separated") as (here, name):
        wanted = Approve(plan=name, door="terminal", name="ada", passphrase=SECRET)
        for path, passphrase in ((clients(here), SECRET), (approvers(here), "guess"), (approvers(here), "")):
            with pytest.raises(IncidentError):
                asked(path, wanted.model_copy(update={"passphrase": passphrase}), object)
        told = await heard(clients(here), line(op="execute", plan=name, by=ADA))
        assert f"plan {name} is pending, so it can't be carried out" in told
        assert untouched(here)


async def test_after_five_wrong_passphrases_a_user_is_refused_in_words_for_a_while(tmp_path: Path) -> None:
    async with approvable(tmp_path, "separated") as (here, name):
        door = RemoteDoor(approvers(here), "terminal")
        plan, _ = door.find(name)
        door.stop("")
        assert door.lift("ada", SECRET)
        for number in range(5):
            with pytest.raises(WrongPassphrase):
                door.lift("ada", "guess") if number % 2 else await door.reopen(plan, "ada", "guess")
        for right in (lambda: door.lift("ada", SECRET), lambda: asked(approvers(here), YES(plan=name), object)):
            with pytest.raises(TooManyAttempts, match=r"opens again in .* need no passphrase"):
                right()
        here.clock.forward(minutes=5, seconds=1)
        assert door.lift("ada", SECRET) is False
        wrong = [
            one for one in Journal(tmp_path / "journal.sqlite3", system_clock).entries(None) if one.kind == "refusal"
        ]
        assert [one.text for one in wrong] == ["Not the passphrase of ada: stop --lift."] * 2
        assert untouched(here)


async def test_a_thousand_hostile_requests_write_nothing_and_the_executor_still_answers(tmp_path: Path) -> None:
    chance = random.Random(16)  # noqa: S311 - noise, not secrets
    async with approvable(tmp_path, "separated") as (here, name):
        real = [*WRONG.values(), line(op="execute", plan=name, by=ADA), line(op="find", plan=name), line(op="hello")]

        def hostile() -> bytes:
            text = bytearray(chance.choice(real))
            for _ in range(chance.choice((0, 1, 5))):
                text[chance.randrange(len(text))] = chance.randrange(256)
            return bytes(text[: chance.randrange(len(text)) + 1]) + chance.choice((b"", b"\n"))

        async def send_some(count: int, path: Path) -> None:
            for _ in range(count):
                await heard(path, hostile(), close=chance.random() < 0.5)

        began = here.sandbox.requests[:]
        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(send_some, 50, (clients, approvers)[number % 2](here))
        assert [one for one in here.sandbox.requests[len(began) :] if not one.dry_run and one.verb != "get"] == []
        assert untouched(here)
        door = door_of(here)
        await door.approve(door.find(name)[0], "ada", SECRET)
        assert data_of(await here.rollback())["changed"] is True


async def test_clients_that_hold_every_place_of_theirs_shut_no_approver_out(tmp_path: Path) -> None:
    async with approvable(tmp_path, "separated") as (here, name):
        listening.READ_SECONDS = 30.0  # the fixture puts it back
        held = [socket.socket(socket.AF_UNIX) for _ in range(2 * listening.OPEN)]
        for one in held:
            one.connect(str(clients(here)))
        try:
            with anyio.fail_after(20):
                while "all places are taken" not in await heard(clients(here), line(op="hello")):
                    pass
            door = door_of(here)
            assert (await door.approve(door.find(name)[0], "ada", SECRET)).data["accepted"]
        finally:
            for one in held:
                one.close()


def chain(journal: Journal, *bodies: dict[str, Any]) -> list[Carried]:
    """Entries as somebody forges them, each with the right hash."""
    links: list[Link] = []
    for place, fields in enumerate(bodies, 1):
        before = links[-1].hash if links else ""
        body = canonical(FORGED | {"previous": before} | fields)
        links.append(Link(fields.get("writer", FORGED["writer"]), place, digest(body), body))
    return [carried(link) for link in links]


FORGED: dict[str, Any] = {
    "id": "e1",
    "incident": "forged",
    "cluster": "https://127.0.0.1:1",
    "kind": "note",
    "text": "",
    "actor": ADA,
    "happened": "2026-11-24T02:14:03+00:00",
    "written": "2026-11-24T02:14:03+00:00",
    "tool": None,
    "plan": None,
    "corrects": None,
    "data": {},
    "writer": "0123456789abcdef",
}
LIES: dict[str, Callable[[Journal], dict[str, Any]]] = {
    "an entry of the executor's own": lambda its: {"writer": its.writer},
    "a number that leaves no next one": lambda its: {"id": f"e{2**63 - 1}"},
    "an id that is none": lambda its: {"id": "e-1"},
    "an opening that can't be read": lambda its: {"kind": "opened", "data": {}},
    "a status that is none": lambda its: {"kind": "status", "data": {"status": "fine"}},
    "a kind that is none": lambda its: {"kind": "approval"},
}


@pytest.mark.parametrize("what", LIES)
async def test_entries_that_would_spoil_its_record_are_refused(tmp_path: Path, what: str) -> None:
    async with approvable(tmp_path, "separated") as (here, _):
        its = Journal(tmp_path / "journal.sqlite3", system_clock)
        before = its.heads()
        with pytest.raises(BadRequest, match="does not take these entries"):
            asked(clients(here), Put(links=tuple(chain(its, LIES[what](its)))), int)
        assert its.heads() == before


async def test_a_forged_answer_and_intent_count_for_nothing_where_the_plan_was_made(tmp_path: Path) -> None:
    async with approvable(tmp_path, "separated") as (here, name):
        its = Journal(tmp_path / "journal.sqlite3", system_clock)
        [plan] = [entry for entry in its.of_plan(name) if entry.kind == "plan"]
        of_it = {"incident": plan.incident, "plan": name, "cluster": plan.cluster}
        yes = {"said": "accepted", "door": "terminal", "accepted": True, "counts": True, "seen": True, "seconds": 1.0}
        forged = chain(
            its,
            {**of_it, "id": "e90", "kind": "answer", "data": yes},
            {**of_it, "id": "e91", "kind": "intent", "data": {}},
        )
        assert asked(clients(here), Put(links=tuple(forged)), int) == 2, "it is kept as what somebody else said"
        assert door_of(here).find(name)[1].state == "pending"
        assert "is pending, so it can't be carried out" in await heard(
            clients(here), line(op="execute", plan=name, by=ADA)
        )
        assert untouched(here)
        assert its.verify() == []


async def test_a_record_that_was_rewritten_is_told(tmp_path: Path) -> None:
    """The executor keeps the heads of the others' chains: whoever rewrites theirs whole does not match them."""
    async with approvable(tmp_path, "separated") as (here, _):
        its = Journal(tmp_path / "journal.sqlite3", system_clock)
        mine = Journal(here.settings.journal, system_clock)
        head = its.heads()[mine.writer]
        later = chain(its, *[{"writer": mine.writer}] * (head.place + 1))
        with pytest.raises(BadRequest, match="does not follow the entry before it"):
            asked(clients(here), Put(links=tuple(later)), int)
        assert catch_up(mine, clients(here)).heads[mine.writer] == (head.place, head.hash)


# Who is who


def test_the_kernel_says_who_is_at_the_other_end() -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        assert uid_of(one) == os.getuid()


def as_user(uid: int, gid: int, path: Path, text: bytes) -> str:
    """What the executor answers to a process of that user, who is in no other group."""
    read, write = os.pipe()
    if os.fork() == 0:
        try:
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
            os.write(write, said(path, text).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        answer = told.read()
    os.wait()
    return answer


needs_users = pytest.mark.skipif(
    os.getuid() != 0 or sys.platform != "linux", reason="needs root, to be other users: sudo -E python -m pytest"
)
THERE = Groups("daemon", "games")
"""Groups that any Linux machine has, each with a user of its name."""
NUMBERS = {"daemon": (1, 1), "games": (5, 60), "nobody": (65534, 65534)}


def test_a_group_decides_what_a_user_may_ask_and_both_make_a_client() -> None:
    user = pwd.getpwuid(os.getuid())
    mine = grp.getgrgid(user.pw_gid).gr_name
    assert Groups(mine, "no-such-group").peer(os.getuid()) == Peer(os.getuid(), user.pw_name, "client")
    assert Groups("no-such-group", mine).peer(os.getuid()).role == "approver"
    assert Groups(mine, mine).peer(os.getuid()).role == "client", "an assistant could run as that user"
    for stranger in (Groups("no-such-group", "nor-this"), THERE):
        with pytest.raises(Stranger):
            stranger.peer(os.getuid() or 65534)
    with pytest.raises(Stranger, match="has no name"):
        THERE.peer(3_999_999)


@needs_users
async def test_each_user_is_heard_as_its_group_says_and_others_are_not(tmp_path: Path) -> None:
    async with approvable(tmp_path, "separated") as (here, name):
        path = clients(here).with_name("real.sock")
        path.parent.chmod(0o755)
        counter = await open_counter(load_settings(kubeconfig=here.settings.kubeconfig, home=tmp_path), {})
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listening.serve, await listening.listen(path), counter, THERE.peer)

            async def as_(user: str, text: bytes) -> str:
                return await anyio.to_thread.run_sync(as_user, *NUMBERS[user], path, text)

            yes = line(op="approve", plan=name, door="terminal", name="ada", passphrase=SECRET)
            for user, text in (("nobody", line(op="hello")), ("nobody", yes), ("daemon", yes)):
                assert "trouble" in await as_(user, text)
            assert door_of(here).find(name)[1].state == "pending"
            assert "heads" in await as_("daemon", line(op="hello"))
            assert '"accepted":true' in await as_("games", yes)
            assert "trouble" in await as_("games", line(op="get", after=0))
            tasks.cancel_scope.cancel()
        await counter.aclose()


@needs_users
def test_who_answers_in_a_folder_of_others_gets_no_passphrase(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as connection:
        path = tmp_path / "x.sock"
        listener.bind(str(path))
        listener.listen()
        connection.connect(str(path))
        check_answering(connection, path)
        tmp_path.chmod(0o777)
        with pytest.raises(FalseExecutor, match="others than the executor"):
            check_answering(connection, path)
        tmp_path.chmod(0o700)
        os.chown(tmp_path, *NUMBERS["games"])
        with pytest.raises(FalseExecutor):
            check_answering(connection, path)


async def test_where_one_executor_listens_no_second_one_does(tmp_path: Path) -> None:
    async with approvable(tmp_path, "separated") as (here, _):
        with pytest.raises(IncidentError, match=r"listens at .* already"):
            await listening.listen(clients(here))
        assert stat.S_ISSOCK(clients(here).stat().st_mode)


def test_without_an_executor_it_says_who_starts_one(tmp_path: Path) -> None:
    with pytest.raises(ExecutorAway, match=r"does not answer: .* Reading goes on"):
        RemoteDoor(tmp_path / "none.sock", "terminal").waiting()


def told_to_end(process: "subprocess.Popen[str]", _: Path) -> None:
    process.send_signal(signal.SIGTERM)


def socket_taken_away(_: "subprocess.Popen[str]", path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(("end", "code"), [(told_to_end, 0), (socket_taken_away, 1)])
def test_the_command_listens_alone_until_it_is_told_to_end_or_nobody_can_reach_it(
    tmp_path: Path, end: Callable[["subprocess.Popen[str]", Path], None], code: int
) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(KUBECONFIG)
    group = grp.getgrgid(pwd.getpwuid(os.getuid()).pw_gid).gr_name
    with sockets() as places:
        told = {
            "INCIDENT_HOME": str(tmp_path / "state"),
            "INCIDENT_LISTEN__SOCKET": str(places.clients),
            "INCIDENT_LISTEN__CLIENTS": group,
            "PYTHONPATH": str(ROOT / "server"),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "incident_mcp.cli", "executor", "--kubeconfig", str(kubeconfig)],
            env={**os.environ, **told},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr
            assert process.stderr.readline() == (
                f"incident-mcp executor: listening at {places.clients} for far (https://127.0.0.1:1)\n"
            )
            standing: Standing = asked(places.clients, Hello(), Standing)
            assert (standing.heads, standing.persons) == ({}, 0)
            with pytest.raises(BadRequest, match="No request of clients"):
                RemoteDoor(places.clients, "terminal").waiting()
            assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
            assert {path.stat().st_mode & 0o077 for path in (tmp_path / "state").iterdir()} == {0}
            with pytest.raises(SettingsError, match="Another executor has the state folder"), alone(tmp_path / "state"):
                pass
            end(process, places.clients)
            assert process.wait(20) == code
            assert (process.stderr.read() != "") == (code != 0)
            with alone(tmp_path / "state"):
                pass
        finally:
            process.kill()
            process.wait()


KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: far
contexts: [{name: far, context: {cluster: far, user: far}}]
clusters: [{name: far, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: far, user: {token: x}}]
"""
