"""Two responders on two machines work on one incident through the team's PostgreSQL."""

import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from incident_mcp.record.journal import Journal
from incident_mcp.record.shared_place import SharedPlace
from incident_mcp.settings import load_settings
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.entry import ENTRY_ID, EntryKind
from incident_mcp.wiring import open_desk
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.postmortems import write_postmortem
from incident_mcp.workflow.recording import record_entry
from incident_mcp.workflow.standing import IncidentReply, get_incident
from tests.controlplane.waiting import wait_for
from tests.record.postgres import Postgres, running
from tests.surface.world import ACCEPT, always, world


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    with running() as started:
        yield started


@asynccontextmanager
async def bens_desk(kubeconfig: Path, home: Path, place: SharedPlace) -> AsyncGenerator[Desk]:
    postmortems = home / "postmortems"
    settings = load_settings(kubeconfig=str(kubeconfig), home=home, postmortems=postmortems, shared=place, user="ben")
    desk = await open_desk(settings, {})
    try:
        yield desk
    finally:
        await desk.aclose()


async def caught_up(desk: Desk, words: str) -> IncidentReply:
    """What Ben is told once it holds these words."""
    assert desk.shared
    wait_for("an incident is known", lambda: desk.shared and desk.shared.wait(5) and desk.record.store.incidents(), 20)
    reply: IncidentReply | None = None
    for _ in range(10):
        reply = await get_incident(desk, desk.person, incident=None)
        if any(words in line for line in reply.timeline):
            return reply
        desk.shared.wait(5)
    raise AssertionError(f"never told: {words}, but {reply and reply.timeline}")


async def test_what_one_does_the_other_sees_and_can_write_the_postmortem_of(database: Postgres, tmp_path: Path) -> None:
    place = SharedPlace(url=database.url)
    async with world(tmp_path / "ada", "legacy", always(ACCEPT), shared=place) as ada:
        done = await ada.rollback()
        assert not done.is_error
        async with bens_desk(ada.sandbox.kubeconfig, tmp_path / "ben", place) as ben:
            reply = await caught_up(ben, "(1.41): done")
            (plan,) = reply.plans
            assert plan.state == "spent"
            assert "1.42" in plan.change
            decided = await record_entry(ben, ben.person, incident=None, kind="decision", text="1.42 stays out")
            written = await write_postmortem(ben, ben.person, incident=None)
            cited = set(re.findall(rf"(?<=[\[ ]){ENTRY_ID}(?=[\],])", Path(written.path).read_text()))
            known = {entry.id: entry for entry in await ben.record.entries(written.incident)}
            assert ben.record.store.verify() == []
            tag = ben.record.store.writer[:4]
        assert cited <= known.keys()
        assert decided.entry in cited
        assert str(decided.entry).endswith(f"-{tag}")
        assert {known[name].writer for name in cited} == {entry.writer for entry in known.values()}
        assert len({known[name].writer for name in cited}) == 2
        of_ben = wait_for(
            "Ada's record has it", lambda: [one for one in ada.entries() if one.kind is EntryKind.POSTMORTEM]
        )
        assert [(one.actor.name, one.id.endswith(f"-{tag}")) for one in of_ben] == [("ben", True)]
        with closing(Journal(ada.settings.journal, system_clock)) as journal:
            assert journal.verify() == []
            assert len(journal.heads()) == 2
