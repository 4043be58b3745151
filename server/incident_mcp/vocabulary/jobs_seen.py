"""What one look saw of work that is done once or by the clock."""

from datetime import datetime

from incident_mcp.vocabulary.condition import ConditionSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value


class JobSeen(Value):
    """A Job that failed, is suspended, or does not get on."""

    ref: Ref
    uid: str = ""
    owner: Ref | None = None
    """Its CronJob."""
    created: datetime
    suspended: bool = False
    active: int = 0
    failed: int = 0
    succeeded: int = 0
    conditions: tuple[ConditionSeen, ...] = ()
    gone: bool = False
    """It was deleted since: this is what its last event said."""


class CronJobSeen(Value):
    """A CronJob that is suspended, or whose last run is longer ago than its schedule says."""

    ref: Ref
    uid: str = ""
    created: datetime
    schedule: str
    zone: str = ""
    suspended: bool = False
    active: int = 0
    concurrency: str = ""
    """`Allow`, `Forbid` or `Replace`: what happens while the run before is still active."""
    scheduled: datetime | None = None
    succeeded: datetime | None = None
