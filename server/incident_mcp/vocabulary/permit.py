"""A permit says: a person approved exactly this plan. Every function that writes to a cluster takes one.

Only `gate/` makes permits, when it spends an approval; a test reads the source and fails when anybody else does.
"""

from dataclasses import dataclass
from datetime import datetime

from incident_mcp.vocabulary.plan import Plan, Write


@dataclass(frozen=True, slots=True)
class Permit:
    """Good for the writes of one plan: for the first until `expires`, for the later ones until `until` (aware UTC)."""

    plan: Plan
    approval: str
    """The id of the journal entry that holds the person's answer."""
    expires: datetime
    until: datetime
    """The bound that the question showed for a plan of several writes; `expires` where it showed none."""
    chosen: tuple[int, ...] | None = None
    """Of a plan of messages, the numbers (from 1) of the writes that were ticked; None: all of them."""

    def covers(self, write: Write, now: datetime) -> bool:
        writes = self.plan.draft.writes
        first = bool(writes) and write == writes[0] and not write.patient
        if self.chosen is not None and not any(write == writes[number - 1] for number in self.chosen):
            return False
        return write in writes and now < (self.expires if first else max(self.expires, self.until))
