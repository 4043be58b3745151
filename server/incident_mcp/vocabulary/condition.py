"""One condition of an object's status, as its controller reports it."""

from datetime import datetime

from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value


class ConditionSeen(Value):
    """One condition of an object's status. `since` is its last transition."""

    type: str
    status: str
    reason: str = ""
    message: Untrusted = Untrusted("")
    since: datetime | None = None


def condition(conditions: tuple[ConditionSeen, ...], kind: str, status: str = "True") -> ConditionSeen | None:
    """The condition of this type, if it has this status."""
    return next((each for each in conditions if each.type == kind and each.status == status), None)
