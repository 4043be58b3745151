"""PagerDuty, by its REST API v2: acknowledge, note, ask responders to come, resolve.

Its own client repeats posts by itself, so requests go out plainly. A note is found again by a marker in its last line,
a request of responders by one in its message, a status by reading the incident (developer.pagerduty.com/api-reference).
"""

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote as quoted

from pydantic import JsonValue

from incident_mcp.communicate.channel import Said, Sent, members
from incident_mcp.communicate.places import PagerDutyPlace
from incident_mcp.communicate.service import Json, Service
from incident_mcp.text.cleaning import one_line
from incident_mcp.vocabulary.errors import BadRequest, ServerFailed
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Write
from incident_mcp.vocabulary.refs import Ref

KIND = "PagerDuty incident"
MADE = ("incident", "note", "responder_request")
"""What a good answer to a write tells of, one of them."""
ACCEPT = "application/vnd.pagerduty+json;version=2"
NAMED = re.compile(r"(?:https://[^/\s]+/incidents/)?(?P<id>[A-Za-z0-9]{1,32})/?")


class PagerDuty:
    """One account."""

    kind = KIND
    name = "PagerDuty"

    def __init__(self, service: Service, place: PagerDutyPlace) -> None:
        self._service = service
        self.place = place

    async def incident(self, name: str) -> Json:
        """By id, number or address. Raises `BadRequest` for what is none of these, `NotFound` where there is none."""
        found = NAMED.fullmatch(name.strip())
        if found is None:
            raise BadRequest(f"{one_line(name, 60)!r} names no PagerDuty incident.", "Give its id or address.")
        return members((await self._service.ask(f"/incidents/{found['id']}")).get("incident"))

    async def on_call(self, policies: tuple[str, ...]) -> tuple[str, ...]:
        """Who is on call for these escalation policies now: name and level, the first level in front."""
        if not policies:
            return ()
        told = await self._service.ask(f"/oncalls?{'&'.join(f'escalation_policy_ids[]={one}' for one in policies)}")
        rows = sorted(_list(told, "oncalls"), key=lambda one: int(one.get("escalation_level", 0)))
        return tuple(
            dict.fromkeys(
                f"{one_line(str(members(one.get('user')).get('summary')), 60)} (level {one.get('escalation_level')})"
                for one in rows
            )
        )

    async def policy_of_service(self) -> str:
        """The escalation policy of the service in the settings."""
        told = members((await self._service.ask(f"/services/{self.place.service_id}")).get("service"))
        return str(members(told.get("escalation_policy")).get("id", ""))

    def status(self, incident: str, status: str) -> Write:
        body: Json = {"incident": {"type": "incident_reference", "status": status}}
        return self._write("PUT", incident, "", body, f"{status} in PagerDuty")

    def note(self, incident: str, text: str, marker: str) -> Write:
        body: Json = {"note": {"content": f"{text}\n[{marker}]"}}
        return self._write("POST", incident, "/notes", body, "note in PagerDuty")

    def responders(self, incident: str, text: str, marker: str, policies: tuple[str, ...]) -> Write:
        targets = [{"responder_request_target": {"id": one, "type": "escalation_policy_reference"}} for one in policies]
        body: Json = {"requester_id": self.place.user_id, "message": f"{text} [{marker}]"}
        body["responder_request_targets"] = targets
        return self._write("POST", incident, "/responder_requests", body, "ask responders to come")

    async def send(self, write: Write, permit: Permit) -> Sent:
        told = members(await self._service.send(write, permit))
        if not any(isinstance(told.get(made), dict) for made in MADE):
            raise ServerFailed(f"{self.name} answered without a word of what it made.", write.looks)
        return Sent(id=_id(write), url=str(members(told.get("incident")).get("html_url") or ""))

    async def find(self, write: Write, since: datetime) -> Sent | None:
        """A note or a request by its marker; a status by what the incident is now."""
        where, said = f"/incidents/{_id(write)}", self.said(write)
        if write.path.endswith("/notes"):
            told = await self._service.ask(f"{where}/notes")
            there = any(said.marker in str(members(one).get("content")) for one in _list(told, "notes"))
        else:
            incident = members((await self._service.ask(where)).get("incident"))
            requests = incident.get("incident_responders"), incident.get("responder_requests")
            there = said.marker in str(requests) if said.marker else incident.get("status") == said.status
        return Sent(id=_id(write)) if there else None

    def said(self, write: Write) -> Said:
        body = members(write.body)
        incident, note = members(body.get("incident")), members(body.get("note"))
        text = str(note.get("content") or body.get("message") or "")
        marker = re.search(r"\[([0-9a-f]{16})\]$", text)
        return Said(
            marker=marker[1] if marker else "",
            status=str(incident.get("status", "")),
            text=re.sub(r"\s*\[[0-9a-f]{16}\]$", "", text),
        )

    def _write(self, method: Any, incident: str, path: str, body: JsonValue, shown: str) -> Write:
        return Write(
            method=method,
            path=f"/incidents/{quoted(incident, safe='')}{path}",
            content_type="application/json",
            body=body,
            target=Ref(kind=KIND, name=incident),
            shown=shown,
            box=shown[:1].upper() + shown[1:],
            looks=f"Look at incident {incident} in PagerDuty.",
        )


def _id(write: Write) -> str:
    return write.target.name


def _list(told: Any, key: str) -> list[Json]:
    found = members(told).get(key)
    return [members(one) for one in found] if isinstance(found, list) else []
