"""What one look saw of what operators say of their own objects, and of objects that should be gone."""

from datetime import datetime

from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value


class ReportSeen(Value):
    """An object of which its operator says that it does not work."""

    ref: Ref
    field: str
    """Where it says so: `condition Ready`, `phase`."""
    says: str
    """Its word for it: `False`, `Failed` ..."""
    reason: str = ""
    message: Untrusted = Untrusted("")
    since: datetime | None = None
    serves: bool = True
    """It takes part in serving users; else it only keeps others up to date."""


class LeavingSeen(Value):
    """An object that was deleted and waits for its finalizers."""

    ref: Ref
    deleted: datetime
    finalizers: tuple[str, ...] = ()
