"""A container on its node, from pulling its image to running, crashing, backing off and starting again.

`due` is when it next changes by itself. What it is doing right now is its `phase`:
creating, pulling, unpulled, refused, running, ended (about to restart), backoff, done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from incident_sandbox.kubelet.instance import Instance

FIRST_DELAY, LONGEST_DELAY = 10, 300
"""Seconds between restarts: 10, 20, 40 ... 300 (kubelet's crash-loop back-off; the first restart is immediate)."""
FORGIVEN_AFTER = timedelta(minutes=10)
"""A container that ran that long starts again with the shortest back-off."""


@dataclass(slots=True)
class Container:
    name: str
    image: str
    phase: str = "creating"
    due: datetime | None = None
    current: Instance | None = None
    last: Instance | None = None
    """The newest run that is over."""
    starts: int = 0
    ready: bool = False
    delay: int = 0
    """The present back-off in seconds; 0 before the first crash."""
    back_at: datetime | None = None
    why: str = ""
    """The message that goes with a waiting state."""

    @property
    def restarts(self) -> int:
        return max(self.starts - 1, 0)

    @property
    def is_live(self) -> bool:
        return self.phase == "running"

    def end(self, now: datetime, code: int, reason: str) -> None:
        """The current run is over."""
        assert self.current is not None
        self.current.finished, self.current.exit_code, self.current.reason = now, code, reason
        self.last, self.current = self.current, None
        self.ready = False

    def next_delay(self) -> int:
        """Seconds to wait before the next start, growing from crash to crash."""
        if self.last and self.last.finished and self.last.finished - self.last.started > FORGIVEN_AFTER:
            self.delay = 0
            self.back_at = None
        if self.back_at is None:
            self.back_at = self.last.finished if self.last else None
            return 0
        self.delay = min(self.delay * 2, LONGEST_DELAY) if self.delay else FIRST_DELAY
        return self.delay
