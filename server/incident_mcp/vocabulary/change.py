"""Something that changed in a cluster, when, and by which field manager, whatever told us of it."""

from datetime import datetime
from typing import Literal

from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

ChangeKind = Literal["rollout", "configuration", "scaling", "node", "release", "sync", "policy", "traffic", "flag"]

CREATED = "created"
"""The text of a change that is the making of an object."""


class ChangeSeen(Value):
    """One change. `text` is ours, with names and numbers only; values never come in here."""

    target: Ref
    at: datetime
    kind: ChangeKind
    text: str
    manager: str | None = None
    """The field manager. The person behind it is in the audit log only."""
    query: str = ""
    """The query whose figures it rests on."""
