"""An answer that is of use even when it breaks off: what came of it is kept, with why there is no more."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from incident_mcp.cluster.outgoing import Dropped
from incident_mcp.services.source import Body

if TYPE_CHECKING:
    from incident_mcp.cluster.transport import Answer


class Part:
    """Collects one answer. Whoever bounds it in time asks it afterwards for what there is."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answer: Answer | None = None
        self._content = bytearray()

    @property
    def begun(self) -> bool:
        """Whether a part of the body came."""
        return bool(self._content)

    def clear(self) -> None:
        """To be taken once more."""
        self._content.clear()

    def body(self, broken: str = "") -> Body:
        answer = self._answer
        return Body(answer.status, answer.headers, bytes(self._content[: self._most]), broken) if answer else _NOTHING

    async def taken(self, sent: AbstractAsyncContextManager[Answer]) -> Body:
        """Raises `Dropped` when it breaks before any of the body came."""
        try:
            async with sent as answer:
                self._answer = answer
                async for chunk in answer.chunks():
                    self._content += chunk
                    if len(self._content) > self._most:
                        return self.body(f"it is longer than {self._most >> 20} MiB")
        except Dropped as drop:
            if not self.begun:
                raise
            return self.body(drop.reason)
        return self.body()


_NOTHING = Body(0, {}, b"", "no answer")
