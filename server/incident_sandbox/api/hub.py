"""Wakes everything that waits for news (watches, followed logs, the ticking controllers) and tells it when to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from incident_sandbox.store.store import Change, Store

BOOKMARK_SECONDS = 60.0
"""How often a quiet watch that wants bookmarks gets one."""


class Hub:
    def __init__(self, store: Store) -> None:
        self._waiting: set[asyncio.Event] = set()
        self._stopped = False
        self._era = 0
        self.bookmarks_asked = 0
        """Rises when a test wants a bookmark in every watch now."""
        store.listeners.append(self._changed)

    def _changed(self, change: Change) -> None:
        self.wake()

    def wake(self) -> None:
        for event in self._waiting:
            event.set()

    def stop(self) -> None:
        """End every stream, for good."""
        self._stopped = True
        self.end_streams()

    def end_streams(self) -> None:
        """End those that are open now."""
        self._era += 1
        self.wake()

    @contextmanager
    def listening(self) -> Generator[News]:
        """News for as long as somebody listens."""
        era = self._era
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            yield News(event, lambda: self._stopped or self._era != era)
        finally:
            self._waiting.discard(event)


@dataclass(frozen=True, slots=True)
class News:
    event: asyncio.Event
    """Set at every change."""
    is_over: Callable[[], bool]
    """Whether the listener shall go."""


async def pause(news: News, seconds: float) -> None:
    """Until there is news, or that long."""
    try:
        async with asyncio.timeout(seconds):
            await news.event.wait()
    except TimeoutError:
        pass
    news.event.clear()
