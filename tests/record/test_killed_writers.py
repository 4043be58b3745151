"""`kill -9` at random moments, under concurrent writers: no acknowledged entry is lost, and every copy ends up equal.

`INCIDENT_TEST_KILLS` says how many (50 in CI; `make soak`: a thousand).
"""

import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from incident_mcp.record.catching_up import exchange
from incident_mcp.record.journal import Journal
from incident_mcp.record.shared_copy import SharedCopy
from incident_mcp.record.shared_place import SharedPlace
from incident_mcp.vocabulary.clock import system_clock
from tests.record.postgres import running

KILLS = int(os.environ.get("INCIDENT_TEST_KILLS", "50"))
AT_ONCE = 2
LONGEST = 0.3
WRITER = """
import sys
from contextlib import suppress
from pathlib import Path
from incident_mcp.record.following import Follower
from incident_mcp.record.journal import Journal
from incident_mcp.record.shared_place import SharedPlace
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.errors import AlreadyDone
writer = Actor(role="server", name="w", known_by="server")
journal = Journal(Path(sys.argv[1]), system_clock)
if sys.argv[2]:
    Follower(journal, SharedPlace(url=sys.argv[2]), {}, system_clock).start()
with suppress(AlreadyDone):
    journal.append("i1", "c", NewEntry(kind=EntryKind.OPENED, text="opened", actor=writer), once="open i1")
for n in range(100000):
    print(journal.append("i1", "c", NewEntry(kind=EntryKind.NOTE, text=str(n), actor=writer)).hash, flush=True)
"""


@dataclass
class Killer:
    """Starts writers, kills them, and keeps what they were told was written."""

    url: str = ""
    acknowledged: set[str] = field(default_factory=set[str])

    def round(self, homes: list[Path]) -> None:
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, str(home), self.url], stdout=subprocess.PIPE, text=True)
            for home in homes
        ]
        for writer in writers:
            assert writer.stdout
            self.acknowledged.add(writer.stdout.readline().strip())
        for writer in writers:
            time.sleep(random.uniform(0, LONGEST))  # noqa: S311 - when it dies is chance
            writer.kill()
        for writer in writers:
            assert writer.stdout
            self.acknowledged.update(line.strip() for line in writer.stdout if line.endswith("\n"))
            writer.wait()


def hashes(journal: Journal) -> set[str]:
    return {link.hash for writer, head in journal.heads().items() for link in journal.links(writer, 0, head.place)}


def test_two_processes_on_one_record(tmp_path: Path) -> None:
    home, killer = tmp_path / "journal.sqlite3", Killer()
    for _ in range(KILLS // AT_ONCE):
        killer.round([home] * AT_ONCE)
    journal = Journal(home, system_clock)
    assert journal.verify() == []
    assert hashes(journal) >= killer.acknowledged
    assert len([entry for entry in journal.entries("i1") if entry.kind == "opened"]) == 1


def test_two_machines_with_a_shared_record(tmp_path: Path) -> None:
    homes = [tmp_path / name / "journal.sqlite3" for name in "ab"]
    with running() as database:
        killer = Killer(database.url)
        for _ in range(KILLS // AT_ONCE):
            killer.round(homes)
        journals = [Journal(home, system_clock) for home in homes]
        copy = SharedCopy(SharedPlace(url=database.url), {})
        for journal in (*journals, *journals):
            assert exchange(journal, copy).refused == ()
        heads = copy.heads()
        copy.close()
    for journal in journals:
        assert journal.verify() == []
        assert journal.heads() == heads
        assert hashes(journal) >= killer.acknowledged
