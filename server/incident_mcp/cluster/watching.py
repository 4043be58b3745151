"""Watching a collection: events as they happen, across the ends of connections.

An API server ends every watch after some minutes, and networks end them earlier. `watch` goes on where it stood:
at the resourceVersion of the last event, or of the last bookmark, which the server sends so that a quiet collection
stays resumable. When the server no longer keeps that version (410), what happened in between is lost to a watch, and
`Expired` says so: list again, and watch from the new list's resourceVersion. Doing that silently would hide deletions.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Literal

import anyio
import msgspec

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.api_errors import Status, error_from
from incident_mcp.cluster.calls import Call, Params
from incident_mcp.cluster.excerpts import excerpt
from incident_mcp.vocabulary.errors import ServerFailed, Throttled, Unreachable

_LASTS = 300
_SILENCE = 90.0
"""Bookmarks come each minute: a connection that is silent for longer is dead."""
_FAILURES = 5
_PAUSE = 0.1
"""Seconds before the second attempt; doubled for each further one."""


class Unreadable(ServerFailed):
    """The server sent something that is no watch event. Asking again would not help."""


class Event(msgspec.Struct, frozen=True):
    """One change. The object is as the server sent it."""

    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]
    object: dict[str, Any]

    @property
    def version(self) -> str:
        """The resourceVersion, '' when the object has none."""
        return str(self.object.get("metadata", {}).get("resourceVersion", ""))


async def watch(
    api: Api,
    path: str,
    resource_version: str,
    params: Params | None = None,
    *,
    silence: float = _SILENCE,
    pause: float = _PAUSE,
) -> AsyncGenerator[Event]:
    """Events after `resource_version`: ADDED, MODIFIED and DELETED, without end.

    Close it (`contextlib.aclosing`) when leaving the loop early. Raises Expired when it can't be resumed, Unreachable,
    Throttled or ServerFailed after five failures in a row, Unreadable, and what else `Api.stream` raises.
    """
    at = resource_version
    failures = 0
    while True:
        heard = False
        try:
            async with api.stream(path, _query(params, at), idle=silence) as chunks:
                async for event in _events(chunks):
                    if event.type == "ERROR":
                        raise _refusal(api, path, event)
                    heard = True
                    at = event.version
                    if event.type != "BOOKMARK":
                        yield event
        except Unreadable:
            raise
        except (Unreachable, ServerFailed, Throttled):
            if failures >= _FAILURES:
                raise
        # A server that keeps closing at once is not asked in a hot loop either.
        failures = 0 if heard else failures + 1
        if not heard:
            await anyio.sleep(pause * 2 ** (failures - 1))


def _query(params: Params | None, at: str) -> Params:
    asked = {"watch": "true", "allowWatchBookmarks": "true", "timeoutSeconds": _LASTS, "resourceVersion": at}
    return {**(params or {}), **asked}


async def _events(chunks: AsyncIterator[bytes]) -> AsyncIterator[Event]:
    """One JSON document a line. Half a line at the end belongs to a broken connection: it comes again."""
    rest = bytearray()
    async for chunk in chunks:
        rest += chunk
        while (end := rest.find(b"\n")) >= 0:
            line = bytes(rest[:end])
            del rest[: end + 1]
            if line.strip():
                yield _decode(line)


def _decode(line: bytes) -> Event:
    try:
        event = _event.decode(line)
        if event.type != "ERROR" and not event.version:
            raise msgspec.ValidationError("it has no resourceVersion")
        return event
    except msgspec.MsgspecError as error:
        raise Unreadable(
            f"The API server sent a watch event that can't be read ({excerpt(str(error), 100)}).",
            "Something between may have changed it: check proxy-url and the server's address.",
        ) from error


_event = msgspec.json.Decoder(Event)


def _refusal(api: Api, path: str, event: Event) -> Exception:
    """An error that came inside the stream, behind a status of 200."""
    body = msgspec.json.encode(event.object)
    code = msgspec.convert(event.object, Status).code or 500
    return error_from(Call("GET", path, {"watch": "true"}), code, body, cluster=api.cluster, user=api.user)
