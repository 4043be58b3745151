"""The journal's tables, as numbered steps: a file of an older version is copied aside and brought up to date.

Step N leads from version N - 1 to N (SQLite's `user_version`). A step is never edited once it was released.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from incident_mcp.vocabulary.errors import RecordError

_PRIVATE = "CREATE TABLE private (name TEXT PRIMARY KEY, body BLOB NOT NULL)"
"""A table that every version has: by it a file is known as ours."""
_ONE = f"""
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
{_PRIVATE};
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


def check_ours(db: sqlite3.Connection, path: Path) -> int:
    """The file's version, before anything is written to it: 0 for one that is empty.

    Raises `RecordError` for a file of a newer version, and for another program's, which are left alone.
    """
    # In one statement, so that it is one moment: another process may be making the tables.
    version, tables, ours = db.execute(
        "SELECT (SELECT user_version FROM pragma_user_version), count(*), coalesce(sum(sql = ?), 0)"
        " FROM sqlite_master WHERE type = 'table'",
        (_PRIVATE,),
    ).fetchone()
    if tables and not (version and ours):
        raise RecordError(
            f"{path} is another program's database, not a record of incidents.",
            "Set INCIDENT_HOME to a folder of its own.",
        )
    if version > VERSION:
        raise RecordError(
            f"The record {path} has schema {version}; this incident-mcp reads schema {VERSION}.",
            "Use the version of incident-mcp that wrote it.",
        )
    return version


def prepare(db: sqlite3.Connection, path: Path) -> None:
    """Bring an open file to this version; what an older one held is kept beside it (`journal.sqlite3.v1`).

    Raises `RecordError` as `check_ours` does, and `sqlite3.Error`.
    """
    version = check_ours(db, path)
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
        if db.in_transaction:  # on a full disk SQLite has ended it already
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
