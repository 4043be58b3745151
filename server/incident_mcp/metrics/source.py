"""What a monitoring server is asked through: some way to GET a path. The way itself (TLS, proxies, tokens, the API
server's proxy) belongs to others.
"""

from collections.abc import Mapping
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
