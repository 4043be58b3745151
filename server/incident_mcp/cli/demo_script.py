"""What the demo shows, step by step: each line is one that an engineer at three in the morning would miss."""

import sys
from contextlib import suppress
from datetime import datetime

import anyio
import typer

from incident_mcp.cli.assessment_lines import assessment_lines
from incident_mcp.gate.request import Proposal
from incident_mcp.text.plan_page import plan_page
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.answer import Door, Said
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.verdict import Verdict
from incident_mcp.workflow import assessment, changes, incidents, postmortems, verification
from incident_mcp.workflow.assessment import AssessmentReply
from incident_mcp.workflow.desk import Desk

TITLE = "checkout is down"
SERVER = Actor(role="server", name="incident-mcp demo", known_by="server")


async def play(desk: Desk, scenario: str, scripted: str | None) -> None:
    """The whole incident. Exits with 0 also when the person says no: that is an answer, not a failure."""
    await incidents.open_incident(desk, TITLE, None, desk.person)
    found = await assessment.assess_incident(desk, SERVER, namespace=None, incident=None)
    _head(desk, scenario, found)
    proposal = await _propose(desk, found)
    print(f"\n{plan_page(proposal.plan)}")
    said, door = await _ask(desk, proposal, scripted)
    entry = await changes.take_answer(desk, proposal.plan, said, door, desk.person, asked=desk.clock())
    if said != "accepted":
        how = "declined by script" if scripted else "declined at the terminal"
        how = "nobody answered" if said == "cancelled" else how
        print(f"\nNothing was changed. The record says so: {entry.id}, {how}.")
        print("The incident stays open.")
        return
    if await _carry_out(desk, proposal) is Verdict.RECOVERED:
        await incidents.update_incident(desk, desk.person, incident=None, status="resolved", reason="recovered")
    written = await postmortems.write_postmortem(desk, SERVER, incident=None)
    _line(desk.clock(), f"postmortem  {written.path}")
    print(f"\nPlay it in Claude Code: open this folder there and type /incident {TITLE}")


def _head(desk: Desk, scenario: str, found: AssessmentReply) -> None:
    print(f'incident-mcp demo · sandbox "{scenario}": an embedded cluster in this process, {found.totals}.')
    print("Nothing else is touched.\n")
    for line in assessment_lines(found, desk.clock()):
        print(line)


async def _propose(desk: Desk, found: AssessmentReply) -> Proposal:
    if found.propose is None or found.incident is None:
        raise IncidentError("The assessment proposes no change.", "This is a fault of the demo: please report it.")
    proposal = await changes.propose_to_ask(
        desk, found.propose.tool, found.propose.arguments, SERVER, incident=found.incident
    )
    await desk.gate.ask(proposal, SERVER)
    return proposal


async def _ask(desk: Desk, proposal: Proposal, scripted: str | None) -> tuple[Said, Door]:
    if scripted is not None:
        print(f"Approve? [y/N] {scripted} (answered by script)")
        return ("accepted" if scripted == "yes" else "declined"), "script"
    print("Approve? [y/N] ", end="", flush=True)
    with suppress(OSError, ValueError):  # a file or /dev/null can't be waited for, and never blocks
        await anyio.wait_readable(sys.stdin)
    line = sys.stdin.readline()
    if not line:
        return "cancelled", "terminal"
    return ("accepted" if line.strip().lower() in ("y", "yes") else "declined"), "terminal"


async def _carry_out(desk: Desk, proposal: Proposal) -> Verdict:
    print()
    changed = await changes.carry_out(desk, proposal, SERVER)
    if not changed.changed:
        print(changed.summary[0])
        raise typer.Exit(1)
    _line(desk.clock(), f"rolled back   {changed.progress}", changed.entry)
    target = proposal.plan.draft.target
    judged = await verification.verify_fix(
        desk,
        SERVER,
        kind=target.kind,
        namespace=str(target.namespace),
        name=target.name,
        soak_seconds=None,
        incident=None,
    )
    _line(desk.clock(), judged.summary[0].partition(f"{target}: ")[2], judged.entry)
    return judged.verdict


def _line(at: datetime, text: str, entry: str | None = None) -> None:
    left = f"{clock(at)}  {text}"
    print(f"{left:<100} {entry}" if entry else left)
