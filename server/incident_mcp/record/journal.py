"""The journal: one SQLite file, append-only, each entry chained to the one before by its hash.

`WAL` lets readers read while somebody writes; `synchronous=FULL` means that an acknowledged entry survives `kill -9`
and a power cut. Triggers refuse updates and deletes, so a slip in our own code can't rewrite history; against somebody
who rewrites the whole file only a copy of the chain's head helps, which every postmortem carries.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec

from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.entry import Entry, NewEntry
from incident_mcp.vocabulary.errors import AlreadyDone, RecordError
from incident_mcp.vocabulary.plan import canonical

SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    incident TEXT,
    cluster TEXT NOT NULL,
    number INTEGER NOT NULL,
    plan TEXT,
    once TEXT UNIQUE,
    body BLOB NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX entries_incident ON entries (incident, number);
CREATE INDEX entries_plan ON entries (plan) WHERE plan IS NOT NULL;
CREATE TABLE private (name TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER entries_hold BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
PRAGMA user_version = 1;
"""
BUSY_SECONDS = 5.0


class Store(Protocol):
    """What the record needs of a place that keeps entries."""

    def append(
        self,
        incident: str | None,
        cluster: str,
        new: NewEntry,
        *,
        once: str | None = None,
        private: bytes | None = None,
    ) -> Entry: ...
    def entries(self, incident: str | None, cluster: str | None = None) -> list[Entry]: ...
    def of_plan(self, plan: str) -> list[Entry]: ...
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
        with self._explained("opened"):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            path.chmod(0o600)
            self._inode = path.stat().st_ino
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._prepare()

    def _prepare(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            with self._transaction():
                if self._db.execute("PRAGMA user_version").fetchone() == (0,):
                    for statement in _statements(SCHEMA):
                        self._db.execute(statement)
        elif version != SCHEMA_VERSION:
            raise RecordError(
                f"The record {self.path} has schema {version}; this incident-mcp reads schema {SCHEMA_VERSION}.",
                "Use the version of incident-mcp that wrote it.",
            )

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def append(
        self,
        incident: str | None,
        cluster: str,
        new: NewEntry,
        *,
        once: str | None = None,
        private: bytes | None = None,
    ) -> Entry:
        """Write one entry and return it; when this returns, it is on disk.

        `once` names something that may happen a single time: the second append with it raises `AlreadyDone`.
        `private` goes to the private table under the entry's plan, in the same transaction.
        """
        with self._explained("written"), self._lock, self._transaction():
            self._check_place()
            entry = self._next(incident, cluster, new)
            body = canonical(entry.model_dump(mode="json", exclude={"hash"}))
            try:
                self._db.execute(
                    "INSERT INTO entries (incident, cluster, number, plan, once, body, hash)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (incident, cluster, int(entry.id[1:]), new.plan, once, body, entry.hash),
                )
            except sqlite3.IntegrityError as error:
                raise AlreadyDone(f"This was done before and may be done once only ({once}).") from error
            if private is not None:
                self._db.execute("INSERT INTO private (name, body) VALUES (?, ?)", (new.plan, private))
        return entry

    def _check_place(self) -> None:
        """An entry written to a file that was removed or replaced would be acknowledged and lost."""
        if self.path.stat().st_ino != self._inode:
            raise OSError("it was replaced by another file while this server runs; restart the server")

    def _next(self, incident: str | None, cluster: str, new: NewEntry) -> Entry:
        last = self._db.execute("SELECT hash FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
        (number,) = self._db.execute(
            "SELECT coalesce(max(number), 0) + 1 FROM entries WHERE incident IS ?", (incident,)
        ).fetchone()
        written = self._clock()
        fields: dict[str, Any] = new.model_dump(mode="json") | {
            "id": f"{'e' if incident else 'u'}{number}",
            "incident": incident,
            "cluster": cluster,
            "happened": (new.happened or written).isoformat(),
            "written": written.isoformat(),
            "previous": last[0] if last else "",
        }
        # Once through the model, so that the hash covers exactly what a reader will read back.
        plain = Entry.model_validate(fields | {"hash": ""}).model_dump(mode="json", exclude={"hash"})
        return Entry.model_validate(fields | {"hash": _digest(canonical(plain))})

    def entries(self, incident: str | None, cluster: str | None = None) -> list[Entry]:
        """All entries of an incident (None: those without one) in order, of one cluster if given."""
        where, values = "incident IS ?", [incident]
        if cluster is not None:
            where, values = where + " AND cluster = ?", [incident, cluster]
        return self._read(f"WHERE {where} ORDER BY seq", values)

    def of_plan(self, plan: str) -> list[Entry]:
        return self._read("WHERE plan = ? ORDER BY seq", [plan])

    def _read(self, where: str, values: list[str | None]) -> list[Entry]:
        with self._explained("read"), self._lock:
            rows = self._db.execute(f"SELECT body, hash FROM entries {where}", values).fetchall()  # noqa: S608 - fixed text
        return [Entry.model_validate(msgspec.json.decode(body) | {"hash": digest}) for body, digest in rows]

    def incidents(self) -> list[str]:
        """The ids of all incidents, oldest first."""
        with self._explained("read"), self._lock:
            rows = self._db.execute(
                "SELECT incident FROM entries WHERE incident NOT NULL GROUP BY incident ORDER BY min(seq)"
            )
            return [incident for (incident,) in rows.fetchall()]

    def private(self, name: str) -> bytes | None:
        """What an undo or a plan needs to the letter, unmasked; never part of an export."""
        with self._explained("read"), self._lock:
            row = self._db.execute("SELECT body FROM private WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def verify(self) -> list[str]:
        """Recompute the chain; the list names what does not fit (empty: the chain is whole)."""
        with self._explained("read"), self._lock:
            rows = self._db.execute("SELECT seq, body, hash FROM entries ORDER BY seq").fetchall()
        problems: list[str] = []
        previous, expected = "", 1
        for seq, body, digest in rows:
            if seq != expected:
                problems.append(f"entries {expected} to {seq - 1} are missing")
            if not isinstance(body, bytes) or _digest(body) != digest:
                problems.append(f"entry {seq} was changed after it was written")
            elif msgspec.json.decode(body)["previous"] != previous:
                problems.append(f"entry {seq} does not follow the entry before it")
            previous, expected = digest, seq + 1
        return problems

    @contextmanager
    def _transaction(self) -> Generator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def _explained(self, verb: str) -> Generator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise RecordError(
                f"The record {self.path} can't be {verb}: {error}.",
                "Free the disk, mend the folder's rights, or set INCIDENT_HOME to a folder that can be written.",
            ) from error


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _statements(script: str) -> Iterator[str]:
    """Split the schema; triggers hold semicolons of their own, but each statement ends at a line's end."""
    yield from (part for part in (line.strip() for line in script.split(";\n")) if part)
