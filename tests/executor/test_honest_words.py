"""Each place at which a person decides says in which mode the gate stands, and what that means."""

import json
from pathlib import Path

from incident_mcp.gate.approvers import Approvers
from incident_mcp.text.modes import IN_FULL
from incident_sandbox import serve_sandbox
from tests.cli.running import ROOT, incident_mcp
from tests.gate.test_doors import SECRET, door_of
from tests.surface.world import ACCEPT, World, always, data_of, world


async def page_of(plan: str, here: World) -> str:
    """What `incident-mcp plan` prints in the person's terminal."""
    return (await incident_mcp("plan", plan, environment=here.terminal)).stdout


async def test_an_advisory_question_its_plan_its_answer_and_the_security_page_say_so(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT)) as here:
        done = data_of(await here.rollback())
        assert here.questions[0].splitlines()[2].startswith("Advisory. Plan ")
        assert done["gate"] == "advisory: whoever has a shell as this user could have given the yes"
        assert IN_FULL["Advisory"] in await page_of(done["plan"], here)
        assert "client-reported" in here.said()
    security = (ROOT / "SECURITY.md").read_text()
    assert "**Advisory**" in security
    assert "It does not hold against an assistant with a shell under your user" in security


async def test_a_separated_change_never_says_advisory(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT), stands="separated") as here:
        Approvers(tmp_path).set("ada", SECRET)
        await here.rollback()
        [(plan, _)] = door_of(here).waiting()
        assert plan.question.lines[2].startswith("Separated. Plan ")
        await door_of(here).approve(plan, "ada", SECRET)
        done = data_of(await here.rollback())
        assert done["gate"].startswith("separated: ")
        shown = await page_of(plan.id, here)
        assert IN_FULL["Separated"] in shown
        assert "advisory" not in (here.said() + json.dumps(done) + shown).lower()


async def test_doctor_says_it_and_that_a_credential_reaches_past_the_executor(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None, stands="separated") as here:
        Approvers(tmp_path).set("ada", SECRET)
        kubeconfig, environment = str(here.sandbox.kubeconfig), here.terminal
        slack = {"INCIDENT_SLACK__CHANNEL": "C1", "INCIDENT_SLACK__TOKEN_VARIABLE": "SLACK_TOKEN"}
        done = await incident_mcp("doctor", "--kubeconfig", kubeconfig, environment=environment | slack)
        assert "these settings name slack: whoever has the tokens can send past the executor" in done.stdout
        assert f"✓ mode          {IN_FULL['Separated']}" in done.stdout
        assert "1 person with a passphrase" in done.stdout
        assert "this credential can carry them out past the executor" in done.stdout
        reads = await incident_mcp(
            "doctor", "--kubeconfig", str(here.sandbox.viewer_kubeconfig), environment=environment
        )
        assert "the executor's to carry out; this credential can't" in reads.stdout
        assert "past the executor" not in reads.stdout


async def test_doctor_says_that_the_executor_is_away_and_reading_goes_on(tmp_path: Path) -> None:
    async with serve_sandbox("bad-rollout") as sandbox:
        environment = {"INCIDENT_EXECUTOR": str(tmp_path / "socket")}
        done = await incident_mcp("doctor", "--kubeconfig", str(sandbox.kubeconfig), environment=environment)
    assert "✗ mode" in done.stdout
    assert str(tmp_path / "socket") in done.stdout
