"""The journal's tables, as numbered steps: a file of an older version is copied aside and brought up to date.

Step N leads from version N - 1 to N (SQLite's `user_version`). A step is never edited once it was released.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from incident_mcp.vocabulary.errors import RecordError

_ONE = """
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
"""
_TWO = """
CREATE TABLE self (writer TEXT NOT NULL);
INSERT INTO self VALUES ('{writer}');
CREATE TABLE gaps (
    writer TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (writer, first, last)
);
DROP TRIGGER entries_hold;
ALTER TABLE entries ADD COLUMN writer TEXT NOT NULL DEFAULT '';
ALTER TABLE entries ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN kind TEXT NOT NULL DEFAULT '';
UPDATE entries SET writer = (SELECT writer FROM self), place = seq, kind = json_extract(body, '$.kind');
CREATE UNIQUE INDEX entries_place ON entries (writer, place);
CREATE INDEX entries_kind ON entries (incident, kind, number);
CREATE TRIGGER entries_hold BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""
STEPS = (_ONE, _TWO)
VERSION = len(STEPS)


def prepare(db: sqlite3.Connection, path: Path) -> None:
    """Bring an open file to this version; what an older one held is kept beside it (`journal.sqlite3.v1`).

    Raises `RecordError` for a file of a newer version, which is left alone, and `sqlite3.Error`.
    """
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise RecordError(
            f"The record {path} has schema {version}; this incident-mcp reads schema {VERSION}.",
            "Use the version of incident-mcp that wrote it.",
        )
    if version == VERSION:
        return
    if version:
        _keep(db, path.with_name(f"{path.name}.v{version}"))
    db.execute("BEGIN IMMEDIATE")
    try:
        (version,) = db.execute("PRAGMA user_version").fetchone()  # another process may have been quicker
        for step in STEPS[version:]:
            for statement in _statements(step.replace("{writer}", secrets.token_hex(8))):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _keep(db: sqlite3.Connection, aside: Path) -> None:
    aside.touch(mode=0o600)
    with closing(sqlite3.connect(aside)) as copy:
        db.backup(copy)


def _statements(script: str) -> Iterator[str]:
    """Triggers hold semicolons of their own, but each statement ends at a line's end."""
    yield from (part for part in (line.strip() for line in script.split(";\n")) if part)
