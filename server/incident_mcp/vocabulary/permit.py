"""A permit says: a person approved exactly this plan. Every function that writes to a cluster takes one.

Only `gate/` makes permits, when it spends an approval; a test reads the source and fails when anybody else does.
"""

from dataclasses import dataclass
from datetime import datetime

from incident_mcp.vocabulary.plan import Plan, Write


@dataclass(frozen=True, slots=True)
class Permit:
    """Good for the writes of one plan, until `expires` (aware UTC)."""

    plan: Plan
    approval: str
    """The id of the journal entry that holds the person's answer."""
    expires: datetime

    def covers(self, write: Write, now: datetime) -> bool:
        return write in self.plan.draft.writes and now < self.expires
