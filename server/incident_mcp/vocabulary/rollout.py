"""The story of a workload's revisions: which ran when, what each changed, and whether it was ever seen ready."""

from datetime import datetime, timedelta
from typing import Literal

from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

SeenReady = Literal["yes", "never", "unknown"]


class Revision(Value):
    """One revision. Times are None where the cluster does not tell: a renumbered one hides when it came back."""

    number: int
    controller: str
    created: datetime
    age: timedelta
    current: bool = False
    """This is what the workload's spec asks for."""
    current_from: datetime | None = None
    current_until: datetime | None = None
    """None for the current one, and where it is not known."""
    images: tuple[str, ...] = ()
    change_cause: Untrusted = Untrusted("")
    differs: tuple[str, ...] = ()
    """From the revision before it, in words and masked: `image checkout:1.41 -> 1.42`."""
    seen_ready: SeenReady = "unknown"
    ready: int | None = None

    @property
    def ran_for(self) -> timedelta | None:
        """How long it was the current one; None where not known, and for the one that still is."""
        if self.current_from is None or self.current_until is None:
            return None
        return self.current_until - self.current_from


class RolloutHistory(Value):
    """All revisions that the cluster still keeps, newest first."""

    workload: Ref
    uid: str
    current_revision: int | None
    """The revision that the spec asks for; None when the controller has not recorded it yet."""
    rolled_out_by: str | None = None
    revisions: tuple[Revision, ...] = ()


class RollbackTarget(Value):
    """The revision to go back to, and why that one."""

    revision: Revision
    why: str
