"""Recording what was looked at: one entry a reading call, with its arguments and the digest of its answer."""

import hashlib
import time
from contextvars import ContextVar
from typing import TypeVar

from pydantic import JsonValue

from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.plan import canonical
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.desk import Desk

R = TypeVar("R", bound=Reply)
began: ContextVar[float | None] = ContextVar("began", default=None)
"""When the call at hand began (`time.monotonic`), as whoever takes calls says it: so a look tells how long it took."""


def seconds_taken() -> dict[str, JsonValue]:
    """The seconds since the call at hand began, for an entry's data; nothing where nobody said when that was."""
    start = began.get()
    return {} if start is None else {"seconds": round(time.monotonic() - start, 1)}


def counts_of(seen: Observation) -> dict[str, JsonValue]:
    """How many of each workload's replicas were ready: what later looks, and drawings, compare with."""
    at = seen.at.isoformat()
    return {str(one.ref): {"ready": one.ready, "desired": one.desired, "at": at} for one in seen.workloads}


async def recorded(
    desk: Desk,
    incident: str | None,
    tool: str,
    arguments: dict[str, JsonValue],
    reply: R,
    by: Actor,
    **measured: JsonValue,
) -> R:
    """Write the look and return the reply with the entry's id. `incident` is its id; None: it waits unassigned.

    `measured` are figures that a later look compares with.
    """
    entry = await desk.record.append(
        incident,
        NewEntry(
            kind=EntryKind.LOOK,
            text=f"{tool}: {reply.summary[0] if reply.summary else 'nothing to say'}",
            actor=by,
            tool=tool,
            data={
                "arguments": arguments,
                "digest": hashlib.sha256(canonical(reply.compact())).hexdigest(),
                "not_checked": [*reply.not_checked],
                **seconds_taken(),
                **measured,
            },
        ),
    )
    return reply.model_copy(update={"entry": entry.id, "incident": incident})
