"""The client of one API server: typed where it helps, plain bytes and dicts elsewhere.

It speaks to one server under one identity for its whole life. What is sent again and what never, is told in
`patience.py`; what an answer other than 2xx means, in `api_errors.py`. Reads say `incident-mcp/VERSION` as their
User-Agent; each mutating call brings its own, which names the approved plan.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import anyio
import msgspec

from incident_mcp import __version__
from incident_mcp.cluster import tables
from incident_mcp.cluster.api_errors import Expired, error_from, is_status, unreachable
from incident_mcp.cluster.calls import Call, Method, Params
from incident_mcp.cluster.outgoing import Dropped, Outgoing
from incident_mcp.cluster.partial import Part
from incident_mcp.cluster.patience import Patience
from incident_mcp.cluster.tables import Table
from incident_mcp.services.source import Body
from incident_mcp.vocabulary.errors import ServerFailed
from incident_mcp.vocabulary.refs import Cluster

if TYPE_CHECKING:  # httpcore2 and ssl are met first when somebody connects
    from incident_mcp.cluster.credentials import Credential, CredentialSource
    from incident_mcp.cluster.endpoint import Endpoint
    from incident_mcp.cluster.transport import Answer, Line, Transport

USER_AGENT = f"incident-mcp/{__version__}"
_JSON = "application/json"
PROXIED = 16 * 1024 * 1024
"""Bytes of an answer from behind a proxy of the API server."""


class Api:
    """One API server, one identity.

    Every method raises Unreachable, CredentialsError, and what `error_from` makes of the server's refusals:
    Forbidden, NotFound, Conflict, Invalid, Throttled, Expired, ServerFailed.
    """

    def __init__(
        self,
        *,
        cluster: Cluster,
        default_namespace: str,
        user: str,
        insecure: bool,
        endpoint: Endpoint,
        credentials: CredentialSource,
        headers: Sequence[tuple[str, str]] = (),
        timeout: float = 15,
    ) -> None:
        self.cluster = cluster
        self.default_namespace = default_namespace
        self.user = user
        """The identity as the kubeconfig calls it: `admin`, or `admin as jane`."""
        self.insecure = insecure
        """True when the server's certificate is not checked (insecure-skip-tls-verify)."""
        self._endpoint = endpoint
        self._transport: Transport | None = None
        self._credentials = credentials
        self._headers = tuple(headers)
        self._timeout = timeout

    async def get(self, path: str, *, params: Params | None = None, accept: str | None = None) -> bytes:
        """The body of one answer."""
        return await self._send(_read(path, params, accept))

    async def get_json(self, path: str, *, params: Params | None = None, accept: str | None = None) -> dict[str, Any]:
        """One object or list; `accept` asks for another form of it."""
        return self._object(await self.get(path, params=params, accept=accept))

    async def proxied(self, path: str, params: Params) -> tuple[int, bytes]:
        """Status and body of what stands behind one of the server's own proxies, whatever its status; asked once.

        The API server's own refusals come as a Status, and raise as everywhere.
        """
        part = Part(PROXIED)
        try:
            with anyio.fail_after(self._timeout):
                found = await self.proxied_part(path, params, part)
        except TimeoutError as error:
            late = Dropped("it did not answer in time", sent=True, late=True)
            raise unreachable(_read(path, params, None), late, self.cluster) from error
        if found.broken:
            raise unreachable(_read(path, params, None), Dropped(found.broken, sent=True), self.cluster)
        return found.status, found.content

    async def proxied_part(self, path: str, params: Params, part: Part) -> Body:
        """As `proxied`, but what comes is kept in `part`, which also says how much is wanted; bound it in time."""
        call = _read(path, params, None)
        credential = await self._credentials.current()
        try:
            found = await part.taken(self._proxied(call, credential))
            if found.status == HTTPStatus.UNAUTHORIZED and is_status(found.content):
                part.clear()
                found = await part.taken(self._proxied(call, await self._credentials.renew(credential)))
        except Dropped as drop:
            raise unreachable(call, drop, self.cluster) from drop
        if found.status >= HTTPStatus.BAD_REQUEST and is_status(found.content):
            raise error_from(call, found.status, found.content, cluster=self.cluster, user=self.user)
        return found

    def _proxied(self, call: Call, credential: Credential) -> AbstractAsyncContextManager[Answer]:
        return self._opened().send(self._outgoing(call, credential, timeout=self._timeout), credential.certificate)

    async def table(self, path: str, *, params: Params | None = None, include_object: str = "None") -> Table:
        """A collection as the server's own table. With `limit` in `params`, all pages are read.

        A page token that expired under way starts the list again, unpaged, so that the answer is about one moment.
        """
        query = {**(params or {}), "includeObject": include_object}
        try:
            return await self._pages(path, query)
        except Expired:
            query.pop("limit", None)
            return await self._pages(path, query)

    async def patch(
        self,
        path: str,
        body: object,
        *,
        content_type: str,
        user_agent: str,
        dry_run: bool = False,
        params: Params | None = None,
    ) -> dict[str, Any]:
        """Changes fields of one object. A failed `test` of a JSON patch raises Conflict."""
        return await self._write("PATCH", path, body, user_agent, _dry(params, dry_run), content_type)

    async def create(
        self, path: str, body: object, *, user_agent: str, dry_run: bool = False, params: Params | None = None
    ) -> dict[str, Any]:
        """POSTs an object: access reviews, evictions."""
        return await self._write("POST", path, body, user_agent, _dry(params, dry_run))

    async def delete(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        user_agent: str,
        dry_run: bool = False,
        params: Params | None = None,
    ) -> dict[str, Any]:
        """Deletes one object; `body` is a DeleteOptions with its preconditions.

        With a body, the API server reads all options from it and ignores the query: a dry run must stand in both.
        """
        options = {**body, "dryRun": ["All"]} if dry_run else body
        return await self._write("DELETE", path, options, user_agent, _dry(params, dry_run))

    @asynccontextmanager
    async def stream(
        self, path: str, params: Params | None = None, *, idle: float | None = None
    ) -> AsyncGenerator[AsyncIterator[bytes]]:
        """The body as it arrives: pod logs, watches. Silence longer than `idle` seconds raises Unreachable."""
        call = _read(path, params, None)
        patience = Patience(call, self._timeout)
        while True:
            credential = await self._credentials.current()
            outgoing = self._outgoing(call, credential, timeout=idle)
            try:
                async with self._opened().send(outgoing, credential.certificate) as answer:
                    if answer.status == HTTPStatus.OK:
                        yield answer.chunks()
                        return
                    refused = await answer.read()
            except Dropped as drop:
                raise unreachable(call, drop, self.cluster) from drop
            await self._refused(call, answer.status, answer.headers, refused, credential, patience)

    @asynccontextmanager
    async def upgraded(
        self, path: str, params: Params, headers: Sequence[tuple[str, str]]
    ) -> AsyncGenerator[tuple[Mapping[str, str], Line]]:
        """The answer's headers and the bare connection, once the server agreed to another protocol.

        Never asked again but with fresh credentials: what it carries may change something.
        """
        call = Call("GET", path, params, tuple(headers))
        credential = await self._credentials.current()
        for last in (False, True):
            try:
                outgoing = self._outgoing(call, credential, timeout=self._timeout)
                async with self._opened().send(outgoing, credential.certificate) as answer:
                    if answer.status == HTTPStatus.SWITCHING_PROTOCOLS:
                        yield answer.headers, answer.line()
                        return
                    refused = await answer.read()
            except Dropped as drop:
                raise unreachable(call, drop, self.cluster) from drop
            if answer.status != HTTPStatus.UNAUTHORIZED or last:
                raise error_from(call, answer.status, refused, cluster=self.cluster, user=self.user)
            credential = await self._credentials.renew(credential)

    def _opened(self) -> Transport:
        """Loaded when the first request is sent: a server lists its tools without it."""
        from incident_mcp.cluster.transport import Transport

        self._transport = self._transport or Transport(self._endpoint)
        return self._transport

    async def aclose(self) -> None:
        if self._transport is not None:
            await self._transport.aclose()

    async def _send(self, call: Call) -> bytes:
        patience = Patience(call, self._timeout)
        while True:
            credential = await self._credentials.current()
            try:
                status, headers, body = await self._once(call, credential)
            except Dropped as drop:
                if (wait := patience.wait_after_drop(drop)) is None:
                    raise unreachable(call, drop, self.cluster) from drop
                await anyio.sleep(wait)
                continue
            if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
                return body
            await self._refused(call, status, headers, body, credential, patience)

    async def _once(self, call: Call, credential: Credential) -> tuple[int, Mapping[str, str], bytes]:
        outgoing = self._outgoing(call, credential, timeout=None)
        try:
            # The transport's own time-outs are for silence; this one ends also an answer that only trickles.
            with anyio.fail_after(self._timeout):
                async with self._opened().send(outgoing, credential.certificate) as answer:
                    return answer.status, answer.headers, await answer.read()
        except TimeoutError as error:
            raise Dropped("it did not answer in time", sent=outgoing.sent, late=True) from error

    async def _refused(
        self,
        call: Call,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        credential: Credential,
        patience: Patience,
    ) -> None:
        """Returns when the call may be sent again, raises otherwise."""
        if status == HTTPStatus.UNAUTHORIZED and patience.renew_credential():
            if await self._credentials.renew(credential) != credential:
                return
        elif (wait := patience.wait_after(status, headers, body)) is not None:
            await anyio.sleep(wait)
            return
        raise error_from(call, status, body, cluster=self.cluster, user=self.user)

    def _outgoing(self, call: Call, credential: Credential, *, timeout: float | None) -> Outgoing:
        headers = [*call.headers, *self._headers]
        if credential.authorization:
            headers.append(("Authorization", credential.authorization))
        return Outgoing(call.method, call.target, headers, call.body, timeout)

    async def _pages(self, path: str, params: Params) -> Table:
        page = self._decode(await self.get(path, params=params, accept=tables.ACCEPT))
        rows = page.rows
        while page.metadata.continue_:
            following = {**params, "continue": page.metadata.continue_}
            page = self._decode(await self.get(path, params=following, accept=tables.ACCEPT))
            rows.extend(page.rows)
        return msgspec.structs.replace(page, rows=rows)

    def _decode(self, body: bytes) -> Table:
        try:
            return tables.decode(body)
        except msgspec.MsgspecError as error:
            raise self._not_kubernetes("a table") from error

    async def _write(
        self, method: Method, path: str, body: object, user_agent: str, params: Params, content_type: str = _JSON
    ) -> dict[str, Any]:
        headers = (("User-Agent", user_agent), ("Accept", _JSON), ("Content-Type", content_type))
        call = Call(method, path, params, headers, msgspec.json.encode(body), content_type)
        return self._object(await self._send(call))

    def _object(self, body: bytes) -> dict[str, Any]:
        try:
            answer = msgspec.json.decode(body, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise self._not_kubernetes("JSON") from error
        listed = answer.get("items")
        if isinstance(listed, list) and not all(_is_object(each) for each in cast("list[Any]", listed)):
            raise self._not_kubernetes("a list of objects")
        return answer

    def _not_kubernetes(self, wanted: str) -> ServerFailed:
        return ServerFailed(
            f"The answer of {self.cluster.name} is not {wanted}.",
            "Something else than a Kubernetes API may answer there: check the server's address in the kubeconfig.",
        )


def _is_object(item: Any) -> bool:
    """Everything that reads a list takes its items' metadata for granted."""
    return isinstance(item, dict) and isinstance(cast("dict[str, Any]", item).get("metadata"), dict)


def _read(path: str, params: Params | None, accept: str | None) -> Call:
    return Call("GET", path, params or {}, (("User-Agent", USER_AGENT), ("Accept", accept or _JSON)))


def _dry(params: Params | None, dry_run: bool) -> Params:
    return {**(params or {}), **({"dryRun": "All"} if dry_run else {})}
