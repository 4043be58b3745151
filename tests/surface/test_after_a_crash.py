"""A write whose result nobody recorded: the next look reads the cluster and says *applied*, *not applied* or *can't
tell*; nothing is ever sent again by itself.
"""

import os
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from incident_mcp.cluster.calls import MERGE_PATCH
from incident_mcp.gate import steps
from incident_mcp.record.journal import Journal
from incident_mcp.record.plans import PlanStory
from incident_mcp.settings import load_settings
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.entry import EntryKind
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.wiring import open_desk
from incident_mcp.workflow import changes, incidents
from incident_mcp.workflow.desk import Desk
from incident_sandbox import Sandbox, serve_sandbox
from incident_sandbox.model.resources import DEPLOYMENTS
from tests.cluster.connection.harness import connected
from tests.surface import killed_in_the_middle
from tests.surface.test_approval import image, untouched
from tests.surface.world import ACCEPT, World, always, data_of, world

KILLS = int(os.environ.get("INCIDENT_TEST_KILLS", "6"))
"""How often the process is killed; `make soak` does it 50 times."""
ENOUGH = 50
"""From so many on, both ends must have been met."""
CHECKOUT = "/apis/apps/v1/namespaces/shop/deployments/checkout"


async def settled(here: World) -> str:
    await here.call("get_incident")
    [last] = [entry for entry in here.entries() if entry.kind is EntryKind.OUTCOME][-1:]
    return last.text


async def lost(here: World) -> None:
    here.sandbox.faults.drop_next(after_write=True, verb="stored")
    assert data_of(await here.rollback())["changed"] == "unknown"


async def test_a_write_that_landed_is_told_at_the_next_look(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT)) as here:
        await lost(here)
        told = await settled(here)
        assert told.startswith("Told from the cluster: roll back Deployment shop/checkout")
        assert told.endswith(": done")
        assert len(here.writes()) == 1
        assert await settled(here) == told, "once is enough"


async def test_a_write_that_never_arrived_is_not_applied_once_it_can_no_longer_arrive(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT)) as here:
        here.sandbox.faults.drop_next(verb="stored")
        await here.rollback()
        assert (await settled(here)).startswith("Unknown."), "it may still be on its way"
        here.clock.forward(seconds=61)
        assert (await settled(here)).startswith("Told from the cluster: Not applied.")
        assert untouched(here)


async def test_what_somebody_changed_since_can_no_longer_be_told(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT)) as here:
        await lost(here)
        async with connected(here.sandbox.kubeconfig) as api:
            again = {"spec": {"template": {"metadata": {"annotations": {"somebody": "else"}}}}}
            await api.patch(CHECKOUT, again, content_type=MERGE_PATCH, user_agent="kubectl/v1")
        here.clock.forward(seconds=61)
        assert (await settled(here)).startswith("Can't tell from the cluster either.")
        assert image(here) == "1.41"


async def test_the_next_proposal_looks_first(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT)) as here:
        await lost(here)
        await here.call("preview_change", tool="scale_workload", arguments=_scaled(4))
        assert "Told from the cluster" in here.said()


def _scaled(replicas: int) -> dict[str, Any]:
    return {"kind": "Deployment", "namespace": "shop", "name": "checkout", "replicas": replicas}


class Later:
    """The system's time, a while from now: whatever was on its way has arrived."""

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=90)


