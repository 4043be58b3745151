"""One look for changes: where, since when, and what was found so far."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from incident_mcp.cluster.changes.metadata import MOST, Known, known
from incident_mcp.cluster.look import Look, together
from incident_mcp.vocabulary.change import ChangeSeen
from incident_mcp.vocabulary.observation import WorkloadSeen


@dataclass(slots=True)
class Window:
    """Filled as answers come, so that what is there counts when the time is over."""

    look: Look
    places: tuple[str | None, ...]
    """The namespaces to ask in; a single None: the whole cluster with one request."""
    since: datetime
    cluster_wide: bool
    found: list[ChangeSeen] = field(default_factory=list[ChangeSeen])
    workloads: list[WorkloadSeen] = field(default_factory=list[WorkloadSeen])
    """Those that were written to, with their revisions."""

    async def known(self, what: str, kind: str, *, labels: str = "", wide: bool = False) -> list[Known]:
        """Metadata of all objects of a kind; `wide` for kinds without a namespace."""
        gathered: list[Known] = []

        async def ask(place: str | None) -> None:
            none: tuple[list[Known], bool] = ([], True)
            call = partial(known, self.look.api, kind, place, labels=labels)
            there, whole = await self.look.ask(what, call, none, where=place or "")
            gathered.extend(there)
            if not whole:
                self.look.miss(f"{what} beyond {MOST}", "too many", place or "")

        await together([partial(ask, place) for place in ((None,) if wide else self.places)])
        return gathered

    def add(self, changes: Iterable[ChangeSeen]) -> None:
        self.found.extend(change for change in changes if change.at >= self.since)
