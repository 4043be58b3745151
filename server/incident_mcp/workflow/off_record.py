"""Off the record: what others changed in the incident's scope while it was open, written into its timeline.

Somebody's kubectl, a pipeline or an autoscaler: told by field manager and time, each once, within one look. What we
changed ourselves is in the record already, with its plan.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from incident_mcp.assess.assessment import Change
from incident_mcp.vocabulary.change import ChangeSeen
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.workflow.statements import Statements

OURS = "incident-mcp"
"""Our field manager: the API server takes it from the user agent of our writes."""
_SCOPE = (EntryKind.FINDING, EntryKind.IMPACT, EntryKind.CHANGE, EntryKind.EVIDENCE, EntryKind.PLAN)


async def note_changes_of_others(
    said: Statements, known: Sequence[Entry], changes: Iterable[Change | ChangeSeen]
) -> None:
    """Write those that came since the incident was opened, in a namespace that its record speaks of, oldest first."""
    opened = next((entry.happened for entry in known if entry.kind is EntryKind.OPENED), None)
    if opened is None:
        return
    spaces = {space for entry in known if entry.kind in _SCOPE for space in _spaces(entry)}
    for change in sorted(changes, key=lambda each: each.at):
        if change.target.namespace in spaces and _by_others(change, opened):
            await (said.change(change) if isinstance(change, Change) else said.seen(change))


def _by_others(change: Change | ChangeSeen, opened: datetime) -> bool:
    """The cluster tells whole seconds: what came in the second of the opening counts."""
    return change.at >= opened.replace(microsecond=0) and change.manager != OURS


def _spaces(entry: Entry) -> list[str]:
    """The namespaces of an entry's targets, written `Deployment shop/checkout`."""
    targets = entry.data.get("targets")
    named = [*(targets if isinstance(targets, list) else []), entry.data.get("target")]
    places = [str(target).partition(" ")[2] for target in named if target]
    return [place.partition("/")[0] for place in places if "/" in place]
