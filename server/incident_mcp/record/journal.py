"""The journal: one SQLite file, append-only, each writer's entries chained by their hashes.

`WAL` lets readers read while somebody writes; `synchronous=FULL` means that an acknowledged entry survives `kill -9`
and a power cut. Triggers refuse updates and deletes, so a slip in our own code can't rewrite history; against somebody
who rewrites the whole file only a copy of the chain's head helps, which every postmortem and export carries.

Beside its own entries the file holds those of other journals (`take`), so that whatever reads it needs no network.
They have a writer's name of their own, and never count as ours: a plan is approved and spent only where it was made.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from incident_mcp.record.chain import START, Gap, Head, Link, broken, digest
from incident_mcp.record.incident import LIFE, Incident
from incident_mcp.record.kept import KeptReadings, Lives, uncollected
from incident_mcp.record.masked import masked
from incident_mcp.record.schema import check_ours, prepare
from incident_mcp.record.slug import TAG
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry, entry_order
from incident_mcp.vocabulary.errors import AlreadyDone, RecordError
from incident_mcp.vocabulary.plan import canonical

BUSY_SECONDS = 5.0
IMPATIENT = 10
"""Milliseconds that SQLite waits for its turn to write before it is asked again. Left alone it waits ever longer
between two tries, and a writer that never rests would never let another one in.
"""
_INSERT = (
    "INSERT INTO entries (incident, cluster, number, plan, once, body, hash, writer, place, kind)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Store(Protocol):
    """What the record needs of a place that keeps entries."""

    @property
    def writer(self) -> str: ...
    def append(
        self,
        incident: str | None,
        cluster: str,
        new: NewEntry,
        *,
        once: str | None = None,
        private: bytes | None = None,
    ) -> Entry: ...
    def entries(
        self, incident: str | None, cluster: str | None = None, kinds: Collection[EntryKind] = ()
    ) -> list[Entry]: ...
    def unused_plans(self, incident: str | None) -> list[Entry]: ...
    def lives(self) -> list[Incident]: ...
    def of_plan(self, plan: str) -> list[Entry]: ...
    def answers(self, cluster: str) -> list[Entry]: ...
    def incidents(self) -> list[str]: ...
    def private(self, name: str) -> bytes | None: ...
    def verify(self) -> list[str]: ...


class Journal:
    """A `Store` in one SQLite file. Thread-safe; several processes may share the file.

    Raises `RecordError` when the file can't be opened, read or written, and says why.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._kept = KeptReadings()
        self._lives = Lives()
        self.after_append: Callable[[], None] = lambda: None
        """Called when an entry is on disk, for whoever carries it on."""
        with self._explained("opened"):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            check_ours(self._db, path)
            path.chmod(0o600)
            self._inode = path.stat().st_ino
            self._when_free("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            prepare(self._db, path)
            self._writer = str(self._db.execute("SELECT writer FROM self").fetchone()[0])

    @property
    def writer(self) -> str:
        """This journal's name among others."""
        return self._writer

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # Writing

    def append(
        self,
        incident: str | None,
        cluster: str,
        new: NewEntry,
        *,
        once: str | None = None,
        private: bytes | None = None,
    ) -> Entry:
        """Mask and write one entry and return it; when this returns, it is on disk.

        `once` names something that may happen a single time: the second append with it raises `AlreadyDone`.
        `private` goes to the private table under the entry's plan, in the same transaction.
        """
        new = masked(new)
        with self._explained("written"), self._lock, self._transaction():
            self._check_place()
            link, entry = self._next(incident, cluster, new)
            try:
                self._insert(link, once)
            except sqlite3.IntegrityError as error:
                raise AlreadyDone(f"This was done before and may be done once only ({once}).") from error
            if private is not None:
                self._db.execute("INSERT INTO private (name, body) VALUES (?, ?)", (new.plan, private))
        self.after_append()
        return entry

    def take(self, parts: Iterable[Link | Gap]) -> int:
        """Keep what other journals wrote, as it is; how much was new. What is here already stays as it is.

        Raises `RecordError` for an entry that claims to be of this journal and is not in it.
        """
        given = list(parts)
        with self._explained("written"), self._lock, self._transaction():
            self._check_place()
            return sum(self._take(part) for part in given)

    def _take(self, part: Link | Gap) -> bool:
        if isinstance(part, Gap):
            if part.writer == self.writer:  # of our own nothing is left out here
                return False
            values = (part.writer, part.first, part.last, part.hash)
            return self._db.execute("INSERT OR IGNORE INTO gaps VALUES (?, ?, ?, ?)", values).rowcount > 0
        known = "SELECT 1 FROM entries WHERE writer = ? AND place = ?"
        if self._db.execute(known, (part.writer, part.place)).fetchone():
            return False
        if part.writer == self.writer:  # an answer among them would count as given here
            raise RecordError(
                f"Entry {part.place} claims to be of this very record, which holds no such entry.",
                "It was written elsewhere, or this record was restored from an older copy of itself.",
                not_done="Nothing was taken.",
            )
        self._insert(part, None)
        return True

    def _insert(self, link: Link, once: str | None) -> None:
        plain = link.plain
        incident = self._filed_under(link.writer, plain["incident"], plain["kind"])
        told = (incident, plain["cluster"], entry_order(plain["id"])[1], plain["plan"], once)
        self._db.execute(_INSERT, (*told, link.body, link.hash, link.writer, link.place, plain["kind"]))

    def _filed_under(self, writer: str, incident: str | None, kind: str) -> str | None:
        """Two journals that knew nothing of each other may have given one name to two incidents. What comes second is
        filed under its founder's tag as well, with all that its founder wrote: incidents never mix.
        """
        opened = "SELECT writer FROM entries WHERE incident = ? AND kind = 'opened' ORDER BY seq LIMIT 1"
        first = self._db.execute(opened, (incident,)).fetchone()
        if first is None or first[0] == writer:
            return incident
        apart = f"{incident}-{writer[:TAG]}"
        is_apart = kind == EntryKind.OPENED or self._db.execute(opened, (apart,)).fetchone()
        return apart if is_apart else incident

    def _check_place(self) -> None:
        """An entry written to a file that was removed or replaced would be acknowledged and lost."""
        if self.path.stat().st_ino != self._inode:
            raise OSError("it was replaced by another file while this server runs; restart the server")

    def _next(self, incident: str | None, cluster: str, new: NewEntry) -> tuple[Link, Entry]:
        last = self._head(self.writer)
        written = self._clock()
        fields: dict[str, Any] = new.model_dump(mode="json") | {
            "id": self._id(incident),
            "incident": incident,
            "cluster": cluster,
            "happened": (new.happened or written).isoformat(),
            "written": written.isoformat(),
            "previous": last.hash,
            "writer": self.writer,
        }
        # Once through the model, so that the hash covers exactly what a reader will read back.
        body = canonical(Entry.model_validate(fields | {"hash": ""}).model_dump(mode="json", exclude={"hash"}))
        link = Link(self.writer, last.place + 1, digest(body), body)
        return link, Entry.model_validate(fields | {"hash": link.hash})

    def _id(self, incident: str | None) -> str:
        """One more than any number of the incident that is known here: so an entry comes after those that its writer
        had read (Lamport's clock). Two journals may take the same number; the one that joined says which it is.
        """
        number, founder = self._db.execute(
            "SELECT coalesce(max(number), 0) + 1, (SELECT writer FROM entries WHERE incident = ?1 AND kind = 'opened'"
            " ORDER BY number, writer LIMIT 1) FROM entries WHERE incident IS ?1",
            (incident,),
        ).fetchone()
        tag = f"-{self.writer[:TAG]}" if founder not in (None, self.writer) else ""
        return f"{'e' if incident else 'u'}{number}{tag}"

    # Reading

    def entries(
        self, incident: str | None, cluster: str | None = None, kinds: Collection[EntryKind] = ()
    ) -> list[Entry]:
        """All entries of an incident in order, or those of some kinds, of one cluster if given. None: our own of those
        without an incident. What is asked for whole is kept, and only what came since is read the next time.
        """
        where, values = "incident IS ?", [incident]
        if incident is None:
            where, values = f"{where} AND writer = ?", [*values, self.writer]
        if cluster is not None:
            where, values = f"{where} AND cluster = ?", [*values, cluster]
        if kinds:
            chosen = f"{where} AND kind IN ({', '.join('?' * len(kinds))})"
            return self._read(f"WHERE {chosen} ORDER BY number, writer", [*values, *kinds])
        return self._kept.all((incident, cluster), lambda after: self._newer(where, values, after))

    def unused_plans(self, incident: str | None) -> list[Entry]:
        """The plans of an incident that were made here and that nothing has spent or ended, oldest first."""
        used = "SELECT 1 FROM entries u WHERE u.once = 'use ' || entries.plan"
        where = f"incident IS ? AND kind = ? AND writer = ? AND NOT EXISTS ({used})"
        return self._read(f"WHERE {where} ORDER BY number", [incident, EntryKind.PLAN, self.writer])

    def lives(self) -> list[Incident]:
        """All incidents as they stand, oldest first."""
        chosen = f"incident NOT NULL AND kind IN ({', '.join('?' * len(LIFE))})"
        return self._lives.all(lambda after: self._newer(chosen, list(LIFE), after))

    def _newer(self, where: str, values: list[Any], after: int) -> tuple[int, list[Entry]]:
        """The last row's number, and the chosen entries that came after that one."""
        with self._explained("read"), self._lock:
            (last,) = self._db.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()
        if last == after:
            return after, []
        if after:  # the end of the table is short, whatever an index would offer
            where = f"+{where}"
        return last, self._read(
            f"WHERE {where} AND seq > ? AND seq <= ? ORDER BY number, writer", [*values, after, last]
        )

    def of_plan(self, plan: str) -> list[Entry]:
        """What this journal wrote of a plan. What others say of it never approves or spends it."""
        return self._read("WHERE plan = ? AND writer = ? ORDER BY place", [plan, self.writer])

    def answers(self, cluster: str) -> list[Entry]:
        """What people answered here to plans of a cluster, in all its incidents, oldest first."""
        incidents = "SELECT incident FROM entries WHERE kind = 'opened'"  # so that the index leads to the answers
        where = f"WHERE incident IN ({incidents}) AND kind = ? AND writer = ? AND cluster = ? ORDER BY place"
        return self._read(where, [EntryKind.ANSWER, self.writer, cluster])

    def _read(self, where: str, values: list[Any]) -> list[Entry]:
        rows = self._rows(where, values)
        with uncollected():
            return [_entry(incident, link) for incident, link in rows]

    def _links(self, where: str, values: list[Any]) -> list[Link]:
        return [link for _, link in self._rows(where, values)]

    def _rows(self, where: str, values: list[Any]) -> list[tuple[str | None, Link]]:
        """What each is filed under, and the entry to the byte."""
        with self._explained("read"), self._lock:
            rows = self._db.execute(f"SELECT incident, writer, place, hash, body FROM entries {where}", values)  # noqa: S608 - fixed text
            return [(incident, Link(writer, place, told, _bytes(body))) for incident, writer, place, told, body in rows]

    def newest(self) -> int:
        """A number that grows with each entry, whoever wrote it: while it is the same, so is all that is here."""
        with self._explained("read"), self._lock:
            return self._db.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()[0]

    def incidents(self) -> list[str]:
        """The ids of all incidents, oldest first."""
        with self._explained("read"), self._lock:
            rows = self._db.execute(
                "SELECT incident FROM entries WHERE kind = 'opened' AND incident NOT NULL"
                " GROUP BY incident ORDER BY min(seq)"
            )
            return [incident for (incident,) in rows.fetchall()]

    def private(self, name: str) -> bytes | None:
        """What an undo or a plan needs to the letter, unmasked; never part of an export or of the shared record."""
        with self._explained("read"), self._lock:
            row = self._db.execute("SELECT body FROM private WHERE name = ?", (name,)).fetchone()
        return _bytes(row[0]) if row else None

    # Chains

    def verify(self) -> list[str]:
        """Recompute every writer's chain; the list names what does not fit (empty: all are whole)."""
        with self._explained("read"):
            links = groupby(self._links("ORDER BY writer, place", []), key=lambda link: link.writer)
            return [problem for writer, each in links for problem in broken(writer, list(each), self.gaps(writer))]

    def gaps(self, writer: str) -> list[Gap]:
        """What an import left out of another writer's chain."""
        with self._explained("read"), self._lock:
            rows = self._db.execute("SELECT * FROM gaps WHERE writer = ? ORDER BY first, last", (writer,))
            return [Gap(*row) for row in rows.fetchall()]

    def heads(self) -> dict[str, Head]:
        """How far each writer's chain is known here without a hole."""
        with self._explained("read"), self._lock:
            writers = self._db.execute("SELECT DISTINCT writer FROM entries").fetchall()
            holed = {writer for (writer,) in self._db.execute("SELECT DISTINCT writer FROM gaps").fetchall()}
            return {name: self._whole_to(name) if name in holed else self._head(name) for (name,) in writers}

    def _head(self, writer: str) -> Head:
        return self._head_at("WHERE writer = ?1 ORDER BY place DESC", writer)

    def _whole_to(self, writer: str) -> Head:
        end = "WHERE writer = ?1 AND NOT EXISTS (SELECT 1 FROM entries n WHERE n.writer = ?1 AND n.place = e.place + 1)"
        head = self._head_at(f"{end} ORDER BY place", writer)
        begins = self._db.execute("SELECT 1 FROM entries WHERE writer = ? AND place = 1", (writer,)).fetchone()
        return head if begins else START

    def _head_at(self, where: str, writer: str) -> Head:
        row = self._db.execute(f"SELECT place, hash FROM entries e {where} LIMIT 1", (writer,)).fetchone()  # noqa: S608 - fixed text
        return Head(*row) if row else START

    def links(self, writer: str, after: int, up_to: int, most: int = -1) -> list[Link]:
        """A writer's entries from the place after `after` up to `up_to`, in order, at most so many (-1: all)."""
        where = "WHERE writer = ? AND place > ? AND place <= ? ORDER BY place LIMIT ?"
        return self._links(where, [writer, after, up_to, most])

    def links_of(self, incident: str) -> list[Link]:
        """An incident's entries as they were hashed, by writer and place."""
        return self._links("WHERE incident = ? ORDER BY writer, place", [incident])

    # The file

    @contextmanager
    def _transaction(self) -> Generator[None]:
        self._when_free("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # on a full disk SQLite has ended it already
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _when_free(self, statement: str) -> None:
        """Carry it out as soon as nobody else has the file; a switch to WAL does not wait by itself."""
        end = time.monotonic() + BUSY_SECONDS
        self._db.execute(f"PRAGMA busy_timeout = {IMPATIENT}")
        try:
            while True:
                try:
                    self._db.execute(statement)
                except sqlite3.OperationalError as error:
                    if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > end:
                        raise
                    time.sleep(0.001)
                else:
                    return
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {round(BUSY_SECONDS * 1000)}")

    @contextmanager
    def _explained(self, verb: str) -> Generator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise RecordError(f"The record {self.path} can't be {verb}: {error}.", _next_step(error)) from error


def _next_step(error: Exception) -> str:
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return "Another program holds it: end that (lsof names it), then try again."
    return "Free the disk, mend the folder's rights, or set INCIDENT_HOME to a folder that can be written."


def _entry(incident: str | None, link: Link) -> Entry:
    entry = link.entry
    return entry if entry.incident == incident else entry.model_copy(update={"incident": incident})


def _bytes(body: object) -> bytes:
    """SQLite keeps what it is given: after an edit by hand a body may be text."""
    return body if isinstance(body, bytes) else str(body).encode()
