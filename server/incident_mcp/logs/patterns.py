"""Events of the same template, counted exactly: how often, when first and last, in which pods.

Everything textual that leaves this room is `Untrusted`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from incident_mcp.logs.events import LogEvent
from incident_mcp.logs.levels import Level
from incident_mcp.logs.meanings import Meaning, recognise
from incident_mcp.logs.templates import template_of
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

_RANK: dict[Level, int] = {"error": 0, "warning": 1, "info": 2}


class LogPattern(Value):
    """All events of one template. `pods` counts them by pod, most first."""

    level: Level
    template: Untrusted
    example: Untrusted
    """The latest one in full: its line, or its root exception."""
    count: int
    first: datetime | None = None
    last: datetime | None = None
    pods: dict[str, int] = {}
    trace: bool = False
    meaning: Meaning | None = None


@dataclass(slots=True)
class _Tally:
    events: list[LogEvent] = field(default_factory=list[LogEvent])

    def pattern(self, template: str) -> LogPattern:
        times = [event.time for event in self.events if event.time is not None]
        latest = max(self.events, key=lambda event: event.time.timestamp() if event.time else 0.0)
        pods = Counter(event.source.pod.path for event in self.events)
        return LogPattern(
            level=min((event.level for event in self.events), key=_RANK.__getitem__),
            template=Untrusted(template),
            example=Untrusted(latest.root or latest.text),
            count=len(self.events),
            first=min(times, default=None),
            last=max(times, default=None),
            pods=dict(pods.most_common()),
            trace=bool(latest.root),
            meaning=recognise([Untrusted(line) for line in latest.lines]) or recognise([Untrusted(latest.text)]),
        )


def patterns_of(events: Iterable[LogEvent]) -> list[LogPattern]:
    """Worst first: errors, then what has a known meaning, then the most frequent."""
    tallies: dict[str, _Tally] = {}
    for event in events:
        tallies.setdefault(template_of(event.root or event.text), _Tally()).events.append(event)
    found = [tally.pattern(template) for template, tally in tallies.items()]
    return sorted(found, key=lambda each: (_RANK[each.level], each.meaning is None, -each.count))
