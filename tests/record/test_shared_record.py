"""Several journals and one PostgreSQL end up equal, whatever happens to the database in between."""

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from incident_mcp.record.catching_up import exchange
from incident_mcp.record.chain import Link, digest
from incident_mcp.record.following import Follower
from incident_mcp.record.journal import Journal
from incident_mcp.record.shared_copy import SharedCopy
from incident_mcp.record.shared_place import SharedPlace
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.errors import RecordError
from tests.conftest import Ticking
from tests.controlplane.waiting import wait_for
from tests.record.postgres import Postgres, running
from tests.record.test_journal import CLUSTER, OPENED, note


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with running() as started:
        yield started


@pytest.fixture
def database(server: Postgres) -> Postgres:
    server.ask("DROP SCHEMA IF EXISTS incident_mcp CASCADE")
    return server


@contextmanager
def copy_at(database: Postgres, seconds: float = 3) -> Generator[SharedCopy]:
    copy = SharedCopy(SharedPlace(url=database.url, timeout=seconds), {})
    try:
        yield copy
    finally:
        copy.close()


@pytest.fixture
def ada(tmp_path: Path, clock: Ticking) -> Journal:
    return Journal(tmp_path / "ada" / "journal.sqlite3", clock)


@pytest.fixture
def ben(tmp_path: Path, clock: Ticking) -> Journal:
    return Journal(tmp_path / "ben" / "journal.sqlite3", clock)


def test_two_journals_tell_one_incident(database: Postgres, ada: Journal, ben: Journal) -> None:
    ada.append("i1", CLUSTER, OPENED)
    ada.append("i1", CLUSTER, note("seen by ada"))
    with copy_at(database) as copy:
        exchange(ada, copy)
        exchange(ben, copy)
        ben.append("i1", CLUSTER, note("seen by ben"))
        ada.append("i1", CLUSTER, note("at the same time"))
        exchange(ben, copy)
        exchange(ada, copy)
        exchange(ben, copy)
    told = [(entry.id, entry.text) for entry in ada.entries("i1")]
    assert told[:2] == [("e1", "opened"), ("e2", "seen by ada")]
    assert sorted(told[2:]) == [("e3", "at the same time"), (f"e3-{ben.writer[:4]}", "seen by ben")]
    assert ben.entries("i1") == ada.entries("i1")
    assert ada.verify() == ben.verify() == []


def test_what_others_wrote_of_a_plan_neither_approves_nor_spends_it(
    database: Postgres, ada: Journal, ben: Journal
) -> None:
    ada.append("i1", CLUSTER, OPENED)
    ada.append("i1", CLUSTER, note("planned", plan="p1"), private=b"to the letter")
    with copy_at(database) as copy:
        exchange(ada, copy)
        exchange(ben, copy)
        ben.append("i1", CLUSTER, note("accepted!", plan="p1"))
        exchange(ben, copy)
        exchange(ada, copy)
    assert [entry.text for entry in ada.of_plan("p1")] == ["planned"]
    assert ben.private("p1") is None
    assert database.ask("SELECT count(*) FROM incident_mcp.entries WHERE position('letter' in body::text) > 0") == "0"


def test_an_answer_that_somebody_writes_to_the_database_under_our_name_is_not_ours(
    database: Postgres, ada: Journal, tmp_path: Path, clock: Ticking
) -> None:
    ada.append("i1", CLUSTER, OPENED)
    ada.append("i1", CLUSTER, note("planned", plan="p1"), private=b"to the letter")
    ada.close()
    copied = tmp_path / "copied.sqlite3"
    copied.write_bytes(ada.path.read_bytes())
    forged, here = Journal(copied, clock), Journal(ada.path, clock)
    forged.append("i1", CLUSTER, note("accepted!", plan="p1"))
    with copy_at(database) as copy:
        exchange(forged, copy)
        (told,) = exchange(here, copy).refused
    assert told.startswith(f"The shared record holds entry 3 of writer {here.writer}, which is this journal")
    assert [entry.text for entry in here.of_plan("p1")] == ["planned"]


