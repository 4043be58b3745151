"""The console's addresses, behind its guard."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from incident_mcp.console.entrance import Entrance
from incident_mcp.console.forms import Forms
from incident_mcp.console.guard import Guard
from incident_mcp.console.held import Held
from incident_mcp.console.pages import Pages
from incident_mcp.text.hypertext import hypertext
from incident_mcp.vocabulary.errors import BadRequest, IncidentError

STATIC = Path(__file__).parent / "static"


def app(held: Held, port: int) -> Guard:
    """The whole application, as it is reached on this port of this machine."""
    entrance, pages, forms = Entrance(held), Pages(held), Forms(held)
    read = {
        "/": pages.home,
        "/incidents": pages.incidents,
        "/incidents/{incident}": pages.incident,
        "/incidents/{incident}/live": pages.live,
        "/incidents/{incident}/postmortem": pages.postmortem,
        "/plans/{plan}": pages.plan,
    }
    said = {
        "/plans/{plan}/approve": forms.approve,
        "/plans/{plan}/decline": forms.decline,
        "/plans/{plan}/reopen": forms.reopen,
        "/stop": forms.stop,
    }
    routes = [
        Route("/login", entrance.login, methods=["POST"]),
        *(Route(path, entrance.behind(inside), methods=["GET"]) for path, inside in read.items()),
        *(Route(path, entrance.behind(inside), methods=["POST"]) for path, inside in said.items()),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    return Guard(Starlette(routes=routes, exception_handlers={IncidentError: _failed}), port)


def _failed(_request: Request, error: Exception) -> Response:
    """What happened, what was not done, and the next step, as on every door."""
    status = 404 if isinstance(error, BadRequest) else 503
    return HTMLResponse(hypertext("failed", error=str(error)), status)
