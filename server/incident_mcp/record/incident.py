"""An incident as its entries tell it: a pure fold over the journal, so there is no second copy to go stale."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, get_args

from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.refs import Cluster
from incident_mcp.vocabulary.severity import Severity
from incident_mcp.vocabulary.value import Value

Status = Literal["open", "acknowledged", "mitigated", "resolved", "closed"]
STATUSES: tuple[Status, ...] = get_args(Status)
Role = Literal["commander", "communications", "scribe"]
LIFE = frozenset((EntryKind.OPENED, EntryKind.SEVERITY, EntryKind.STATUS, EntryKind.ROLE))
"""The kinds that an incident's state is folded from."""


class Incident(Value):
    """The present state of one incident. `severity` is None until somebody sets it."""

    id: str
    title: str
    cluster: Cluster
    opened: datetime
    status: Status = "open"
    severity: Severity | None = None
    proposed: Severity | None = None
    severity_at: datetime | None = None
    severity_told_by: str = ""
    roles: dict[str, str] = {}

    @property
    def is_open(self) -> bool:
        return self.status not in ("resolved", "closed")


def fold(entries: Sequence[Entry]) -> Incident:
    """The incident that these entries (in order, the opening among them) add up to."""
    first = next(entry for entry in entries if entry.kind is EntryKind.OPENED)
    state: dict[str, object] = {
        "id": first.incident,
        "title": first.data["title"],
        "cluster": first.data["cluster"],
        "opened": first.happened,
        "roles": {"commander": first.data["commander"]},
    }
    for entry in entries:
        if entry.kind in LIFE:
            _apply(state, entry)
    return Incident.model_validate(state)


def _apply(state: dict[str, object], entry: Entry) -> None:
    match entry.kind:
        case EntryKind.SEVERITY if entry.data.get("proposed"):
            state["proposed"] = entry.data["severity"]
        case EntryKind.SEVERITY:
            state["severity"] = entry.data["severity"]
            state["severity_at"] = entry.happened
            state["severity_told_by"] = entry.data.get("told_by", "")
        case EntryKind.STATUS:
            state["status"] = entry.data["status"]
        case EntryKind.ROLE:
            state["roles"] = {**_roles(state), str(entry.data["role"]): str(entry.data["name"])}
        case _:
            pass


def _roles(state: dict[str, object]) -> dict[str, str]:
    roles = state["roles"]
    return dict(roles) if isinstance(roles, dict) else {}  # pyright: ignore[reportUnknownArgumentType]
