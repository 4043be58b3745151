"""A page of Atlassian Statuspage: one incident there for one of ours, each update shown below the others.

It has no key against repeats either: what we write carries a marker in the incident's metadata, by which it is found
again (developer.statuspage.io). Every text here is public.
"""

from datetime import datetime
from typing import Any

from incident_mcp.communicate.channel import Said, Sent, members
from incident_mcp.communicate.places import StatuspagePlace
from incident_mcp.communicate.service import Json, Service, named
from incident_mcp.text.cleaning import one_line
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Write
from incident_mcp.vocabulary.refs import Ref

KIND = "status page"
OWN = "incident_mcp"
"""Our member of an incident's metadata."""
NAME, BODY = 255, 25_000
"""Characters that Statuspage takes."""
STATES = ("operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance")
"""Of a component."""


class Statuspage:
    """One page."""

    kind = KIND
    name = "status page"

    def __init__(self, service: Service, place: StatuspagePlace) -> None:
        self._service = service
        self._page = place.page
        self._components = place.components
        self.public_hosts = place.public_hosts

    def message(
        self, text: str, *, title: str, status: str, marker: str, thread: str, components: dict[str, str]
    ) -> Write:
        """`thread` is the page's incident; empty: one is made, called `title`. Raises `BadRequest` for a component that
        the settings do not name, or a state that Statuspage does not have.
        """
        if wrong := [state for state in components.values() if state not in STATES]:
            raise BadRequest(f"{one_line(wrong[0], 60)!r} is no state of a component.", f"There are: {listed(STATES)}.")
        states = {self._id(name): state for name, state in components.items()}
        incident: Json = {"status": status, "body": text[:BODY], "metadata": {OWN: {"marker": marker}}}
        if states:
            incident |= {"components": states, "component_ids": list(states)}
        if not thread:
            incident |= {"name": one_line(title, NAME), "deliver_notifications": True}
        where = f"/pages/{self._page}/incidents"
        return Write(
            method="PATCH" if thread else "POST",
            path=f"{where}/{thread}" if thread else where,
            content_type="application/json",
            body={"incident": incident},
            target=Ref(kind=KIND, name=self._page),
            shown="publish on the status page",
            box="Publish on the status page",
            looks="Look at the status page.",
        )

    async def send(self, write: Write, permit: Permit) -> Sent:
        return _sent(await self._service.send(write, permit))

    async def find(self, write: Write, since: datetime) -> Sent | None:
        """Among the unresolved, then among the newest of all; by the marker, or by the update's own words where a later
        one has replaced it.
        """
        for query in ("/incidents/unresolved", "/incidents"):
            told = await self._service.ask(f"/pages/{self._page}{query}", {"limit": "100"})
            found = next((one for one in told if _is_it(one, write, self.said(write))), None)
            if found is not None:
                return _sent(found)
        return None

    def said(self, write: Write) -> Said:
        incident = members(members(write.body).get("incident"))
        return Said(
            marker=_marker(incident), status=str(incident.get("status", "")), text=str(incident.get("body", ""))
        )

    def _id(self, name: str) -> str:
        if name in self._components:
            return self._components[name]
        known = listed(list(self._components), 10) or "none"
        raise BadRequest(
            f"The status page has no component {one_line(name, 60)!r} in the settings.", f"Known: {known}."
        )


def _sent(told: Any) -> Sent:
    found = members(told)
    return Sent(id=named(Statuspage.name, found.get("id")), url=str(found.get("shortlink") or ""))


def _marker(incident: Any) -> str:
    return str(members(members(members(incident).get("metadata")).get(OWN)).get("marker", ""))


def _is_it(incident: Any, write: Write, said: Said) -> bool:
    if _marker(incident) == said.marker:
        return True
    there = members(incident)
    updates = there.get("incident_updates")
    return write.path.endswith(f"/{there.get('id')}") and any(
        members(one).get("body") == said.text for one in (updates if isinstance(updates, list) else [])
    )
