"""Others wrote to the target since the incident opened: what this change finds is then no longer what was diagnosed.

Told by managed fields: the time of an entry is that of its manager's last change of any field that it owns.
"""

from collections.abc import Iterator
from datetime import datetime

from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.moments import moment
from incident_mcp.text.words import clock, listed

_FOLLOWERS = ("kube-controller-manager", "kube-scheduler", "kubelet")
"""They follow what somebody wrote."""
_MATTER = ("f:spec", "f:data", "f:binaryData")
_NGINX = "f:nginx.ingress.kubernetes.io/"
MOST = 3


def changed_since(live: Json, opened: datetime | None) -> Iterator[str]:
    """One warning, or none. `opened` is aware UTC; None: no incident is."""
    if opened is None:
        return
    found = sorted((at, text(entry, "manager")) for entry in _writers(live) if (at := moment(entry.get("time"))))
    late = [f"{name} at {clock(at)}" for at, name in found if at > opened]
    if late:
        yield f"changed since the incident opened too: by {listed(late, MOST)}"


def _writers(live: Json) -> Iterator[Json]:
    for entry in items(live, "metadata", "managedFields"):
        of_status = text(entry, "subresource") == "status"
        if _decides(part(entry, "fieldsV1")) and not of_status and text(entry, "manager") not in _FOLLOWERS:
            yield entry


def _decides(owned: Json) -> bool:
    """Whether its fields are what the object is there for; of annotations only those that ingress-nginx obeys are."""
    notes = part(owned, "f:metadata", "f:annotations")
    return any(key in owned for key in _MATTER) or any(key.startswith(_NGINX) for key in notes)