def test_a_copy_that_was_wiped_is_filled_again_also_by_those_who_only_read(
    database: Postgres, ada: Journal, ben: Journal
) -> None:
    ada.append("i1", CLUSTER, OPENED)
    with copy_at(database) as copy:
        exchange(ada, copy)
        exchange(ben, copy)
        database.ask("DROP SCHEMA incident_mcp CASCADE")
        exchange(ben, copy)
        assert copy.heads() == ada.heads()
        database.ask("TRUNCATE incident_mcp.entries, incident_mcp.heads")
        ben.append("i1", CLUSTER, note("meanwhile"))
        exchange(ben, copy)
        exchange(ada, copy)
    assert ada.entries("i1") == ben.entries("i1")


def test_what_was_edited_in_the_database_is_refused_and_told(database: Postgres, ada: Journal, ben: Journal) -> None:
    ada.append("i1", CLUSTER, OPENED)
    ada.append("i1", CLUSTER, note("paid 10"))
    with copy_at(database) as copy:
        exchange(ada, copy)
        database.ask(
            "UPDATE incident_mcp.entries SET body = convert_to(replace(convert_from(body, 'UTF8'), '10', '99'), 'UTF8')"
        )
        (told,) = exchange(ben, copy).refused
    assert told.startswith("The shared record is not as it was written: entry ")
    assert f"of writer {ada.writer} was changed" in told
    assert ben.entries("i1") == []


def test_a_journal_that_was_restored_and_went_on_by_itself_is_told(
    database: Postgres, ada: Journal, tmp_path: Path, clock: Ticking
) -> None:
    ada.append("i1", CLUSTER, OPENED)
    ada.close()
    restored = tmp_path / "restored.sqlite3"
    restored.write_bytes(ada.path.read_bytes())
    old, new = Journal(ada.path, clock), Journal(restored, clock)
    old.append("i1", CLUSTER, note("on the old machine"))
    new.append("i1", CLUSTER, note("on the new one"))
    with copy_at(database) as copy:
        assert exchange(old, copy).refused == ()
        (told,) = exchange(new, copy).refused
    assert told.startswith(f"Entry 2 of writer {ada.writer} differs between this journal and the shared record")


def test_a_newer_schema_is_refused_and_left_alone(database: Postgres, ada: Journal) -> None:
    with copy_at(database) as copy:
        copy.heads()
        database.ask("UPDATE incident_mcp.version SET number = 99")
        with pytest.raises(RecordError, match="has schema 99"):
            exchange(ada, copy)


def test_two_servers_that_meet_an_empty_database_make_its_tables_once(database: Postgres) -> None:
    problems: list[Exception] = []

    def look() -> None:
        try:
            with copy_at(database) as copy:
                copy.heads()
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert database.ask("SELECT number FROM incident_mcp.version") == "1"


def test_nobody_waits_for_a_database_that_is_away_and_it_catches_up(server: Postgres, ada: Journal) -> None:
    server.ask("DROP SCHEMA IF EXISTS incident_mcp CASCADE")
    follower = Follower(ada, SharedPlace(url=server.url, timeout=1), {}, system_clock).start()
    try:
        ada.append("i1", CLUSTER, OPENED)
        assert follower.wait(10)
        server.stop()
        ada.append("i1", CLUSTER, note("while it is away"))
        wait_for("the trouble is told", lambda: follower.trouble, 20)
        assert follower.trouble
        assert "can't be used" in follower.trouble.why
        server.start()
        wait_for("it caught up", lambda: follower.wait(5) and follower.trouble is None, 40)
        server.hang()
        ada.append("i1", CLUSTER, note("while it hangs"))
        wait_for("the trouble is told", lambda: follower.trouble, 20)
        server.wake()
        wait_for("it caught up", lambda: follower.wait(5) and follower.trouble is None, 40)
    finally:
        follower.stop(5)
    assert server.ask("SELECT count(*) FROM incident_mcp.entries") == "3"


def test_a_row_that_is_no_entry_is_refused_though_its_hash_fits(database: Postgres, ada: Journal) -> None:
    body = b'{"id": "e1", "previous": ""}'
    with copy_at(database) as copy:
        copy.heads()
        copy.put([Link("0123456789abcdef", 1, digest(body), body)])
        (told,) = exchange(ada, copy).refused
    assert "entry 1 of writer 0123456789abcdef is no entry of this version" in told
    assert ada.heads() == {}