async def test_killed_at_any_moment_it_wrote_once_or_never_and_the_record_tells_which(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    seen: dict[str, int] = {}
    async with serve_sandbox("healthy") as sandbox:
        for number in range(KILLS):
            now = sandbox.cluster.get(DEPLOYMENTS, "shop", "checkout") or {}
            other = 5 if now["spec"]["replicas"] == 4 else 4
            # Every third at any moment of the whole call, the others between the intent and a little after the result.
            began = number % 3 != 0
            name = await killed(sandbox, tmp_path, other, chance.uniform(0, 0.03 if began else 0.12), began=began)
            plan, told = await afterwards(sandbox, tmp_path, name)
            writes = [one for one in sandbox.requests if not one.dry_run and one.verb == "patch"]
            mine = [one for one in writes if one.user_agent.endswith(plan.digest)]
            assert len(mine) <= 1
            assert told.outcome == {0: "not applied", 1: "applied"}[len(mine)] or (told.outcome == "" and not mine)
            how = f"{told.outcome or 'not begun'}{', told from the cluster' if told.settled else ''}"
            seen[how] = seen.get(how, 0) + 1
    assert sum(seen.values()) == KILLS
    print(f"killed {KILLS} times: {seen}")
    assert KILLS < ENOUGH or any("told from the cluster" in how for how in seen), "none came in between"


async def killed(sandbox: Sandbox, home: Path, replicas: int, after: float, *, began: bool) -> str:
    """Run one change in a process of its own and kill it `after` so many seconds, from its start or from its intent
    (`began`); returns the plan's id.
    """
    command = [sys.executable, killed_in_the_middle.__file__, str(sandbox.kubeconfig), str(home), str(replicas)]
    async with await anyio.open_process(command, stdin=subprocess.PIPE, stderr=None) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        said = b""
        while b"\n" not in said:
            said += await process.stdout.receive()
        plan = said.split()[1].decode()
        await process.stdin.send(b"go\n")
        if began:
            await intended(load_settings(home=home).journal, plan)
        with anyio.move_on_after(after):
            await process.wait()
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
    return plan


async def intended(path: Path, plan: str) -> None:
    """Until the plan's intent is in the record."""
    journal = Journal(path, system_clock)
    try:
        with anyio.fail_after(30):
            while not any(entry.kind is EntryKind.INTENT for entry in journal.of_plan(plan)):
                await anyio.lowlevel.checkpoint()
    finally:
        journal.close()


async def afterwards(sandbox: Sandbox, home: Path, name: str) -> tuple[Plan, PlanStory]:
    """The plan and what became of it, as another process tells it a while later."""
    desk = await open_desk(load_settings(kubeconfig=str(sandbox.kubeconfig), home=home), {}, Later())
    try:
        found = await desk.record.current(None)
        assert found is not None
        await desk.gate.reconcile(found.id, desk.person)
        return await desk.gate.plan(name)
    finally:
        await desk.api.aclose()


BUDGET: dict[str, Any] = {"minAvailable": "100%", "selector": {}}


@pytest.mark.parametrize("held", [False, True], ids=["between two writes", "while a budget holds it back"])
async def test_a_drain_that_is_cancelled_leaves_in_the_record_what_was_done(tmp_path: Path, held: bool) -> None:
    node = "node-2"
    budget: dict[str, Any] = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "all"}}
    async with serve_sandbox("healthy") as sandbox:
        async with connected(sandbox.kubeconfig) as api:
            for space in ("shop", "payments", "kube-system"):
                path = f"/apis/policy/v1/namespaces/{space}/poddisruptionbudgets"
                await api.create(path, budget | {"spec": BUDGET}, user_agent="kubectl/v1")
        settings = load_settings(kubeconfig=str(sandbox.kubeconfig), home=tmp_path, allow_writes=True)
        desk = await open_desk(settings, {})
        plan = await approved(desk, "cordon_node", {"name": node, "do": "drain"})
        with anyio.CancelScope() as scope:

            async def told(done: int, total: int, what: str) -> None:
                if held:
                    scope.deadline = anyio.current_time() + 2
                else:
                    scope.cancel()

            await desk.gate.execute(plan, desk.person, told)
        entries = await desk.record.of_plan(plan.id)
        await desk.api.aclose()
        ours = [one for one in sandbox.requests if not one.dry_run and one.user_agent.endswith(plan.digest)]
        done = [one.path.partition("?")[0] for one in ours if one.code < 400]
    assert scope.cancelled_caught
    said = [entry.text for entry in entries if entry.kind is EntryKind.STEP]
    assert said[:2] == [f"sending: cordon Node {node}", f"applied: cordon Node {node}"]
    applied = sum(text.startswith("applied: ") for text in said)
    assert (len(said) > 2) is held
    assert entries[-1].text.startswith(f"Applied in part: {applied} of {len(plan.draft.writes)} writes")
    assert entries[-1].text.endswith("The call was cancelled in between.")
    assert (done[0], len(done)) == (f"/api/v1/nodes/{node}", applied)


async def approved(desk: Desk, action: str, arguments: dict[str, Any]) -> Plan:
    """A plan that a person has said yes to."""
    opened = await incidents.open_incident(desk, "a bad node", None, desk.person)
    proposal = await changes.propose_to_ask(desk, action, arguments, desk.person, incident=opened.incident)
    await desk.gate.ask(proposal, desk.person)
    await changes.take_answer(desk, proposal.plan, "accepted", "script", desk.person, asked=desk.clock())
    return proposal.plan


def test_a_held_back_eviction_waits_as_long_as_kubectl_does() -> None:
    assert timedelta(seconds=5) == steps.PAUSE
