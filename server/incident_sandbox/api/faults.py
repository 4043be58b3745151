"""Faults on demand: what goes wrong between a client and an API server, for tests that want to see it handled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from incident_sandbox.api.request import ApiRequest
from incident_sandbox.model.errors import ApiError

MUTATING = ("create", "update", "patch", "delete", "deletecollection")


@dataclass(slots=True)
class Fault:
    left: int
    matches: Callable[[ApiRequest], bool]
    refusal: ApiError | None = None
    drop: str = ""
    """`before` the request is handled, or `after`, when a write is stored and its answer lost."""
    delay: float = 0.0
    """Seconds of real time before the request is handled."""


class Faults:
    """Each fault hits the next requests that match it; without any selection, any request of a resource."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def clear(self) -> None:
        self._planned.clear()

    def take(self, request: ApiRequest) -> Fault | None:
        for fault in self._planned:
            if fault.left > 0 and fault.matches(request):
                fault.left -= 1
                return fault
        return None

    def refuse_next(
        self,
        count: int = 1,
        code: int = 503,
        *,
        retry_after: int | None = None,
        verb: str = "",
        path: str = "",
        words: str = "",
    ) -> None:
        """Answer with 429, 500, 503 or another code, and `Retry-After` in seconds (1; with 0 there is none).

        `verb` "write" means every mutating one; `path` is a part of the request's; `words` replace the usual message.
        """
        self._planned.append(Fault(count, _selects(verb, path), refusal=_refusal(code, retry_after, words)))

    def drop_next(self, count: int = 1, *, after_write: bool = False, verb: str = "", path: str = "") -> None:
        """Close the connection without an answer, before the request is handled or after its write is stored."""
        self._planned.append(Fault(count, _selects(verb, path), drop="after" if after_write else "before"))

    def delay_next(self, seconds: float, count: int = 1, *, verb: str = "", path: str = "") -> None:
        self._planned.append(Fault(count, _selects(verb, path), delay=seconds))


def _selects(verb: str, path: str) -> Callable[[ApiRequest], bool]:
    def matches(request: ApiRequest) -> bool:
        if not request.is_resource or path not in request.path:
            return False
        mutating = request.verb in MUTATING
        if verb == "stored":
            return mutating and request.query.get("dryRun") is None
        return not verb or request.verb == verb or (verb == "write" and mutating)

    return matches


def _refusal(code: int, retry_after: int | None, said: str) -> ApiError:
    words = {
        429: ("TooManyRequests", "Too many requests, please try again later."),
        500: ("InternalError", "Internal error occurred: etcdserver: request timed out"),
        503: ("ServiceUnavailable", "the server is currently unable to handle the request"),
        504: ("Timeout", "Timeout: request did not complete within the allotted timeout"),
    }
    reason, message = words.get(code, ("", f"refused with {code} on demand"))
    return ApiError(code, reason, said or message, retry_after=retry_after if retry_after is not None else 1)
