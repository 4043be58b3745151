"""What a monitoring server can answer instead of an answer. That it gives none is `Unreachable`, as everywhere."""

from http import HTTPStatus

from incident_mcp.text.fencing import quote
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.untrusted import Untrusted

QUOTED = 160


class Refused(IncidentError):
    """It said no, with a status of its own and, mostly, a reason."""

    def __init__(self, server: str, status: int, kind: str, text: str) -> None:
        self.status = status
        self.said = f"{_named(status, kind)}{f': {quote(Untrusted(text), QUOTED)}' if text.strip() else ''}"
        """`422 execution: «query processing would load too many samples»`."""
        super().__init__(f"{server} answered {self.said}.", _ADVICE.get(status, "Check its address and its log."))


class Malformed(IncidentError):
    """What it sent is not what its API promises: cut off, a login page, something else at that address."""

    def __init__(self, server: str, why: str) -> None:
        self.said = f"an answer that can't be read: {why}"
        super().__init__(f"{server} gave {self.said}.", "Check its address: something else may answer there.")


_ADVICE: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "Check the token that the settings name.",
    HTTPStatus.FORBIDDEN: "Check the token that the settings name, and what it may read.",
    HTTPStatus.NOT_FOUND: "Check the path in its address: the API stands below it at /api.",
    HTTPStatus.TOO_MANY_REQUESTS: "It is busy; try again in a minute.",
}


def _named(status: int, kind: str) -> str:
    words = {each.value: each.phrase for each in HTTPStatus}.get(status, "")
    return f"{status} {kind if kind.replace('_', '').isalnum() and len(kind) < 40 else words}".strip()
