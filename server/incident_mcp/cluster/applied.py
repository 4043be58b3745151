"""The manifest that `kubectl apply` sent last, which it leaves in an annotation: what an object was meant to be.

Whoever edits the object by other means leaves the annotation as it is: what differs was changed since. It is text like
any other, and may be missing, cut off or made up.
"""

import json
from typing import Any, cast

from incident_mcp.cluster.json_parts import text

_NOTE = "kubectl.kubernetes.io/last-applied-configuration"


def applied(thing: dict[str, Any]) -> dict[str, Any] | None:
    """None where nobody applied it so, or nobody can read what."""
    note = text(thing, "metadata", "annotations", _NOTE)
    try:
        found = json.loads(note) if note else None
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None
