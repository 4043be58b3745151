"""The monitoring that the settings name: Prometheus, Alertmanager, both or none, and the shop's own queries."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from incident_mcp.metrics.place import Queries
from incident_mcp.services.source import Source

if TYPE_CHECKING:  # met with the first look: a server starts without it
    from incident_mcp.metrics.look import MonitoringLook


@dataclass(frozen=True)
class Monitoring:
    """Where to ask. Without either nothing is asked, and the answer says so."""

    prometheus: Source | None = None
    alertmanager: Source | None = None
    own: Queries = field(default_factory=Queries)
    seconds: float = 2.0
    """How long Prometheus may compute one query."""

    def __bool__(self) -> bool:
        return bool(self.prometheus or self.alertmanager)

    def look(self, now: datetime) -> "MonitoringLook":
        """A new look, about this moment."""
        from incident_mcp.metrics.alertmanager import Alertmanager
        from incident_mcp.metrics.look import MonitoringLook
        from incident_mcp.metrics.prometheus import Prometheus

        return MonitoringLook(
            Prometheus(self.prometheus, self.seconds) if self.prometheus else None,
            Alertmanager(self.alertmanager) if self.alertmanager else None,
            self.own,
            now,
        )

    async def aclose(self) -> None:
        for source in (self.prometheus, self.alertmanager):
            if source:
                await source.aclose()
