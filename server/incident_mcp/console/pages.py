"""What is read: the list of incidents, one incident, what is new of it, and its postmortem as it would be now."""

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from incident_mcp.console.entrance import page
from incident_mcp.console.held import Held
from incident_mcp.console.parts import Part, Parts
from incident_mcp.console.sessions import Session
from incident_mcp.postmortem.page import written_up
from incident_mcp.vocabulary.errors import BadRequest

TITLE = 80


class Pages:
    """Each method answers one address, to somebody who is in."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._parts = Parts(held)

    def home(self, _request: Request, _session: Session) -> Response:
        """The one incident that is open, else the list."""
        still_open = [incident.id for incident in self._held.book.incidents() if incident.is_open]
        return RedirectResponse(f"/incidents/{still_open[0]}" if len(still_open) == 1 else "/incidents", 303)

    def incidents(self, _request: Request, session: Session) -> Response:
        book = self._held.book
        found = [(one, len(book.waiting(book.chapter(one.id))) if one.is_open else 0) for one in book.incidents()]
        return page("incidents", session, self._held, incidents=found)

    def incident(self, request: Request, session: Session) -> Response:
        name = request.path_params["incident"]
        chapter = self._held.book.chapter(name)
        groups = self._parts.groups(chapter, session)
        rows, _ = self._parts.rows(chapter)
        return page(
            "incident",
            session,
            self._held,
            incident=chapter.incident,
            count=len(chapter.entries),
            last=Markup(chapter.entries[-1].hash),  # noqa: S704 - hex digits
            # Each part was escaped when it was drawn.
            groups={place: [Markup(part.html) for part in parts] for place, parts in groups.items()},  # noqa: S704
            rows=rows,
        )

    def live(self, request: Request, session: Session) -> Response:
        """What is new for a page that has the parts of these marks and so many entries of the timeline."""
        chapter = self._held.book.chapter(request.path_params["incident"])
        asked = request.query_params
        have = frozenset(asked.get("have", "").split(","))
        known = asked.get("count", "0")
        rows, whole = self._parts.rows(chapter, int(known) if known.isdecimal() else 0, asked.get("last", ""))
        groups = self._parts.groups(chapter, session)
        return JSONResponse(
            {
                "groups": {place: [_told(part, have) for part in parts] for place, parts in groups.items()},
                "rows": rows,
                "whole": whole,
                "count": len(chapter.entries),
                "last": chapter.entries[-1].hash,
            }
        )

    def postmortem(self, request: Request, session: Session) -> Response:
        chapter = self._held.book.chapter(request.path_params["incident"])
        body = Markup(written_up(chapter.entries))  # noqa: S704 - HTML in it is shown as text
        return page("postmortem", session, self._held, incident=chapter.incident, body=body)

    def plan(self, request: Request, _session: Session) -> Response:
        """Where one plan stands on its incident's page."""
        plan, told = self._held.door.find(request.path_params["plan"])
        if told.incident is None:
            raise BadRequest(f"Plan {plan.id} belongs to no incident yet.", f"incident-mcp plan {plan.id} shows it.")
        return RedirectResponse(f"/incidents/{told.incident}#plan-{plan.id}", 303)


def _told(part: Part, have: frozenset[str]) -> list[str]:
    return [part.key, part.mark, "" if part.mark in have else part.html]
