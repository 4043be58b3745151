"""What a tool or a command answers: a few ranked lines first, then compact typed detail.

The typed reply *is* the answer: a client that shows the model structured content drops the text beside it. The
cluster's name leads it; fields that are empty are left out when it is sent.
"""

from typing import Any

from incident_mcp.vocabulary.value import Value


class Reply(Value):
    """The base of every answer. `summary` has the worst line first and what to do next last."""

    cluster: str
    summary: tuple[str, ...]
    incident: str | None = None
    entry: str | None = None
    """The journal entry that holds this look or change."""
    owed: str | None = ""
    """A reminder of what changes left behind; None: this answer tells it by itself."""
    not_checked: tuple[str, ...] = ()
    """What could not be seen, each with its reason."""

    def compact(self) -> dict[str, Any]:
        """JSON-able, without nulls and defaults: what goes over the wire."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
