"""An approver's console in the separated mode: the executor's record, and door c, by a client that is no browser."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from httpx2 import AsyncClient

from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.clock import system_clock
from tests.console.test_guard import OURS, client
from tests.gate.test_doors import SECRET, approvable
from tests.surface.test_approval import untouched
from tests.surface.world import World, data_of

FIELD = re.compile(r'name="secret" value="([^"]+)"')


@asynccontextmanager
async def beside(home: Path, *, kind: str = "approver") -> AsyncGenerator[tuple[World, str, AsyncClient]]:
    """A world with a plan that waits at its executor, and the console of somebody whose own record is empty."""
    async with approvable(home, "separated") as (here, plan):
        assert here.persons
        places = {"approver": here.persons.executor, "client": here.settings.executor}
        ada = here.persons.model_copy(update={"home": home / "ada", "executor": places[kind]})
        async with client(ada) as one:
            yield here, plan, one


async def page(one: AsyncClient) -> str:
    return (await one.get("/", follow_redirects=True)).text


async def say(one: AsyncClient, path: str, **form: str) -> str:
    """Send a form of the page, and what the page after it tells."""
    found = FIELD.search(await page(one))
    assert found
    went = await one.post(path, data={"secret": found[1], **form}, headers=OURS)
    assert went.status_code == 303
    return await page(one)


async def test_an_approver_reads_the_assistants_incident_and_what_is_approved_here_is_carried_out_once(
    tmp_path: Path,
) -> None:
    async with beside(tmp_path) as (here, plan, one):
        shown = await page(one)
        assert "checkout is down" in shown
        assert "image checkout:1.42 -&gt; 1.41" in shown
        told = await say(one, f"/plans/{plan}/approve", name="ada", passphrase=SECRET)
        assert "The assistant now calls rollback_workload again" in told
        assert untouched(here), "an approval alone changes nothing"
        assert data_of(await here.rollback())["changed"] is True
        assert len(here.writes()) == 1
        assert "in the console as ada" in here.said()
        assert "No plan waits for a person." in await page(one)
        assert Journal(tmp_path / "ada/journal.sqlite3", system_clock).verify() == []


async def test_decline_reopen_and_stop_reach_the_executor(tmp_path: Path) -> None:
    async with beside(tmp_path) as (here, plan, one):
        assert "Nothing was changed" in await say(one, f"/plans/{plan}/decline")
        told = await say(one, f"/plans/{plan}/reopen", name="ada", passphrase=SECRET)
        assert "it may be asked again" in told
        assert "All changes were stopped" in await say(one, "/stop", why="wrong cluster")
        assert (tmp_path / "stopped").exists()
        assert untouched(here)


async def test_five_wrong_passphrases_close_every_door_of_that_user_and_stand_in_the_record(tmp_path: Path) -> None:
    async with beside(tmp_path) as (here, plan, one):
        for _ in range(5):
            assert "That is not the passphrase." in await say(
                one, f"/plans/{plan}/approve", name="ada", passphrase="wrong horse"
            )
        told = await say(one, f"/plans/{plan}/approve", name="ada", passphrase=SECRET)
        assert "this door opens again in" in told
        assert untouched(here)
        await here.call("check_health")
        assert here.said().count("Not the passphrase of ada") == 5


async def test_who_is_the_executors_client_is_told_that_nothing_can_be_answered(tmp_path: Path) -> None:
    async with beside(tmp_path, kind="client") as (_, plan, one):
        assert "This user is no approver" in await page(one)
        assert plan not in await page(one)


async def test_with_the_executor_gone_what_was_copied_can_still_be_read_and_the_page_says_so(tmp_path: Path) -> None:
    async with beside(tmp_path) as (here, _, one):
        assert "checkout is down" in await page(one)
        assert here.persons
        assert here.persons.executor
        here.persons.executor.unlink()
        shown = await page(one)
        assert "checkout is down" in shown
        assert "What stands here may be old, and nothing can be answered: The executor at" in shown
        assert "Approve exactly this" not in shown
