"""The engines that the settings name, to be met when the first log is asked for: a server starts without them."""

from collections.abc import Iterator
from dataclasses import dataclass

from incident_mcp.logs.place import LokiPlace, VictoriaLogsPlace
from incident_mcp.services.source import LineSource
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.log_source import LogSource


@dataclass(frozen=True)
class LogEngines:
    """Loki, VictoriaLogs, both or none."""

    loki: tuple[LineSource, LokiPlace] | None = None
    victorialogs: tuple[LineSource, VictoriaLogsPlace] | None = None

    def __bool__(self) -> bool:
        return bool(self.loki or self.victorialogs)

    def sources(self, clock: Clock) -> Iterator[LogSource]:
        """In the order in which they are asked."""
        from incident_mcp.logs.engine import Engine

        if self.loki:
            from incident_mcp.logs.loki import Loki

            yield Engine(Loki(*self.loki), self.loki[0], clock)
        if self.victorialogs:
            from incident_mcp.logs.victorialogs import VictoriaLogs

            yield Engine(VictoriaLogs(*self.victorialogs), self.victorialogs[0], clock)

    async def aclose(self) -> None:
        for engine in (self.loki, self.victorialogs):
            if engine:
                await engine[0].aclose()
