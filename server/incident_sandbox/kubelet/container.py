"""A container on its node, from pulling its image to running, crashing, backing off and starting again.

`due` is when it next changes by itself. What it is doing right now is its `phase`:
creating, pulling, unpulled, unpulled-backoff, refused, running, ended (about to restart), backoff, done.
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
    """The present back-off in seconds; 0 before it backed off."""
    has_crashed: bool = False
    back_at: datetime | None = None
    """When the back-off ends."""
    why: str = ""
    """The message that goes with a waiting state."""

    @property
    def restarts(self) -> int:
        return max(self.starts - 1, 0)

    @property
    def is_live(self) -> bool:
        return self.phase == "running"

    def run(self, instance: Instance) -> None:
        self.current = instance
        self.starts += 1
        self.phase, self.why = "running", ""
        self.due = min(filter(None, [instance.ready_at, instance.exit_at]), default=None)

    def end(self, instance: Instance, now: datetime) -> None:
        """Its run is over, by its own exit."""
        instance.finished = now
        if instance.behaviour.exit is not None:
            instance.exit_code, instance.reason = instance.behaviour.exit.code, instance.behaviour.exit.reason
        self.last, self.current = instance, None
        self.ready = False

    def next_delay(self, ran: timedelta) -> int:
        """Seconds to wait before the next start, growing from crash to crash."""
        if ran > FORGIVEN_AFTER:
            self.delay, self.has_crashed = 0, False
        if not self.has_crashed:
            self.has_crashed = True
            return 0
        self.delay = min(self.delay * 2, LONGEST_DELAY) if self.delay else FIRST_DELAY
        return self.delay
