"""The journal keeps what it was given, in order, and shows any edit."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import JsonValue

from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.errors import AlreadyDone, RecordError
from tests.conftest import Ticking

ADA = Actor(role="person", name="ada", known_by="OS user")
CLUSTER = "https://cluster.example:6443"


def note(text: str, plan: str | None = None) -> NewEntry:
    return NewEntry(kind=EntryKind.NOTE, text=text, actor=ADA, plan=plan)


OPENED = NewEntry(kind=EntryKind.OPENED, text="opened", actor=ADA)


@pytest.fixture
def journal(tmp_path: Path, clock: Ticking) -> Journal:
    return Journal(tmp_path / "state" / "journal.sqlite3", clock)


def test_entries_are_numbered_within_their_incident_and_read_back_equal(journal: Journal) -> None:
    written = [journal.append("i1", CLUSTER, new) for new in (OPENED, note("n1"), note("n2"))]
    journal.append("i2", CLUSTER, OPENED)
    loose = journal.append(None, CLUSTER, note("before any incident"))
    assert [entry.id for entry in written] == ["e1", "e2", "e3"]
    assert loose.id == "u1"
    assert journal.entries("i1") == written
    assert journal.incidents() == ["i1", "i2"]


def test_a_second_reading_reads_only_what_came_since(journal: Journal) -> None:
    written = [journal.append("i1", CLUSTER, note(f"n{n}")) for n in range(3)]
    first = journal.entries("i1")
    first.clear()  # the list is the reader's own
    first = journal.entries("i1")
    with closing(Journal(journal.path, system_clock)) as of_another_process:
        written.append(of_another_process.append("i1", CLUSTER, note("n3")))
    again = journal.entries("i1")
    assert again == written
    assert all(old is new for old, new in zip(first, again, strict=False))


def test_what_another_journal_wrote_stands_in_its_place_also_when_it_comes_late(
    journal: Journal, tmp_path: Path, clock: Ticking
) -> None:
    with closing(Journal(tmp_path / "other" / "journal.sqlite3", clock)) as other:
        other.append("i1", CLUSTER, OPENED)
        late = other.append("i1", CLUSTER, note("second of the other"))
        links = other.links_of("i1")
    journal.take(links[:1])
    ours = [journal.append("i1", CLUSTER, note(f"ours {n}")) for n in (2, 3)]
    assert [entry.id for entry in journal.entries("i1")[1:]] == [entry.id for entry in ours]
    journal.take(links[1:])
    assert {entry.id for entry in journal.entries("i1")[1:3]} == {ours[0].id, late.id}
    assert journal.entries("i1")[3].id == ours[1].id


def test_an_incident_is_told_as_its_last_entry_left_it(journal: Journal) -> None:
    data: dict[str, JsonValue] = {
        "title": "t",
        "commander": "ada",
        "cluster": {"name": "c", "server": CLUSTER, "ca": ""},
    }
    journal.append("i1", CLUSTER, OPENED.model_copy(update={"data": data}))
    assert [(one.id, one.status) for one in journal.lives()] == [("i1", "open")]
    ended = NewEntry(kind=EntryKind.STATUS, text="Status closed", actor=ADA, data={"status": "closed"})
    journal.append("i1", CLUSTER, ended)
    journal.append("i2", CLUSTER, ended)
    assert [(one.id, one.status) for one in journal.lives()] == [("i1", "closed")]


def test_a_plan_that_was_used_is_no_longer_among_those_that_wait(journal: Journal) -> None:
    for name in ("p1", "p2"):
        journal.append("i1", CLUSTER, NewEntry(kind=EntryKind.PLAN, text="plan", actor=ADA, plan=name))
    journal.append("i1", CLUSTER, note("spent", "p1"), once="use p1")
    assert [entry.plan for entry in journal.unused_plans("i1")] == ["p2"]


def test_an_untouched_journal_verifies(journal: Journal) -> None:
    for n in range(20):
        journal.append("i1", CLUSTER, note(f"n{n} ü «quoted» \U0001f6a8"))
    assert journal.verify() == []


def test_sql_can_neither_change_nor_delete_an_entry(journal: Journal) -> None:
    journal.append("i1", CLUSTER, note("first"))
    for statement in ("UPDATE entries SET incident = 'x'", "DELETE FROM entries"):
        with sqlite3.connect(journal.path) as db, pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(statement)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), 'n3', 'n9') AS BLOB) WHERE seq = 3",
            "entry 3 of writer {} was changed",
        ),
        ("DELETE FROM entries WHERE seq = 2", "entries 2 to 2 of writer {} are missing"),
    ],
)
def test_an_edit_behind_the_triggers_is_found(journal: Journal, statement: str, told: str) -> None:
    for n in range(1, 5):
        journal.append("i1", CLUSTER, note(f"n{n}"))
    with sqlite3.connect(journal.path) as db:
        db.executescript("DROP TRIGGER entries_stay; DROP TRIGGER entries_hold;")
        db.execute(
            statement.replace("replace(body, 'n3', 'n9')", "CAST(replace(CAST(body AS TEXT), 'n3', 'n9') AS BLOB)")
        )
    assert any(told.format(journal.writer) in problem for problem in journal.verify())


def test_what_may_happen_once_happens_once_even_among_threads(journal: Journal) -> None:
    won: list[int] = []

    def spend(number: int) -> None:
        try:
            journal.append("i1", CLUSTER, note(f"thread {number}"), once="spend p1")
        except AlreadyDone:
            return
        won.append(number)

    threads = [threading.Thread(target=spend, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert len(journal.entries("i1")) == 1


def _append_many(path: str, name: str) -> None:
    journal = Journal(Path(path), system_clock)
    for n in range(25):
        journal.append("i1", CLUSTER, note(f"{name} {n}"))


def test_two_processes_share_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    Journal(path, system_clock).close()
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_append_many, args=(str(path), name)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    journal = Journal(path, system_clock)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert len(journal.entries("i1")) == 50
    assert journal.verify() == []


WRITER = """
import sys
from pathlib import Path
from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
journal = Journal(Path(sys.argv[1]), system_clock)
writer = Actor(role="server", name="w", known_by="server")
for n in range(100000):
    entry = journal.append("i1", "c", NewEntry(kind=EntryKind.NOTE, text=str(n), actor=writer))
    print(entry.id, flush=True)
