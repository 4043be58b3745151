"""When the assistant's server, the executor or the monitoring dies in the middle: who still finishes, how, and where
its traces are.
"""

import json
import random
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import Process

from incident_mcp.executor.call import Call
from incident_mcp.executor.door import RemoteDoor
from incident_mcp.executor.protocol import Execute
from incident_mcp.gate.approvers import Approvers
from incident_mcp.gate.doors import NotAYes
from incident_mcp.record.journal import Journal
from incident_mcp.settings import load_settings
from incident_mcp.vocabulary.answer import Outcome
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.errors import ExecutorAway
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.wiring import open_desk
from incident_mcp.workflow import changes, incidents
from incident_mcp.workflow.desk import Desk
from incident_sandbox import Sandbox, serve_sandbox
from incident_sandbox.model.resources import DEPLOYMENTS
from tests.cli.running import incident_mcp
from tests.executor import beside
from tests.executor.beside import Sockets, executor_beside, sockets
from tests.gate.terminal import in_a_terminal
from tests.gate.test_doors import SECRET, approvable, both_stands, door_of
from tests.surface.test_after_a_crash import intended
from tests.surface.test_approval import untouched
from tests.surface.world import Stands, at_once, data_of, text_of

WITHIN = 60.0
"""Seconds in which a person finishes what the assistant can't any more."""
KILLS = 3


@asynccontextmanager
async def process(*command: str) -> AsyncGenerator[Process]:
    """A process that has said `ready`, and is killed at the block's end."""
    async with await anyio.open_process([sys.executable, *command], stdin=subprocess.PIPE, stderr=None) as made:
        assert made.stdout
        said = b""
        with anyio.fail_after(60):
            while b"ready\n" not in said:
                said += await made.stdout.receive()
        try:
            yield made
        finally:
            if made.returncode is None:
                made.send_signal(signal.SIGKILL)


@both_stands
async def test_with_the_assistant_killed_a_person_finishes_the_rollback_at_the_terminal(
    tmp_path: Path, stands: Stands
) -> None:
    async with serve_sandbox("bad-rollout") as sandbox:
        policy = at_once(tmp_path)
        Approvers(tmp_path).set("ada", SECRET)
        here = load_settings(kubeconfig=str(sandbox.kubeconfig), home=tmp_path, policy=policy, allow_writes=True)
        with executor_beside(here, system_clock) as places:
            server = {"INCIDENT_HOME": str(tmp_path), "KUBECONFIG": str(sandbox.kubeconfig)}
            ada = server
            if stands == "separated":
                server = {"INCIDENT_HOME": str(tmp_path / "assistant"), "KUBECONFIG": str(sandbox.viewer_kubeconfig)}
                server |= {"INCIDENT_EXECUTOR": str(places.clients)}
                ada = {"INCIDENT_HOME": str(tmp_path / "ada"), "INCIDENT_EXECUTOR": str(places.approvers)}
            server |= {"INCIDENT_POLICY": str(policy), "INCIDENT_ALLOW_WRITES": "1"}
            server |= {"INCIDENT_PROMETHEUS__URL": "http://127.0.0.1:1"}  # the monitoring died, too
            plan = await anyio.to_thread.run_sync(proposed_and_killed, server)
            with anyio.fail_after(WITHIN):
                terminal = ada | {"INCIDENT_USER": "ada", "INCIDENT_POLICY": str(policy)}
                done = await anyio.to_thread.run_sync(
                    lambda: in_a_terminal(
                        *("approve", "--carry-out", plan),
                        answers=[("approves exactly this", SECRET)],
                        environment=terminal,
                    )
                )
            assert done.returncode == 0, done.shown
            assert "roll back Deployment shop/checkout, revision 7 (1.42) -> 6 (1.41): done" in done.shown
            writes = [one for one in sandbox.requests if not one.dry_run and one.verb == "patch"]
            assert len(writes) == 1
            record = json.loads((await incident_mcp("incidents", "list", "--json", environment=server)).stdout)
            shown = await incident_mcp("incidents", "show", record[0]["id"], "--json", environment=server)
            entries: list[dict[str, Any]] = json.loads(shown.stdout)
        logs = [entry for entry in entries if entry["kind"] == "evidence" and entry["data"].get("saved")]
        assert "KeyError" in json.dumps(logs), "the logs of the vanished pods"
        assert entries[-1]["data"]["status"] == "applied"


