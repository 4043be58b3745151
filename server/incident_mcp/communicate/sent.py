"""What went out already, as the record tells it: each message that was sent has an entry of its own.

It is written once, by whoever learns of it first: the call that sent it, or a later look that found it at the service.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from incident_mcp.communicate.channel import Said, Sent
from incident_mcp.record.plans import story
from incident_mcp.record.record import Record
from incident_mcp.text.cleaning import one_line
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.errors import RecordError
from incident_mcp.vocabulary.plan import Plan, Write
from incident_mcp.vocabulary.value import Value

SERVER = Actor(role="server", name="incident-mcp", known_by="server")
SHOWN = 300
STATUSES = ("investigating", "identified", "monitoring", "resolved")
"""Of an update, in Statuspage's words."""


class Message(Value):
    """A message that went out."""

    entry: str
    kind: str
    """Of its target: which channel it went to."""
    name: str
    """Of its target."""
    id: str
    url: str = ""
    status: str
    likeness: str
    at: datetime


async def note(record: Record, plan: Plan, write: Write, said: Said, sent: Sent) -> None:
    """Once, however often it is learned of. A record that can't be written does not make it unsent."""
    words = f"{write.shown}: {one_line(said.text, SHOWN)}"
    entry = NewEntry(
        kind=EntryKind.UPDATE,
        text=f"Sent: {words}" + (f" ({sent.more})" if sent.more else ""),
        actor=SERVER,
        plan=plan.id,
        data={
            "channel": write.target.kind,
            "name": write.target.name,
            "id": sent.id,
            "url": sent.url,
            "status": said.status,
            "text": said.text,
            "marker": said.marker,
            "likeness": plan.draft.likeness,
        },
    )
    with suppress(RecordError):
        await record.append(plan.draft.target.name, entry, once=f"sent {plan.id} {said.marker or write.shown}")


def messages(entries: Sequence[Entry]) -> tuple[Message, ...]:
    """Those that we sent, oldest first."""
    return tuple(
        Message(
            entry=entry.id,
            kind=str(entry.data["channel"]),
            name=str(entry.data.get("name")),
            id=str(entry.data.get("id")),
            url=str(entry.data.get("url")),
            status=str(entry.data.get("status")),
            likeness=str(entry.data.get("likeness")),
            at=entry.happened,
        )
        for entry in entries
        if entry.kind is EntryKind.UPDATE and "marker" in entry.data
    )


def thread(entries: Sequence[Entry], kind: str, name: str) -> str:
    """What the service calls the incident's first message there; empty: there is none."""
    return next((one.id for one in messages(entries) if (one.kind, one.name) == (kind, name) and one.id), "")


def unsure(entries: Sequence[Entry], action: str, now: datetime) -> dict[str, str]:
    """Of plans of this action, the messages (by their writes' words) of which nobody knows whether they went out, and
    the entry of each that says so.
    """
    found: dict[str, str] = {}
    for made in entries:
        if made.kind is EntryKind.PLAN and made.data.get("action") == action:
            of_it = [entry for entry in entries if entry.plan == made.plan]
            if story(of_it, now, now).outcome == "unknown":
                found |= _open_ones(of_it)
    return found


def _open_ones(of_a_plan: Sequence[Entry]) -> dict[str, str]:
    steps = {entry.data.get("number"): entry for entry in of_a_plan if entry.kind is EntryKind.STEP}
    if steps:
        unknown = [entry for entry in steps.values() if entry.data.get("state") in ("sending", "unknown")]
        return {str(entry.data.get("what")): entry.id for entry in unknown}
    intent = next(entry for entry in of_a_plan if entry.kind is EntryKind.INTENT)
    writes = intent.data.get("writes")
    return {str(what): intent.id for what in (writes if isinstance(writes, list) else [])}
