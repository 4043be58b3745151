"""What people say, as entries: notes, decisions, reports, the cause as they see it, a repair, an update, a correction.

Only what was said can be corrected. What was measured, asked, answered or done stays as it was written; a note may
stand beside it.
"""

from typing import Literal

from pydantic import JsonValue

from incident_mcp.record.debts import debts
from incident_mcp.text.moments import moment_said
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.debts import settle, take
from incident_mcp.workflow.desk import Desk

NoteKind = Literal[
    "note", "decision", "impact", "onset", "root_cause", "fix", "update", "correction", "debt_taken", "debt_settled"
]
_KINDS: dict[str, EntryKind] = {
    "note": EntryKind.NOTE,
    "decision": EntryKind.DECISION,
    "impact": EntryKind.REPORT,
    "onset": EntryKind.REPORT,
    "root_cause": EntryKind.CAUSE,
    "fix": EntryKind.FIX,
    "update": EntryKind.UPDATE,
}
SAID = frozenset(_KINDS.values())


async def record_entry(
    desk: Desk,
    by: Actor,
    *,
    incident: str | None,
    kind: NoteKind,
    text: str,
    why: str = "",
    entry: str | None = None,
    at: str | None = None,
) -> Reply:
    """Add what a person or the assistant says.

    `entry` is the finding that a root cause confirms, or the entry that a correction replaces. Raises `BadRequest`
    where it is missing, unknown or of another kind.
    """
    if not text.strip():
        raise BadRequest("An entry needs a text.", "Say in one sentence what happened or was decided.")
    happened = moment_said(at, desk.clock()) if at else None
    found = await desk.incident_id(incident)
    if kind in ("debt_taken", "debt_settled"):
        return await _of_a_debt(desk, by, found, kind, text, entry)
    named = await _named(desk, found, kind, entry)
    if kind == "correction":
        assert named is not None  # noqa: S101 - _named raises without one
        new = NewEntry(
            kind=named.kind,
            text=text,
            actor=by,
            happened=happened or named.happened,
            corrects=named.id,
            data=named.data,
        )
    else:
        new = NewEntry(kind=_KINDS[kind], text=text, actor=by, happened=happened, data=_data(kind, why, named))
    written = await desk.record.append(found, new)
    where = f"incident {found}" if found else "unassigned, for the next open_incident to adopt"
    return Reply(
        cluster=desk.cluster, summary=(f"Recorded as {written.id} ({where}).",), incident=found, entry=written.id
    )


async def _of_a_debt(desk: Desk, by: Actor, incident: str | None, kind: NoteKind, text: str, name: str | None) -> Reply:
    """`text` is who takes it, or why it is over."""
    open_ones = debts(await desk.record.entries(incident, EntryKind.DEBT)) if incident else ()
    debt = next((one for one in open_ones if one.id == name), None)
    if incident is None or debt is None:
        known = ", ".join(one.id for one in open_ones) or "none"
        raise BadRequest(f"{name or 'No entry'} is no open debt.", f"Open ones: {known}.")
    act = take if kind == "debt_taken" else settle
    written = await act(desk, incident, debt, text, by)
    done = f"{text} takes" if kind == "debt_taken" else "Settled"
    summary = (f"{desk.cluster}: {done}: {debt.what}.",)
    return Reply(cluster=desk.cluster, summary=summary, incident=incident, entry=written or None)


def _data(kind: NoteKind, why: str, named: Entry | None) -> dict[str, JsonValue]:
    match kind:
        case "decision":
            return {"why": why}
        case "impact" | "onset":
            return {"about": kind}
        case "root_cause" if named:
            return {"confirms": named.id}
        case _:
            return {}


async def _named(desk: Desk, incident: str | None, kind: NoteKind, name: str | None) -> Entry | None:
    """The entry that the call names, where its kind has use for one."""
    if kind not in ("root_cause", "correction"):
        if name is not None:
            raise BadRequest(f"A {kind} names no entry. Nothing was recorded.", "Leave entry out.")
        return None
    if name is None:
        if kind == "correction":
            raise BadRequest("A correction names what it corrects. Nothing was recorded.", "For example: entry e7.")
        return None
    found = next((one for one in await desk.record.entries(incident) if one.id == name), None)
    if found is None:
        raise BadRequest(f"There is no entry {name}. Nothing was recorded.", "get_incident lists them.")
    if kind == "root_cause" and found.kind is not EntryKind.FINDING:
        raise BadRequest(
            f"{name} is a {found.kind}, no finding. Nothing was recorded.", "Name the finding, or leave entry out."
        )
    if kind == "correction" and found.kind not in SAID:
        raise BadRequest(
            f"{name} ({found.kind}) was not said but seen or done, and stays. Nothing was recorded.",
            "Add a note that says what you think of it.",
        )
    return found
