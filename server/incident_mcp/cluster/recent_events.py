"""The newest events of many namespaces: tables first, which are small, then exact times for the few that are shown.

The server's table knows an event's real last time, whichever of its fields holds it, but prints it as an age
(`5m10s`, `59m`): good enough to find the newest, not to say when they were.
"""

from datetime import datetime, timedelta

from incident_mcp.cluster.cells import duration
from incident_mcp.cluster.events import event_seen
from incident_mcp.cluster.json_parts import items
from incident_mcp.cluster.kinds import collection, kind_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.tables import Table
from incident_mcp.vocabulary.observation import EventSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

_COLUMNS = ("Last Seen", "Type", "Reason", "Object", "Message", "Count", "Name")


class RecentEvents:
    """The newest events, oldest of them first. What is read so far is there also when the time ends early."""

    def __init__(self, look: Look, most: int) -> None:
        self._look = look
        self._most = most
        self._found: list[tuple[str, EventSeen]] = []

    @property
    def newest(self) -> tuple[EventSeen, ...]:
        return tuple(event for _, event in self._chosen())

    async def read(self, namespaces: list[str]) -> None:
        await together([lambda n=namespace: self._table(n) for namespace in namespaces])

    async def read_exactly(self) -> None:
        """The chosen ones again, in full. One that is gone by now stays as the table told it."""
        self._found = self._chosen()
        await together([lambda i=index: self._exact(i) for index in range(len(self._found))])

    def _chosen(self) -> list[tuple[str, EventSeen]]:
        return sorted(self._found, key=lambda each: each[1].last)[-self._most :]

    async def _table(self, namespace: str) -> None:
        path = collection("Event", namespace)
        table = await self._look.ask("events", lambda: self._look.api.table(path), Table(), where=namespace)
        self._found.extend(_rows(table, namespace, self._look.clock()))

    async def _exact(self, index: int) -> None:
        name, coarse = self._found[index]
        # A list of one: so the right to list events is enough.
        params = {"fieldSelector": f"metadata.name={name}"}
        path = collection("Event", coarse.about.namespace)
        answer = await self._look.ask("events", lambda: self._look.api.get_json(path, params=params), {})
        for event in items(answer, "items"):
            self._found[index] = name, event_seen(event)


def _rows(table: Table, namespace: str, now: datetime) -> list[tuple[str, EventSeen]]:
    columns = [table.column(name) for name in _COLUMNS]
    if min(columns) < 0:
        return []
    found: list[tuple[str, EventSeen]] = []
    for row in table.rows:
        ago, kind, reason, about, message, count, name = (row.cells[index] for index in columns)
        last = now - (duration(ago) or timedelta(days=1))
        seen = EventSeen(
            about=_about(str(about), namespace),
            uid="",
            warning=kind == "Warning",
            reason=str(reason),
            message=Untrusted(str(message)),
            count=count if isinstance(count, int) else 1,
            first=last,
            last=last,
        )
        found.append((str(name), seen))
    return found


def _about(text: str, namespace: str) -> Ref:
    """`pod/checkout-7c9f8-x2k4p`, as the table names the object."""
    kind, _, name = text.partition("/")
    return Ref(kind=kind_of(kind) or kind, namespace=namespace, name=name)
