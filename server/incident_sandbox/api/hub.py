"""Wakes everything that waits for news (watches, followed logs, the ticking controllers) and tells it when to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

from incident_sandbox.store.store import Change, Store

BOOKMARK_SECONDS = 60.0
"""How often a quiet watch that wants bookmarks gets one."""


class Hub:
    def __init__(self, store: Store) -> None:
        self._waiting: set[asyncio.Event] = set()
        self.stopping = False
        self.bookmarks_asked = 0
        """Rises when a test wants a bookmark in every watch now."""
        store.listeners.append(self._changed)

    def _changed(self, change: Change) -> None:
        self.wake()

    def wake(self) -> None:
        for event in self._waiting:
            event.set()

    def stop(self) -> None:
        """End every stream; nothing waits any more after this."""
        self.stopping = True
        self.wake()

    @contextmanager
    def waiting(self) -> Generator[asyncio.Event]:
        """An event that is set at every change, for as long as somebody waits for it."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            yield event
        finally:
            self._waiting.discard(event)


async def pause(event: asyncio.Event, seconds: float) -> None:
    """Until the event, or that long; the event is armed again."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
    event.clear()
