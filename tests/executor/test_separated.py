"""In the separated mode the assistant's server has no credential that writes: a person approves as another user, and
the executor carries out what was approved, once, and tells it to the incident's record.
"""

from pathlib import Path

from incident_mcp.gate.approvers import Approvers
from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.clock import system_clock
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
