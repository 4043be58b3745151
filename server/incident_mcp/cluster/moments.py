"""Kubernetes' time stamps as aware UTC: whole seconds in most objects, micro- and nanoseconds in events and logs."""

from datetime import UTC, datetime
from typing import Any


def moment(text: Any) -> datetime | None:
    """RFC 3339 as aware UTC; None when there is none, or it is not one."""
    if not isinstance(text, str) or not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def created(thing: dict[str, Any]) -> datetime:
    """When the API server stored the object first. The epoch when it does not say."""
    return moment(thing.get("metadata", {}).get("creationTimestamp")) or datetime.fromtimestamp(0, UTC)
