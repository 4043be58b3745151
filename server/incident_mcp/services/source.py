"""What a server is asked through: some way to GET a path. The way itself (TLS, proxies, tokens, the API server's proxy)
belongs to others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Source(Protocol):
    """One server. `name` is what people know it by."""

    name: str

    async def get(self, path: str, params: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body, whatever the status.

        Raises an `IncidentError`: `Unreachable`, or what says why the server could not even be asked.
        """
        ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Body:
    """An answer, or as much of it as came."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    content: bytes
    broken: str = ""
    """Why the rest did not come; empty for a whole answer."""


class LineSource(Source, Protocol):
    """A server whose answers are of use even when they break off."""

    async def read(self, path: str, params: Mapping[str, str], *, most: int) -> Body:
        """At most `most` bytes of it, whatever the status. Raises as `get` does, before anything came."""
        ...
