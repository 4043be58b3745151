"""In the separated mode the assistant's server has no credential that writes: a person approves as another user, and
the executor carries out what was approved, once, and tells it to the incident's record.
"""

import sqlite3
from pathlib import Path

from incident_mcp.executor.counter import SERVER
from incident_mcp.gate.approvers import Approvers
from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.wiring import open_desk
from incident_mcp.workflow.standing import get_incident
from tests.gate.test_doors import SECRET, door_of
from tests.surface.test_approval import image, untouched
from tests.surface.world import ACCEPT, always, data_of, text_of, world


async def test_from_the_proposal_to_the_incidents_record(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT), stands="separated") as here:
        Approvers(tmp_path).set("ada", SECRET)
        told = text_of(await here.rollback())
        assert "the executor takes answers of its approvers only" in told
        assert here.questions == []
        [(plan, _)] = door_of(here).waiting()
        assert f"incident-mcp approve {plan.id}" in told
        assert plan.question.lines[2].startswith("Separated. Plan ")
        assert untouched(here)
        await door_of(here).approve(plan, "ada", SECRET)
        assert data_of(await here.rollback())["changed"] is True
        assert image(here) == "1.41"
        assert len(here.writes()) == 1
        mine, its = Journal(here.settings.journal, system_clock), Journal(tmp_path / "journal.sqlite3", system_clock)
        assert mine.verify() == its.verify() == []
        assert mine.heads()[its.writer] == its.heads()[its.writer], "the executor's chain is in the incident's journal"
        assert its.heads()[mine.writer].place > 0, "and the executor keeps the head of the other"
        assert "at the terminal as ada" in here.said()
        assert "Carrying out: roll back Deployment shop/checkout" in here.said()


async def test_what_was_planned_before_there_was_an_executor_can_still_be_told(tmp_path: Path) -> None:
    async with world(tmp_path / "assistant", "2026-07-28", always(ACCEPT)) as before:
        done = data_of(await before.rollback())
        incident = done["incident"]
        apart = before.settings.model_copy(update={"executor": tmp_path / "none.sock"})
        desk = await open_desk(apart, {})
        plan, told = await desk.gate.plan(done["plan"])
        assert (plan.id, told.outcome) == (done["plan"], "applied")
        assert (await get_incident(desk, desk.person, incident=incident)).incident == incident
        await desk.aclose()


async def test_a_record_that_the_executor_does_not_take_is_told_in_every_answer_and_can_be_read(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None, stands="separated") as here:
        mine = Journal(here.settings.journal, system_clock)
        [incident] = mine.incidents()
        note = NewEntry(kind=EntryKind.NOTE, text="it is the database", actor=SERVER)
        mine.append(incident, here.entries()[0].cluster, note)
        with sqlite3.connect(here.settings.journal) as other:
            other.execute("DROP TRIGGER entries_hold")
            other.execute("UPDATE entries SET body = replace(CAST(body AS TEXT), 'the database', 'the network')")
        told = " ".join(data_of(await here.call("get_incident"))["summary"])
        assert "does not take these entries" in told
        assert "does not take these entries" in text_of(await here.rollback())
        assert untouched(here)
