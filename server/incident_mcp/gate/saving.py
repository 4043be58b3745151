"""Evidence first: what a change is about to destroy goes into the record before it can be destroyed.

All of it when the plan is made, while a person reads; after the yes only what is new, since then every second counts.
A failure is recorded and never blocks.
"""

from datetime import datetime
from typing import Any

import anyio

from incident_mcp.record.record import Record
from incident_mcp.vocabulary.action import Action
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.plan import Plan


async def save_evidence(
    record: Record,
    action: Action[Any],
    plan: Plan,
    incident: str | None,
    by: Actor,
    *,
    seconds: float,
    since: datetime | None = None,
) -> None:
    """Save what the plan's change will destroy, in at most `seconds`; with `since`, only what is newer."""
    saved: dict[str, Any] = {}
    why = ""
    with anyio.move_on_after(seconds) as scope:
        try:
            saved = await action.evidence(plan, since)
        except IncidentError as error:
            why = error.happened
    if scope.cancelled_caught:
        why = f"it took more than {seconds:.0f} s"
    what = "Saved before the change" if since is None else "New since the plan, saved before the change"
    text = f"{what}: {', '.join(saved) or 'nothing'}" + (f" (incomplete: {why})" if why else "")
    entry = NewEntry(kind=EntryKind.EVIDENCE, text=text, actor=by, plan=plan.id, data={"saved": saved})
    await record.append(incident, entry)