"""


def test_kill_minus_nine_loses_no_acknowledged_entry(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().strip() for _ in range(40)]
    os.kill(writer.pid, signal.SIGKILL)
    acknowledged += [line.strip() for line in writer.stdout if line.endswith("\n")]
    writer.wait()
    journal = Journal(path, system_clock)
    assert {entry.id for entry in journal.entries("i1")} >= set(acknowledged)
    assert journal.verify() == []


def test_a_newer_schema_is_refused_and_left_alone(journal: Journal, clock: Ticking) -> None:
    journal.append("i1", CLUSTER, note("first"))
    journal.close()
    with sqlite3.connect(journal.path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(RecordError, match="schema 99"):
        Journal(journal.path, clock)


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path, clock: Ticking) -> None:
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(b"this is not a database, it is a text of some length" * 50)
    with pytest.raises(RecordError, match="can't be opened"):
        Journal(path, clock)
    assert path.read_bytes().startswith(b"this is not")


@pytest.mark.parametrize("version", [0, 1, 2])
def test_another_programs_database_is_refused_and_left_as_it_was(tmp_path: Path, clock: Ticking, version: int) -> None:
    path = tmp_path / "journal.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE entries (song TEXT)")
        db.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    with pytest.raises(RecordError, match="another program's database"):
        Journal(path, clock)
    assert path.read_bytes() == before


def test_a_file_that_somebody_else_holds_can_be_read_and_the_error_says_who_to_end(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incident_mcp.record.journal.BUSY_SECONDS", 0.1)
    journal.append("i1", CLUSTER, note("first"))
    with closing(sqlite3.connect(journal.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordError, match="Another program holds it"):
            journal.append("i1", CLUSTER, note("second"))
        assert [entry.text for entry in journal.entries("i1")] == ["first"]
    journal.append("i1", CLUSTER, note("third"))
    assert [entry.text for entry in journal.entries("i1")] == ["first", "third"]
    assert journal.verify() == []


def test_a_full_disk_is_a_clear_error_and_no_hole(journal: Journal) -> None:
    """SQLite says the same of a file that may not grow as of a disk that is full."""
    journal.append("i1", CLUSTER, note("first"))
    (pages,) = journal._db.execute("PRAGMA page_count").fetchone()
    journal._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(RecordError, match=r"full\. Nothing was changed\. Free the disk"):
        journal.append("i1", CLUSTER, note("y" * 100_000))
    journal._db.execute("PRAGMA max_page_count = 1000000")
    assert journal.append("i1", CLUSTER, note("second")).id == "e2"
    assert journal.verify() == []


def test_a_clock_that_is_set_back_moves_no_entry(tmp_path: Path) -> None:
    times = iter([datetime(2026, 11, 24, 2, 30, tzinfo=UTC), datetime(2026, 11, 24, 1, 30, tzinfo=UTC)])
    journal = Journal(tmp_path / "journal.sqlite3", lambda: next(times))
    for text in ("before", "after"):
        journal.append("i1", CLUSTER, note(text))
    assert [entry.text for entry in journal.entries("i1")] == ["before", "after"]
    assert journal.verify() == []


def test_private_matter_is_kept_beside_the_entry_to_the_letter(journal: Journal) -> None:
    journal.append("i1", CLUSTER, note("planned", plan="p1"), private=b'{"password": "hunter2"}')
    assert journal.private("p1") == b'{"password": "hunter2"}'
    assert journal.private("p2") is None
