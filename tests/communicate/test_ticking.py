"""A yes outside the chat leaves a channel out as a box of the chat does."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from incident_mcp.gate.approvers import Approvers
from incident_mcp.gate.doors import NotAYes
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.wiring import persons_door
from tests.communicate.telling import Talk, talk
from tests.gate.terminal import Session, in_a_terminal
from tests.surface.world import STANDS, Stands

SECRET = "correct horse battery"
PASSPHRASE = ("passphrase approves", SECRET)


@asynccontextmanager
async def waiting(home: Path, stands: Stands = "advisory") -> AsyncGenerator[Talk]:
    """An update to Slack and the status page that waits for a person outside the chat."""
    Approvers(home).set("ada", SECRET)
    async with talk(home, asks=False, stands=stands) as told:
        await told.refused()
        yield told


async def approve(told: Talk, *words: str, answers: list[tuple[str, str]]) -> Session:
    environment = told.here.terminal
    return await anyio.to_thread.run_sync(
        lambda: in_a_terminal("approve", *words, answers=answers, environment=environment)
    )


@pytest.mark.parametrize("stands", STANDS)
async def test_the_doors_take_a_yes_to_some_of_the_messages(tmp_path: Path, stands: Stands) -> None:
    async with waiting(tmp_path, stands) as told:
        door = persons_door(told.here.persons or told.here.settings, told.here.clock)
        [(plan, _)] = door.waiting()
        with pytest.raises(NotAYes, match="no box is ticked"):
            await door.approve(plan, "ada", SECRET, None, ())
        with pytest.raises(BadRequest, match="has 2 boxes"):
            await door.approve(plan, "ada", SECRET, None, (3,))
        await door.approve(plan, "ada", SECRET, None, (2,))
        done = await told.post()
        assert "Post to Slack #incidents: left out, as the person chose." in done["summary"][0]
        assert told.slack.writes == []
        assert len(told.page.incidents) == 1


async def test_the_terminal_asks_which_messages_and_a_word_names_them(tmp_path: Path) -> None:
    async with waiting(tmp_path) as told:
        nobody = await approve(told, "--only", "pigeon", answers=[])
        assert nobody.returncode == 1
        assert "No box is 'pigeon'" in nobody.shown
        done = await approve(told, answers=[("Which of them?", "slack"), PASSPHRASE])
        assert done.returncode == 0, done.shown
        assert "2  Publish on the status page" in done.shown
        await told.post()
        assert len(told.slack.messages) == 1
        assert told.page.writes == []
        assert "(not: Publish on the status page), at the terminal as ada" in told.here.said()
        await told.refused(impact="Nobody can pay.")
        assert (await approve(told, "--only", "statuspage,1", answers=[PASSPHRASE])).returncode == 0
        await told.post(impact="Nobody can pay.")
    assert (len(told.slack.messages), len(told.page.incidents)) == (2, 1)
