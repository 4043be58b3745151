"""PagerDuty: acknowledge, note, ask more people to come by severity, resolve."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from incident_mcp.communicate.telling import NOT_BACK, Telling, facts, likeness
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import Draft, Write
from incident_mcp.vocabulary.value import Value

if TYPE_CHECKING:
    from incident_mcp.communicate.channels.pagerduty import PagerDuty
    from incident_mcp.record.incident import Incident
    from incident_mcp.vocabulary.entry import Entry

_STATUS = {"acknowledge": "acknowledged", "resolve": "resolved"}


class PageArguments(Value):
    """What is done to which PagerDuty incident."""

    do: Literal["acknowledge", "note", "escalate", "resolve"]
    text: str = Field("", description="Of a note, or for responders.", max_length=1000)
    alert: str = Field("", description="Default: the linked one.", max_length=200)


class Page(Telling):
    """One thing done in PagerDuty."""

    name = "page"
    title = "Page"
    description = "PagerDuty: acknowledge, note, escalate (responders by severity), resolve. A person is asked first."
    arguments = PageArguments

    async def preview(self, arguments: PageArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` where it is so already, no PagerDuty incident is known, or the record proves no end."""
        from incident_mcp.record.incident import fold
        from incident_mcp.text.fencing import quote
        from incident_mcp.vocabulary.untrusted import Untrusted

        about, entries = await self.told(known)
        duty = self.board.pagerduty
        if duty is None:
            raise BadRequest("PagerDuty is not set up.", f"See [pagerduty] in the settings. To copy: {arguments.text}")
        live = await duty.incident(arguments.alert or _linked(entries))
        number, status = str(live.get("id")), str(live.get("status"))
        writes, on_call = await _writes(duty, arguments, number, status, entries, fold(entries))
        [write] = writes
        return Draft(
            target=about,
            title=write.box,
            headline=f"{arguments.do} {number} in PagerDuty for {about}",
            before=f"{number} {quote(Untrusted(str(live.get('title'))), 80)}: {status}",
            after=_STATUS.get(arguments.do, f"{status}, {write.shown}"),
            pods=f"PagerDuty incident {number}",
            facts=facts(entries),
            writes=writes,
            likeness=likeness(arguments.do, number, arguments.text),
            texts=(
                f"{write.box}:",
                f"  {duty.said(write).text or duty.said(write).status}",
                *(f"  on call now: {one}" for one in on_call),
            ),
            warnings=(*_warnings(arguments, on_call), *_in_doubt(entries, write, self.clock())),
            undo=NOT_BACK,
        )


async def _writes(
    duty: PagerDuty, given: PageArguments, number: str, status: str, entries: list[Entry], incident: Incident
) -> tuple[tuple[Write, ...], tuple[str, ...]]:
    """The write, and who is on call where responders are asked."""
    import secrets

    from incident_mcp.communicate.proof import proof_of
    from incident_mcp.text.masking import mask

    text, marker = mask(given.text), secrets.token_hex(8)
    if lacking := next(iter(proof_of(entries).lacking(text)), None):
        raise BadRequest(
            f"{lacking[0]!r} says {lacking[1]}, and no entry of the record proves it.", "Say what is known."
        )
    if given.do == "note":
        if not text.strip():
            raise BadRequest("A note needs a text.", "Say what the others must know.")
        return (duty.note(number, text, marker),), ()
    if given.do == "escalate":
        policies = await _policies(duty, incident)
        text = text or f"{incident.severity}: {incident.title}"
        return (duty.responders(number, text, marker, policies),), await duty.on_call(policies)
    wanted = _STATUS[given.do]
    if status == wanted or status == "resolved":
        raise BadRequest(f"PagerDuty incident {number} is {status} already.", "Nothing is to do.")
    if wanted == "resolved" and not proof_of(entries).recovered:
        raise BadRequest("The record does not prove that it is resolved: no verdict says so.", "Call verify_fix first.")
    return (duty.status(number, wanted),), ()


async def _policies(duty: PagerDuty, incident: Incident) -> tuple[str, ...]:
    """Whom the severity wakes: what the settings name for it, else the service's own escalation policy."""
    from incident_mcp.vocabulary.severity import LEVELS, Severity

    if incident.severity is None:
        raise BadRequest("Whom to wake depends on the severity, and none is set.", "update_incident sets it.")
    if incident.severity is Severity.SEV_4:
        raise BadRequest(f"A SEV-4 wakes nobody ({LEVELS[Severity.SEV_4].escalation}).", "Add a note, or raise it.")
    named = duty.place.escalation.get(incident.severity.value)
    policies = named or tuple(filter(None, [await duty.policy_of_service()]))
    if not policies:
        raise BadRequest("No escalation policy is known for it.", "Name one under [pagerduty.escalation].")
    return policies


def _warnings(given: PageArguments, on_call: tuple[str, ...]) -> tuple[str, ...]:
    if given.do != "escalate":
        return ()
    return ("it wakes them now",) if on_call else ("PagerDuty names nobody who is on call",)


def _in_doubt(entries: list[Entry], write: Write, now: datetime) -> tuple[str, ...]:
    """Whether the same was asked for before and nobody knows what came of it."""
    from incident_mcp.communicate.sent import unsure

    entry = unsure(entries, Page.name, now).get(write.shown)
    return (f"nobody knows whether the last one went out ({entry}): look first",) if entry else ()


def _linked(entries: list[Entry]) -> str:
    """The PagerDuty incident that this one was opened with, or was told of last. Raises `BadRequest`."""
    from incident_mcp.communicate.channels.pagerduty import KIND
    from incident_mcp.communicate.sent import messages

    told = [one.name for one in messages(entries) if one.kind == KIND]
    opened = [str(entry.data["pagerduty"]) for entry in entries if entry.data.get("pagerduty")]
    found = [*opened, *told]
    if not found:
        raise BadRequest("No PagerDuty incident is linked.", "Give its id or address as alert.")
    return found[-1]
