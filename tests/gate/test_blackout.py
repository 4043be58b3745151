"""The team's database is away, and the change that stops the bleeding is made: approved at the terminal."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio.to_thread
import pytest

from incident_mcp.gate.approvers import Approvers
from incident_mcp.record.shared_place import SharedPlace
from tests.controlplane.waiting import wait_for
from tests.gate.terminal import in_a_terminal
from tests.gate.test_doors import SECRET
from tests.record.postgres import Postgres, running
from tests.surface.test_approval import image, untouched
from tests.surface.world import data_of, text_of, world

A_MINUTE = 60.0
SETTINGS = """
[shared]
url = "{url}"
timeout = 1
"""


@pytest.fixture
def database() -> Iterator[Postgres]:
    with running() as started:
        yield started


def stopped(database: Postgres) -> None:
    database.stop()


def hanging(database: Postgres) -> None:
    database.hang()


def wiped(database: Postgres) -> None:
    database.ask("DROP SCHEMA incident_mcp CASCADE")


@pytest.mark.parametrize("away", [stopped, hanging, wiped])
async def test_a_rollback_is_finished_at_the_terminal_within_a_minute(
    database: Postgres, tmp_path: Path, away: Callable[[Postgres], None]
) -> None:
    place = SharedPlace(url=database.url, timeout=1)
    Approvers(tmp_path).set("ada", SECRET)
    settings = tmp_path / "settings.toml"
    settings.write_text(SETTINGS.format(url=database.url))
    environment = {
        "INCIDENT_HOME": str(tmp_path),
        "INCIDENT_USER": "ada",
        "INCIDENT_POLICY": str(tmp_path / "policy.toml"),
        "INCIDENT_SETTINGS": str(settings),
    }
    async with world(tmp_path, "2026-07-28", None, shared=place) as here:
        await anyio.to_thread.run_sync(wait_for, "it is shared", lambda: shared_entries(database) > 0)
        away(database)
        began = time.monotonic()
        assert "approval required" in text_of(await here.rollback())
        assert untouched(here)
        answers = [("approves exactly this", SECRET)]
        done = await anyio.to_thread.run_sync(
            lambda: in_a_terminal("approve", answers=answers, environment=environment)
        )
        assert done.returncode == 0, done.shown
        assert data_of(await here.rollback())["changed"] is True
        assert time.monotonic() - began < A_MINUTE
        assert image(here) == "1.41"
        assert len(here.writes()) == 1
        database.end()
        database.start()
        ours = len(here.entries())
        await anyio.to_thread.run_sync(wait_for, "the team has all of it", lambda: shared_entries(database) >= ours, 60)


def shared_entries(database: Postgres) -> int:
    try:
        return int(database.ask("SELECT count(*) FROM incident_mcp.entries"))
    except OSError:  # its tables are not there yet
        return 0
