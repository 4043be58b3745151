"""The alert that an incident is opened with: one of PagerDuty's, else one of Alertmanager's by its name. An alert that
can't be read never holds up the opening.
"""

from datetime import datetime

from pydantic import JsonValue

from incident_mcp.cluster.moments import moment
from incident_mcp.metrics.alertmanager import Alertmanager
from incident_mcp.metrics.alerts import alerts_of
from incident_mcp.text.cleaning import one_line
from incident_mcp.text.fencing import plain, quote
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.errors import BadRequest, IncidentError, NotFound
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.workflow.desk import Desk


async def note_alert(desk: Desk, incident: str, name: str, by: Actor) -> str:
    """Record what is known of the alert; in a line, what it is, or why it was not read."""
    try:
        words, since, data = await _found(desk, name)
    except IncidentError as error:
        return f"Alert {one_line(name, 60)} was not read: {error.happened}"
    entry = NewEntry(kind=EntryKind.EVIDENCE, text=words, actor=by, happened=since, data=data)
    written = await desk.record.append(incident, entry)
    return f"{words} ({written.id})."


async def _found(desk: Desk, name: str) -> tuple[str, datetime | None, dict[str, JsonValue]]:
    duty = desk.board.pagerduty if desk.board else None
    if duty is not None:
        try:
            return _of_pagerduty(await duty.incident(name))
        except IncidentError:  # not one of its own, or it is away
            if desk.monitoring.alertmanager is None:
                raise
    if desk.monitoring.alertmanager is None:
        raise BadRequest("neither [pagerduty] nor [alertmanager] is set up")
    for alert in await alerts_of(Alertmanager(desk.monitoring.alertmanager), None):
        if plain(alert.name) == name:
            words = (
                f"Alert {name} {alert.state} since {clock(alert.since, desk.clock())} UTC: {quote(alert.summary, 160)}"
            )
            return words, alert.since, {"alert": name, "state": alert.state}
    raise NotFound(f"Alertmanager has no alert {one_line(name, 60)} now.")


def _of_pagerduty(incident: dict[str, JsonValue]) -> tuple[str, datetime | None, dict[str, JsonValue]]:
    number, status = str(incident.get("id")), str(incident.get("status"))
    words = f"PagerDuty incident {number}, {status}: {quote(Untrusted(str(incident.get('title'))), 160)}"
    return words, moment(incident.get("created_at")), {"alert": number, "state": status, "pagerduty": number}
