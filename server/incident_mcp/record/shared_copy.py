"""A team's shared record: a PostgreSQL database that holds the copy of every journal.

Nothing is decided here. Rows are links of the writers' chains, added and never changed; `heads` tells how far each
chain goes. So a copy that was lost is filled again by whoever still has the entries.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
import sqlalchemy.exc
from sqlalchemy.dialects import postgresql

from incident_mcp.record.chain import Head, Link
from incident_mcp.record.shared_place import SharedPlace
from incident_mcp.vocabulary.errors import RecordError

SCHEMA = "incident_mcp"
_META = sa.MetaData(schema=SCHEMA)
ENTRIES = sa.Table(
    "entries",
    _META,
    sa.Column("writer", sa.Text, primary_key=True),
    sa.Column("place", sa.BigInteger, primary_key=True),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
HEADS = sa.Table(
    "heads",
    _META,
    sa.Column("writer", sa.Text, primary_key=True),
    sa.Column("place", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)
MADE = sa.Table("version", _META, sa.Column("number", sa.Integer, nullable=False))
_ONE = (
    f"CREATE TABLE {SCHEMA}.entries (writer text, place bigint, hash text NOT NULL, body bytea NOT NULL,"
    " PRIMARY KEY (writer, place))",
    f"CREATE TABLE {SCHEMA}.heads (writer text PRIMARY KEY, place bigint NOT NULL, hash text NOT NULL)",
)
STEPS = (_ONE,)
"""Step N leads from version N - 1 to N; a step is never edited once it was released."""
VERSION = len(STEPS)
_LOCK = 0x1C1DE47
"""Whoever prepares the tables holds this advisory lock: two servers may meet an empty database at once."""


class SharedCopy:
    """One database. Not thread-safe: whoever follows it uses it alone.

    Raises `RecordError` when it can't be reached or used, and says why.
    """

    def __init__(self, place: SharedPlace, environment: Mapping[str, str]) -> None:
        self.place = place
        self._environment = environment
        self._engine: sa.Engine | None = None

    def close(self) -> None:
        if self._engine:
            self._engine.dispose()
            self._engine = None

    def heads(self) -> dict[str, Head]:
        """How far the copy goes for each writer."""
        with self._begin() as connection:
            self._prepare(connection)
            rows = connection.execute(sa.select(HEADS.c.writer, HEADS.c.place, HEADS.c.hash))
            return {row.writer: Head(row.place, row.hash) for row in rows}

    def put(self, links: list[Link]) -> None:
        """Add links of one writer that follow its head there, in order; those that are there stay as they are."""
        last = links[-1]
        head = postgresql.insert(HEADS).values(writer=last.writer, place=last.place, hash=last.hash)
        further = head.on_conflict_do_update(
            index_elements=["writer"],
            set_={"place": head.excluded.place, "hash": head.excluded.hash},
            where=head.excluded.place > HEADS.c.place,
        )
        rows = [{"writer": one.writer, "place": one.place, "hash": one.hash, "body": one.body} for one in links]
        with self._begin() as connection:
            connection.execute(postgresql.insert(ENTRIES).on_conflict_do_nothing(), rows)
            connection.execute(further)

    def links(self, writer: str, after: int, most: int) -> list[Link]:
        """A writer's links from the place after `after`, in order."""
        chosen = (
            sa.select(ENTRIES.c.writer, ENTRIES.c.place, ENTRIES.c.hash, ENTRIES.c.body)
            .where(ENTRIES.c.writer == writer, ENTRIES.c.place > after)
            .order_by(ENTRIES.c.place)
            .limit(most)
        )
        with self._begin() as connection:
            return [Link(row.writer, row.place, row.hash, bytes(row.body)) for row in connection.execute(chosen)]

    def _prepare(self, connection: sa.Connection) -> None:
        """Make or migrate the tables; they may have been wiped since the last look."""
        there = connection.scalar(sa.text(f"SELECT to_regclass('{SCHEMA}.version')"))
        version = _version(connection) if there else 0
        if version == VERSION:
            return
        if version > VERSION:
            raise RecordError(
                f"The shared record {self.place.shown} has schema {version}; this incident-mcp reads schema {VERSION}.",
                "Use the version of incident-mcp that made it; the local journal goes on meanwhile.",
            )
        connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        connection.execute(sa.text(f"CREATE TABLE IF NOT EXISTS {SCHEMA}.version (number int NOT NULL)"))
        for step in STEPS[_version(connection) :]:
            for statement in step:
                connection.execute(sa.text(statement))
        connection.execute(sa.delete(MADE))
        connection.execute(sa.insert(MADE).values(number=VERSION))

    @contextmanager
    def _begin(self) -> Generator[sa.Connection]:
        try:
            self._engine = self._engine or sa.create_engine(self._url(), **self._options())
            with self._engine.begin() as connection:
                yield connection
        except (sqlalchemy.exc.SQLAlchemyError, OSError) as error:
            raise RecordError(
                f"The shared record {self.place.shown} can't be used: {_reason(error)}.",
                "The local journal goes on; what is written meanwhile follows when the database answers.",
                not_done="Nothing was lost.",
            ) from error

    def _url(self) -> sa.URL:
        url = sa.make_url(self.place.url).set(drivername="postgresql+psycopg")
        secret = self._secret()
        return url.set(password=secret) if secret else url

    def _secret(self) -> str:
        if self.place.password_file:
            return self.place.password_file.expanduser().read_text(encoding="utf-8").strip()
        name = self.place.password_variable
        if not name:
            return ""
        if name not in self._environment:
            raise OSError(f"the environment has no {name}, which holds its password")
        return self._environment[name]

    def _options(self) -> dict[str, Any]:
        wait = max(1, round(self.place.timeout))
        return {
            "pool_size": 1,
            "max_overflow": 0,
            "pool_pre_ping": True,
            "hide_parameters": True,
            "connect_args": {"connect_timeout": wait, "options": f"-c statement_timeout={wait * 1000}"},
        }


def _version(connection: sa.Connection) -> int:
    return int(connection.scalar(sa.select(sa.func.max(MADE.c.number))) or 0)


def _reason(error: Exception) -> str:
    """The database's own words, without the statement."""
    told = str(getattr(error, "orig", None) or error).strip()
    return " ".join(told.split())[:300].rstrip(".")
