"""Which field manager changed a part of an object last, as far as the managed fields tell.

An entry's time is the last change of *some* field that this manager owns, and is not moved by writes that change
nothing. The person behind a manager is in the audit log only.
"""

from datetime import datetime
from typing import Any

from incident_mcp.cluster.moments import moment


def last_manager(thing: dict[str, Any], *path: str) -> tuple[str | None, datetime | None]:
    """The manager that owns something under `path` (`spec`, `template`) and changed last; nothing when nobody does."""
    entries: list[dict[str, Any]] = thing.get("metadata", {}).get("managedFields") or []
    owners = [entry for entry in entries if _owns(entry.get("fieldsV1") or {}, path)]
    dated = [(time, str(entry.get("manager", ""))) for entry in owners if (time := moment(entry.get("time")))]
    if not dated:
        return None, None
    # Two entries of the same second: the one further down was written later.
    time, manager = max(enumerate(dated), key=lambda item: (item[1][0], item[0]))[1]
    return manager, time


def _owns(fields: dict[str, Any], path: tuple[str, ...]) -> bool:
    for part in path:
        inner = fields.get(f"f:{part}")
        if inner is None:
            return False
        fields = inner
    return True
