"""One run of a container, from its start to its end, and the log it writes: computed from its behaviour, not stored."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from string import Template

from incident_sandbox.kubelet.programs import Behaviour

KEPT = 20_000
"""Lines that a node keeps of one run; older ones were rotated away."""

Line = tuple[datetime, str]


@dataclass(slots=True)
class Instance:
    container_id: str
    behaviour: Behaviour
    pod: str
    number: int
    started: datetime
    jitter: timedelta
    finished: datetime | None = None
    exit_code: int = 0
    reason: str = ""
    fits: Callable[[], bool] = lambda: True
    """Whether a container that started now would behave so, too."""

    @property
    def ready_at(self) -> datetime | None:
        after = self.behaviour.ready_after
        return None if after is None else self.started + after + self.jitter

    @property
    def exit_at(self) -> datetime | None:
        return self.started + self.behaviour.exit.after + self.jitter / 4 if self.behaviour.exit else None

    def lines(self, begin: datetime | None, until: datetime) -> Iterator[Line]:
        """The log after `begin` (from the start if None) up to and with `until`, oldest first."""
        end = min(until, self.finished) if self.finished else until
        for offset, text in self.behaviour.opening:
            moment = self.started + offset
            if (begin is None or moment > begin) and moment <= end:
                yield moment, self._filled(text, 0, moment)
        yield from self._chorus(begin, end)

    def _chorus(self, begin: datetime | None, end: datetime) -> Iterator[Line]:
        rhythm, texts = self.behaviour.rhythm, self.behaviour.chorus
        if rhythm is None or not texts:
            return
        first = (self.ready_at or self.started) + timedelta(milliseconds=120)
        last = (end - first) // rhythm
        number = 0 if begin is None or begin < first else (begin - first) // rhythm + 1
        for count in range(max(number, last + 1 - KEPT, 0), last + 1):
            # Lines of several pods should not come in step, nor in the same order.
            noise = zlib.crc32(f"{self.container_id}{count}".encode())
            moment = first + count * rhythm
            yield moment, self._filled(texts[noise % len(texts)], noise, moment)

    def _filled(self, text: str, noise: int, moment: datetime) -> str:
        """`$pod`, `$run`, `$clf` (the time as access logs write it), and for colour `$ms` (3 to 90; `$ms3` in three
        digits) and `$id`.
        """
        clf = f"{moment.astimezone(UTC):%d/%b/%Y:%H:%M:%S +0000}"
        ms = 3 + noise % 88
        values = {"pod": self.pod, "run": self.number, "ms": ms, "ms3": f"{ms:03d}", "id": f"{noise:08x}", "clf": clf}
        return Template(text).safe_substitute(values)
