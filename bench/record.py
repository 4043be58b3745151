"""How the record grows: a journal of 1,000, 10,000 and 100,000 entries, alone and with PostgreSQL as the team's copy.

Twice each: all of them in one incident, which is the worst, and spread over incidents of a thousand. What a chat waits
for is asked through the MCP client (the embedded cluster answers in its milliseconds); what a person asks for in a
terminal, of the journal itself. Medians of five; PostgreSQL is Debian's package, and its rows are left out without it.
"""

import logging
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from incident_mcp.record.catching_up import exchange
from incident_mcp.record.journal import Journal
from incident_mcp.record.lines import export
from incident_mcp.record.shared_copy import SharedCopy
from incident_mcp.record.shared_place import SharedPlace
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.refs import Cluster
from incident_mcp.wiring import open_desk
from tests.record.postgres import installed, running
from tests.surface.world import World, world

SIZES = (1_000, 10_000, 100_000)
SPREAD = 1_000
RUNS = 5
A_PLAN_EVERY = 500
KINDS = (EntryKind.LOOK, EntryKind.FINDING, EntryKind.LOOK, EntryKind.EVIDENCE, EntryKind.LOOK, EntryKind.NOTE)
ASSISTANT = Actor(role="assistant", name="assistant", known_by="client", client="bench 1")
MEMORY = Path("/dev/shm")  # noqa: S108 - the journal is filled there and moved: the disk is not what filling measures
Rows = dict[str, float]


def main() -> None:
    logging.disable()
    for largest, words in ((max(SIZES), "all in one incident"), (SPREAD, f"in incidents of {SPREAD:,}")):
        columns = [anyio.run(measured, size, min(size, largest)) for size in SIZES]
        head = f"record, {words}, medians of {RUNS} (ms)"
        print(f"{head:<58}" + "".join(f"{size:>10,}" for size in SIZES))
        for row in columns[-1]:
            print(f"  {row:<56}" + "".join(f"{column[row]:>10,.1f}" for column in columns))


async def measured(size: int, incident_size: int) -> Rows:
    """The rows of one journal."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        async with world(home, "2026-07-28", None, opened=False) as here:
            cluster = await _cluster(here)
            await anyio.to_thread.run_sync(fill, home / "journal.sqlite3", cluster, size, incident_size)
            rows = {"get_incident, first call of a server": await _took(here, "get_incident", incident=_name(0))}
            newest = _name((size - 1) // incident_size)
            for label, tool, more in (
                ("get_incident", "get_incident", {}),
                ("get_incident, at an earlier moment", "get_incident", {"at": system_clock().isoformat()}),
                ("record_entry", "record_entry", {"kind": "note", "text": "checked again"}),
                ("check_health quick", "check_health", {"quick": True}),
            ):
                rows[label] = statistics.median([await _took(here, tool, incident=newest, **more) for _ in range(RUNS)])
        rows |= await anyio.to_thread.run_sync(at_the_terminal, home / "journal.sqlite3")
        if installed():
            rows |= await anyio.to_thread.run_sync(shared, home)
        return rows


async def _cluster(here: World) -> Cluster:
    """As the server will see it; its journal is not there yet."""
    desk = await open_desk(here.settings.model_copy(update={"home": here.settings.home / "aside"}), {})
    await desk.aclose()
    return desk.record.cluster


async def _took(here: World, tool: str, /, **arguments: Any) -> float:
    began = time.perf_counter()
    result = await here.call(tool, **arguments)
    assert not result.is_error, result
    return _since(began)


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _name(number: int) -> str:
    return f"2026-01-01-bench-{number}"


def fill(path: Path, cluster: Cluster, size: int, incident_size: int) -> None:
    """Looks for the most part, findings, evidence and notes, and now and then a plan that a person declined."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as scratch:
        made = Path(scratch) / path.name
        with closing(Journal(made, system_clock)) as journal:
            for number in range(size):
                _append(journal, _name(number // incident_size), cluster, number % incident_size)
        shutil.copy(made, path)


def _append(journal: Journal, incident: str, cluster: Cluster, number: int) -> None:
    if number == 0:
        opened: dict[str, Any] = {"title": incident, "cluster": cluster.model_dump(mode="json"), "commander": "ada"}
        new = NewEntry(kind=EntryKind.OPENED, text="Incident opened", actor=ASSISTANT, data=opened)
        journal.append(incident, cluster.server, new)
    elif number % A_PLAN_EVERY:
        data: dict[str, Any] = {"target": "Deployment shop/checkout", "arguments": {"namespace": "shop"}, "n": number}
        text = f"Deployment shop/checkout: 0 of 3 ready, seen {number} times"
        kind = KINDS[number % len(KINDS)]
        new = NewEntry(kind=kind, text=text, actor=ASSISTANT, tool="bench", data=data)
        journal.append(incident, cluster.server, new)
    else:
        _declined_plan(journal, incident, cluster.server, f"{incident}-{number}")


def _declined_plan(journal: Journal, incident: str, cluster: str, plan: str) -> None:
    expires = (system_clock() + timedelta(minutes=10)).isoformat()
    told: dict[EntryKind, dict[str, Any]] = {
        EntryKind.PLAN: {"headline": "roll back shop/checkout", "expires": expires},
        EntryKind.QUESTION: {"text": "roll back?"},
        EntryKind.ANSWER: {"said": "declined", "accepted": False, "door": "chat"},
        EntryKind.OUTCOME: {"status": "not applied", "state": "revoked"},
    }
    for kind, data in told.items():
        new = NewEntry(kind=kind, text=f"{kind} {plan}", actor=ASSISTANT, plan=plan, data=data)
        journal.append(incident, cluster, new, once=f"use {plan}" if kind is EntryKind.OUTCOME else None)


def at_the_terminal(path: Path) -> Rows:
    """What `incident-mcp incidents` does, without the start of a process."""
    with closing(Journal(path, system_clock)) as journal:
        newest = journal.incidents()[-1]
        note = NewEntry(kind=EntryKind.NOTE, text="appended", actor=ASSISTANT)
        return {
            "an entry, written to the disk": _median(lambda: journal.append(newest, "bench", note)),
            "incidents verify": _median(journal.verify),
            "incidents export, the whole record": _median(lambda: sum(map(len, export(journal, None)))),
        }


def shared(home: Path) -> Rows:
    """A team's copy is filled, followed, and read by a second journal."""
    with (
        running() as database,
        closing(SharedCopy(SharedPlace(url=database.url), {})) as copy,
        closing(Journal(home / "journal.sqlite3", system_clock)) as journal,
        closing(Journal(home / "another.sqlite3", system_clock)) as another,
    ):
        rows = {"PostgreSQL: filled from nothing": _median(lambda: exchange(journal, copy), runs=1)}
        rows["PostgreSQL: read by another machine"] = _median(lambda: exchange(another, copy), runs=1)
        newest, note = journal.incidents()[-1], NewEntry(kind=EntryKind.NOTE, text="shared", actor=ASSISTANT)

        def one_more() -> None:
            journal.append(newest, "bench", note)
            exchange(journal, copy)
            exchange(another, copy)

        rows["PostgreSQL: an entry from one machine to another"] = _median(one_more)
        assert journal.heads() == another.heads()
        return rows


def _median(step: Callable[[], object], runs: int = RUNS) -> float:
    spans: list[float] = []
    for _ in range(runs):
        began = time.perf_counter()
        step()
        spans.append(_since(began))
    return statistics.median(spans)


if __name__ == "__main__":
    main()
