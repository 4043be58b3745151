"""The newest events: tables first, which are small, then in full the few that are shown.

The server's table knows an event's real last time, whichever of its fields holds it, but prints it as an age
(`5m10s`, `59m`): good enough to find the newest, not to say when they were. Nor does it tell the namespace.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

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


@dataclass(slots=True)
class _Found:
    """An event as its row tells it, until it is read in full. `namespace`: where it was asked for; None: everywhere."""

    namespace: str | None
    name: str
    seen: EventSeen


class RecentEvents:
    """The newest events, oldest of them first. What is read so far is there also when the time ends early."""

    def __init__(self, look: Look, most: int) -> None:
        self._look = look
        self._most = most
        self._found: list[_Found] = []

    @property
    def newest(self) -> tuple[EventSeen, ...]:
        return tuple(found.seen for found in self._chosen())

    async def read(self, namespaces: list[str], *, whole: bool) -> None:
        """`whole`: these are all namespaces, and one table is asked for; where that is not allowed, each by itself."""
        if whole:
            table = await self._look.ask(
                "events", partial(self._look.api.table, collection("Event", None)), None, note=False
            )
            if table is not None:
                self._found.extend(_rows(table, None, self._look.clock()))
                return
        await together([partial(self._each, namespace) for namespace in namespaces])

    async def read_in_full(self) -> None:
        """The chosen ones once more. One that is gone by now stays as the table told it."""
        self._found = self._chosen()
        await together([partial(self._in_full, found) for found in self._found])

    def _chosen(self) -> list[_Found]:
        return sorted(self._found, key=lambda found: found.seen.last)[-self._most :]

    async def _each(self, namespace: str) -> None:
        call = partial(self._look.api.table, collection("Event", namespace))
        table = await self._look.ask("events", call, Table(), where=namespace)
        self._found.extend(_rows(table, namespace, self._look.clock()))

    async def _in_full(self, found: _Found) -> None:
        # A list of those with this name: the right to list is enough, and no namespace is needed.
        params = {"fieldSelector": f"metadata.name={found.name}"}
        call = partial(self._look.api.get_json, collection("Event", found.namespace), params=params)
        answer = await self._look.ask("events", call, {}, note=False)
        named = (event_seen(event) for event in items(answer, "items"))
        found.seen = next((each for each in named if each.about.name == found.seen.about.name), found.seen)


def _rows(table: Table, namespace: str | None, now: datetime) -> list[_Found]:
    columns = [table.column(name) for name in _COLUMNS]
    if min(columns) < 0:
        return []
    found: list[_Found] = []
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
        found.append(_Found(namespace, str(name), seen))
    return found


def _about(text: str, namespace: str | None) -> Ref:
    """`pod/checkout-7c9f8-x2k4p`, as the table names the object."""
    kind, _, name = text.partition("/")
    return Ref(kind=kind_of(kind) or kind, namespace=namespace, name=name)
