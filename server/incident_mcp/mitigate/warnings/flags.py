"""A flag that is changed and not seen: who reads it only when it starts, or nobody reads it at all."""

from collections.abc import Iterator

from incident_mcp.mitigate.flags.readers import Readers
from incident_mcp.text.words import listed

NAMED = 3


def unseen(found: Readers) -> Iterator[str]:
    """Whose pods keep the old value until they are made anew."""
    for how, who in (("reads it as environment", found.environment), ("mounts it by subPath", found.subpath)):
        if who:
            yield f"{listed(who, NAMED)} {how}: no pod of it sees the change before it is restarted (restart_workload)"


def unread(found: Readers) -> Iterator[str]:
    if found.all_seen and not (found.environment or found.subpath or found.mounted):
        yield "no pod of its namespace reads or mounts it: whoever sees the change reads it from the API server"
