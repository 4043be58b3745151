"""The way in, and the frame of every page: who is not in sees the login and nothing else."""

import re
from collections.abc import Awaitable, Callable

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from incident_mcp.console.held import Held
from incident_mcp.console.reading_forms import form_of
from incident_mcp.console.sessions import Session
from incident_mcp.text.hypertext import hypertext

_OURS = re.compile(r"/(?:incidents|plans)/[A-Za-z0-9-]+")


def page(name: str, session: Session, held: Held, /, status: int = 200, **facts: object) -> HTMLResponse:
    """A page of this template for somebody who is in, with what there is to tell first."""
    frame = {
        "told": session.take_told(),
        "secret": Markup(session.secret),  # noqa: S704 - made here
        "warning": held.source.told(),
        "stopped": held.source.stopped(),
    }
    return HTMLResponse(hypertext(name, **frame, **facts), status)


Inside = Callable[[Request, Session], Response | Awaitable[Response]]


class Entrance:
    """Lets in whoever has a session, and gives one for the token of the terminal."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def behind(self, inside: Inside) -> Callable[[Request], Awaitable[Response]]:
        """The same for those who are in; anybody else gets the login (401)."""

        async def entered(request: Request) -> Response:
            session = self._held.sessions.find(request.cookies.get(self._held.cookie))
            if session is None:
                return self._login(request.url.path, 401)
            answer = inside(request, session)
            return answer if isinstance(answer, Response) else await answer

        return entered

    async def login(self, request: Request) -> Response:
        form = await form_of(request)
        wanted = form.get("next", "")
        name = self._held.sessions.open(form.get("token", ""))
        if name is None:
            return self._login(wanted, 403, wrong=True)
        answer = RedirectResponse(wanted if _OURS.fullmatch(wanted) else "/", 303)
        answer.set_cookie(self._held.cookie, name, httponly=True, samesite="strict", path="/")
        return answer

    def _login(self, wanted: str, status: int, *, wrong: bool = False) -> Response:
        place = wanted if _OURS.fullmatch(wanted) else "/"
        return HTMLResponse(hypertext("login", wrong=wrong, next=place), status)
