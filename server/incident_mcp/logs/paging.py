"""The newest lines of a stretch of time, page by page, from an engine that has no cursor.

A full page hides what is older: the next one ends where it begins. Its oldest nanosecond may have been cut in two, so
those lines are put back and read again. What the engine refuses as too long or too many is asked for in smaller parts.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from incident_mcp.logs.collected import SECOND, Line

PAGE = 5000
"""Lines of one page: what Loki allows unless it is set otherwise (max_entries_limit_per_query)."""
LINES = 50_000
BYTES = 32 * 1024 * 1024
SHORTEST = 60 * SECOND


class TooLong(Exception):
    """The engine refuses so long a stretch of time at once. `error` is what it said."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class TooMany(Exception):
    """It refuses so many lines at once; `most` is what it allows, 0: it does not say."""

    def __init__(self, error: Exception, most: int) -> None:
        self.error = error
        self.most = most


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the newest lines of a stretch; `broken` says why there are fewer than there should be."""

    lines: list[Line]
    broken: str = ""


Ask = Callable[[int, int, int], Awaitable[Page]]
"""From (inclusive) and to (exclusive), in nanoseconds, and how many lines."""


@dataclass
class Paging:
    """One walk from the newest to the oldest. What was read before something failed is kept."""

    ask: Ask
    start: int
    end: int
    enough: int | None = None
    """Lines, where fewer than `LINES` are."""
    lines: list[Line] = field(default_factory=list[Line])
    size: int = 0
    cut: str = ""
    """Why not all was read."""
    page: int = 0

    def __post_init__(self) -> None:
        self.most = self.enough or LINES
        self.page = min(PAGE, self.most)

    async def run(self) -> None:
        """Raises what `ask` raises."""
        end, length = self.end, self.end - self.start
        while end > self.start and not self.cut:
            begin = max(self.start, end - length)
            try:
                found = await self.ask(begin, end, self.page)
            except TooLong as refusal:
                if length <= SHORTEST:
                    raise refusal.error from refusal
                length = min(length, end - self.start) // 2
                continue
            except TooMany as refusal:
                most = refusal.most if 0 < refusal.most < self.page else self.page // 2
                if most < 1:
                    raise refusal.error from refusal
                self.page = most
                continue
            end = self._kept(found, begin)

    def _kept(self, found: Page, begin: int) -> int:
        """Where the next page ends."""
        lines, end = found.lines, begin
        if len(lines) >= self.page:
            oldest = min(line.at for line in lines)
            newer = [line for line in lines if line.at > oldest]
            if newer:
                lines, end = newer, oldest + 1
            else:
                self.cut, end = f"more than {self.page:,} lines bear one time", oldest
        self.lines += lines
        self.size += sum(len(line.text) for line in lines)
        if found.broken:
            self.cut = found.broken
        elif end > self.start and (len(self.lines) >= self.most or self.size >= BYTES):
            self.cut = "there are more"
        return end
