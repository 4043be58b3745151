"""watch: changes as they come, from a revision on, with bookmarks, and with 410 when that revision is forgotten."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator

from starlette.responses import StreamingResponse

from incident_sandbox.api.answers import encode, included
from incident_sandbox.api.hub import BOOKMARK_SECONDS, Hub, pause
from incident_sandbox.api.negotiation import Form
from incident_sandbox.api.reading import Filter, number
from incident_sandbox.api.request import ApiRequest, required
from incident_sandbox.api.views import Views
from incident_sandbox.model.errors import ApiError, invalid_options
from incident_sandbox.model.objects import Object
from incident_sandbox.store.store import Change
from incident_sandbox.tables.render import partial_object, render_table

LONGEST = 1800.0
"""Seconds after which the server ends a watch that set no `timeoutSeconds`."""


LAST_BOOKMARK = 2.0
"""Seconds before the end of a watch at which it gets its last bookmark."""


class Watch:
    """One open watch: what it wants, in which form, and how far it has come."""

    def __init__(self, request: ApiRequest, views: Views, hub: Hub, form: Form) -> None:
        self._resource = required(request)
        self._filter = Filter(request)
        self._views = views
        self._hub = hub
        self._form = form
        self._include = included(request.query.get("includeObject")) if form.is_table else ""
        self._headers = True
        self._bookmarks = request.query.get("allowWatchBookmarks") in ("1", "true")
        self._seconds = float(number(request, "timeoutSeconds") or LONGEST)
        self._initial = request.query.get("sendInitialEvents")
        if self._initial and request.query.get("resourceVersionMatch") != "NotOlderThan":
            why = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
            raise invalid_options("ListOptions", "FieldValueForbidden", f"Forbidden: {why}", "resourceVersionMatch")
        self._revision = number(request, "resourceVersion") or 0

    def response(self) -> StreamingResponse:
        return StreamingResponse(self._lines(), media_type="application/json")

    async def _lines(self) -> AsyncIterator[bytes]:
        store = self._views.store
        position = self._revision
        if not self._initial and position and not store.remembers(position):
            message = f"too old resource version: {position} ({store.oldest})"
            yield self._line("ERROR", ApiError(410, "Expired", message).status())
            return
        if self._initial == "true" or (not self._initial and not position):
            position = store.revision
            for obj in self._views.at(self._resource, position):
                if self._filter.accepts(obj):
                    yield self._event("ADDED", obj)
            if self._initial and self._bookmarks:
                yield self._bookmark(position, initial=True)
        async for line in self._follow(position or store.revision):
            yield line

    async def _follow(self, position: int) -> AsyncIterator[bytes]:
        store = self._views.store
        ends = time.monotonic() + self._seconds
        next_bookmark = _next_bookmark(ends)
        asked = self._hub.bookmarks_asked
        with self._hub.listening() as news:
            while not news.is_over():
                for line in self._changes(position):
                    yield line
                position = max(position, store.revision)
                now = time.monotonic()
                if self._bookmarks and (now >= next_bookmark or asked != self._hub.bookmarks_asked):
                    next_bookmark, asked = _next_bookmark(ends), self._hub.bookmarks_asked
                    yield self._bookmark(position)
                if now >= ends:
                    break
                await pause(news, min(ends, next_bookmark) - now if self._bookmarks else ends - now)

    def _changes(self, position: int) -> Iterator[bytes]:
        for change in list(self._views.store.since(position)):
            seen = self._views.seen(self._resource, change)
            kind = self._kind(seen) if seen else None
            if seen and kind:
                yield self._event(kind, seen.obj)

    def _kind(self, change: Change) -> str | None:
        """What the change is for this watch: an object may come into its selection, or leave it."""
        before = change.previous is not None and self._filter.accepts(change.previous)
        if change.kind == "DELETED":
            return "DELETED" if before else None
        after = self._filter.accepts(change.obj)
        if after:
            return "MODIFIED" if before else "ADDED"
        return "DELETED" if before else None

    def _event(self, kind: str, obj: Object) -> bytes:
        if self._form.is_table:
            metadata = {"resourceVersion": obj["metadata"].get("resourceVersion", "")}
            now, headers = self._views.now, self._headers
            table = render_table(self._resource, [obj], metadata, now, include=self._include, headers=headers)
            self._headers = False
            return self._line(kind, table)
        return self._line(kind, partial_object(obj) if self._form.is_partial else obj)

    def _bookmark(self, position: int, *, initial: bool = False) -> bytes:
        metadata: Object = {"resourceVersion": str(position)}
        if initial:
            metadata["annotations"] = {"k8s.io/initial-events-end": "true"}
        bare: Object = {"kind": self._resource.kind, "apiVersion": self._resource.api_version, "metadata": metadata}
        return self._event("BOOKMARK", bare)

    @staticmethod
    def _line(kind: str, obj: Object) -> bytes:
        return encode({"type": kind, "object": obj}) + b"\n"


def _next_bookmark(ends: float) -> float:
    """In a minute, or a little before the end, so that the client resumes from there."""
    now, last = time.monotonic(), ends - LAST_BOOKMARK
    return min(now + BOOKMARK_SECONDS, last) if last > now else now + BOOKMARK_SECONDS