def proposed_and_killed(environment: dict[str, str]) -> str:
    """A server over pipes proposes a rollback and is killed; the plan's id."""
    from tests.cli.test_serve import Server

    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        server = Server(home=Path(environment["INCIDENT_HOME"]))
    server.call("open_incident", title="checkout is down")
    told = server.call("rollback_workload", kind="Deployment", namespace="shop", name="checkout")
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    words = told["content"][0]["text"].split()
    return words[words.index("plan") + 1].rstrip(",:")


async def test_with_the_executor_gone_reading_goes_on_and_changes_say_why_not(tmp_path: Path) -> None:
    async with approvable(tmp_path, "separated") as (here, name):
        executor = here.settings.executor
        assert executor
        executor.rename(executor.with_name("away"))
        for tool in ("check_health", "get_incident"):
            told = " ".join(data_of(await here.call(tool))["summary"])
            assert f"The executor at {executor} does not answer" in told
        refused = text_of(await here.rollback())
        assert "does not answer" in refused
        assert "Nothing was changed." in refused
        assert "systemctl start incident-mcp-executor" in refused
        assert untouched(here)
        assert data_of(await here.call("update_incident", status="resolved"))["status"] == "resolved"
        executor.with_name("away").rename(executor)
        await here.call("get_incident")
        plan, _ = door_of(here).find(name)
        with pytest.raises(NotAYes, match="is resolved"):
            await door_of(here).approve(plan, "ada", SECRET)


@asynccontextmanager
async def killable(sandbox: Sandbox, home: Path, places: Sockets, later: float = 0) -> AsyncGenerator[Process]:
    folder = str(places.clients.parent)
    async with process(beside.__file__, str(sandbox.kubeconfig), str(home), folder, str(later)) as made:
        yield made


@asynccontextmanager
async def assistants_desk(sandbox: Sandbox, home: Path, places: Sockets) -> AsyncGenerator[Desk]:
    """What the assistant's server works with: a credential that reads, and the executor's socket."""
    settings = load_settings(
        kubeconfig=str(sandbox.viewer_kubeconfig), home=home, executor=places.clients, allow_writes=True
    )
    desk = await open_desk(settings, {})
    try:
        yield desk
    finally:
        await desk.aclose()


async def approved(desk: Desk, places: Sockets, action: str, arguments: dict[str, Any]) -> Plan:
    """A plan that ada has said yes to at her own door."""
    found = await desk.record.current(None)
    name = found.id if found else (await incidents.open_incident(desk, "killed", None, desk.person)).incident
    proposal = await changes.propose_to_ask(desk, action, arguments, desk.person, incident=name)
    await RemoteDoor(places.approvers, "terminal").approve(proposal.plan, "ada", SECRET, proposal.plan.question.typed)
    return proposal.plan


async def test_an_executor_killed_in_the_middle_wrote_once_or_never_and_its_successor_tells_which(
    tmp_path: Path,
) -> None:
    chance = random.Random(9)  # noqa: S311 - moments, not secrets
    home = tmp_path / "executor"
    Approvers(home).set("ada", SECRET)
    async with serve_sandbox("healthy") as sandbox:
        for _ in range(KILLS):
            with sockets() as places:
                async with assistants_desk(sandbox, tmp_path / "assistant", places) as desk:
                    plan, outcome = await killed(desk, sandbox, home, places, chance.uniform(0, 0.03))
                    sent = [one for one in sandbox.requests if not one.dry_run and one.user_agent.endswith(plan.digest)]
                    assert len(sent) <= 1
                    assert outcome.status == "unknown" or (outcome.status, len(sent)) == ("applied", 1)
                    async with killable(sandbox, home, places, later=90) as successor:
                        await told_of(desk, plan)
                        _, story = await desk.gate.plan(plan.id)
                        successor.terminate()
                    assert story.outcome == {0: "not applied", 1: "applied"}[len(sent)]
                    after = [
                        one for one in sandbox.requests if one.user_agent.endswith(plan.digest) and not one.dry_run
                    ]
                    assert after == sent, "nothing is sent again"
        its, mine = (Journal(each / "journal.sqlite3", system_clock) for each in (home, tmp_path / "assistant"))
        assert its.verify() == mine.verify() == []
        assert mine.heads()[its.writer] == its.heads()[its.writer]


