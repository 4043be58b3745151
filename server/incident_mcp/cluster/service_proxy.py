"""Reading from a Service through the API server's proxy: no address and no token of its own is needed, only `get` on
`services/proxy` for that one Service.
"""

from collections.abc import Mapping

import anyio

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.partial import Part
from incident_mcp.services.source import Body
from incident_mcp.vocabulary.errors import Unreachable


class ServiceProxy:
    """One Service, as `namespace/name:port`, `namespace/https:name:port` where it speaks TLS."""

    def __init__(self, api: Api, service: str, seconds: float) -> None:
        self.name = f"Service {service}"
        namespace, _, name = service.partition("/")
        self._path = f"/api/v1/namespaces/{namespace}/services/{name}/proxy"
        self._api = api
        self._seconds = seconds

    async def get(self, path: str, params: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body of the Service's own answer, whatever the status.

        Raises `Unreachable`, and what stands for the API server's refusals: `Forbidden`, `NotFound`, `ServerFailed`.
        """
        try:
            with anyio.fail_after(self._seconds):
                return await self._api.proxied(f"{self._path}{path}", params)
        except TimeoutError as error:
            raise Unreachable(f"{self.name} gave no answer within {self._seconds:g} s.", "Is it up?") from error

    async def read(self, path: str, params: Mapping[str, str], *, most: int) -> Body:
        """At most `most` bytes of its answer, or what came of it. Raises as `get` does."""
        part, late = Part(most), f"no answer within {self._seconds:g} s"
        with anyio.move_on_after(self._seconds):
            return await self._api.proxied_part(f"{self._path}{path}", params, part)
        if part.begun:
            return part.body(late)
        raise Unreachable(f"{self.name} gave {late}.", "Is it up?")

    async def aclose(self) -> None:
        """The connection belongs to the cluster's client."""
