"""ConfigMaps that hold feature flags for flagd: known by their name, their labels, or the names of their keys."""

import re

from incident_mcp.cluster.changes.metadata import Known
from incident_mcp.cluster.json_parts import part

_LABELS = ("app.kubernetes.io/name", "app.kubernetes.io/component", "app")
_WORDS = ("flagd", "feature-flag", "featureflag")
_KEY = re.compile(r"f:(.*flags?\.json|.*flagd.*|.*feature-?flags?.*)", re.IGNORECASE)


def holds_flags(thing: Known) -> bool:
    """A ConfigMap for flagd, by its name, its labels, or the names of its keys."""
    names = (thing.ref.name, *(thing.labels.get(label, "") for label in _LABELS))
    if any(word in name.lower() for name in names for word in _WORDS):
        return True
    return any(_KEY.fullmatch(key) for entry in thing.written for key in part(entry.parts(), "f:data"))