async def killed(desk: Desk, sandbox: Sandbox, home: Path, places: Sockets, after: float) -> tuple[Plan, Outcome]:
    """Have a change carried out, and kill the executor so many seconds after its intent; what the assistant is told."""
    now = sandbox.cluster.get(DEPLOYMENTS, "shop", "checkout") or {}
    wanted = {"kind": "Deployment", "namespace": "shop", "name": "checkout"}
    outcomes: list[Outcome] = []
    async with killable(sandbox, home, places) as executor:
        replicas = 5 if now["spec"]["replicas"] == 4 else 4
        plan = await approved(desk, places, "scale_workload", {**wanted, "replicas": replicas})

        async def carry_out() -> None:
            outcomes.append(await desk.gate.execute(plan, desk.person))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(carry_out)
            await intended(home / "journal.sqlite3", plan.id)
            await anyio.sleep(after)
            executor.send_signal(signal.SIGKILL)
    return plan, outcomes[0]


async def told_of(desk: Desk, plan: Plan) -> None:
    """Until the incident's record tells what came of a plan."""
    with anyio.fail_after(30):
        while True:
            _, story = await desk.gate.plan(plan.id)
            if story.outcome != "unknown":
                await desk.gate.waiting(story.incident, desk.person)
                return
            await anyio.sleep(0.1)


DRAIN = {"name": "node-2", "do": "drain"}


@pytest.mark.parametrize("how", ["cancelled", "vanished"])
async def test_a_call_that_is_cancelled_ends_between_two_writes_and_one_that_vanishes_is_finished(
    tmp_path: Path, how: str
) -> None:
    Approvers(tmp_path).set("ada", SECRET)
    async with serve_sandbox("healthy") as sandbox:
        settings = load_settings(kubeconfig=str(sandbox.kubeconfig), home=tmp_path, allow_writes=True)
        with executor_beside(settings, system_clock) as places:
            async with assistants_desk(sandbox, tmp_path / "assistant", places) as desk:
                plan = await approved(desk, places, "cordon_node", DRAIN)
                await (cancelled if how == "cancelled" else vanished)(desk, places, plan)
                await told_of(desk, plan)
                _, story = await desk.gate.plan(plan.id)
        done = [one for one in sandbox.requests if not one.dry_run and one.user_agent.endswith(plan.digest)]
    if how == "cancelled":
        assert story.outcome == "applied in part"
        assert "cancelled in between" in story.outcome_text
        assert len(done) < len(plan.draft.writes)
    else:
        assert story.outcome == "applied", story.outcome_text
        assert len(done) >= len(plan.draft.writes)


async def cancelled(desk: Desk, places: Sockets, plan: Plan) -> None:
    with anyio.CancelScope() as scope:

        async def told(done: int, total: int, what: str) -> None:
            scope.cancel()

        await desk.gate.execute(plan, desk.person, told)
    assert scope.cancelled_caught


async def vanished(desk: Desk, places: Sockets, plan: Plan) -> None:
    call = Call(places.clients, Execute(plan=plan.id, by=desk.person))

    def die(done: int, total: int, what: str) -> None:
        assert call._socket
        call._socket.shutdown(socket.SHUT_RDWR)

    with pytest.raises(ExecutorAway):
        await anyio.to_thread.run_sync(call.run, die)
