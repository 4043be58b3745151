"""The two journals of a change tell each other what they wrote: the executor's entries come into the incident's journal
with their own chain, and the executor keeps the chains of those who ask it, heads included.

It believes nothing of what it is given but its order: plans, answers and their use count only where they were made.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path

from incident_mcp.executor.call import asked
from incident_mcp.executor.protocol import LARGEST, MOST, Carried, Get, Hello, Put, Read, Standing, carried
from incident_mcp.record.chain import START, Head, Link, broken_after
from incident_mcp.record.incident import fold
from incident_mcp.record.journal import LIFE, Journal
from incident_mcp.vocabulary.entry import Entry, EntryKind, entry_order
from incident_mcp.vocabulary.errors import BadRequest, RecordError

ROOM = LARGEST // 2
"""Bytes of entries in one request."""
LARGEST_NUMBER = 10**9
"""Of an entry in its incident: the next one is counted from it."""
FULL = 2 * 1024**3
"""Bytes of the executor's record from which on it takes no more of others' entries: its own must have room."""


# In the assistant's server


def catch_up(journal: Journal, path: Path) -> Standing:
    """Give the executor what it lacks and take what it wrote; how it stands.

    Raises `ExecutorAway`, `RecordError`, and whatever the executor refuses.
    """
    there: Standing = asked(path, Hello(), Standing)
    here = journal.heads()
    for writer, head in here.items():
        if writer != there.writer and head.place > there.head(writer).place:
            _give(journal, path, writer, there.head(writer).place, head.place)
    _fetch(journal, path, here.get(there.writer, START), there.head(there.writer), lambda after: Get(after=after))
    return there


# In an approver's console


def follow(journal: Journal, path: Path) -> Standing:
    """Take all that the executor holds and is not here, of every writer; how it stands. Raises as `catch_up`."""
    there: Standing = asked(path, Hello(), Standing)
    here = journal.heads()
    for writer in there.heads:
        if writer != journal.writer:
            _fetch(journal, path, here.get(writer, START), there.head(writer), partial(_read, writer))
    return there


def _read(writer: str, after: int) -> Read:
    return Read(writer=writer, after=after)


def _fetch(journal: Journal, path: Path, mine: Head, last: Head, wanted: Callable[[int], Get | Read]) -> None:
    """One writer's entries from the head that is known here up to the last."""
    while mine.place < last.place:
        links = [one.link for one in asked(path, wanted(mine.place), tuple[Carried, ...])]
        problems = broken_after(mine, links) if links else ["it gives no more of it"]
        if problems:
            raise RecordError(f"The executor's record does not go on as it began: {problems[0]}.", "Ask its operator.")
        journal.take(links)
        mine = Head(links[-1].place, links[-1].hash)


def _give(journal: Journal, path: Path, writer: str, place: int, last: int) -> None:
    while links := journal.links(writer, place, last, MOST):
        for part in _parts(links):
            asked(path, Put(links=tuple(carried(one) for one in part)), int)
        place = links[-1].place


def _parts(links: Sequence[Link]) -> Iterator[list[Link]]:
    """In order, no part larger than there is room for."""
    part, size = list[Link](), 0
    for link in links:
        if part and size + len(link.body) > ROOM:
            yield part
            part, size = [], 0
        part.append(link)
        size += len(link.body)
    if part:
        yield part


# In the executor


def take(journal: Journal, links: Sequence[Link]) -> list[Entry]:
    """Keep what others wrote and is new here; those entries. Raises `BadRequest` for what is no continuation."""
    if journal.path.stat().st_size > FULL:
        raise RecordError(
            f"The executor's record {journal.path} is full: it takes no more of others' entries.",
            "An operator moves it away; its own entries go on.",
        )
    heads = journal.heads()
    new: list[Entry] = []
    for writer, each in groupby(links, key=lambda link: link.writer):
        head = heads.get(writer, START)
        rest = [link for link in each if link.place > head.place]
        problems = broken_after(head, rest) or [why for link in rest if (why := _unfit(link))]
        if writer == journal.writer:
            problems = ["they would be its own"]
        if problems:
            raise BadRequest(f"The executor does not take these entries: {problems[0]}.", "Nothing of them was kept.")
        journal.take(rest)
        new += [link.entry for link in rest]
    return new


def _unfit(link: Link) -> str:
    """Why an entry can't stand in this record; empty: it can."""
    entry, name = link.entry, f"entry {link.place} of writer {link.writer}"
    try:
        if not 0 < entry_order(entry.id)[1] < LARGEST_NUMBER:
            return f"{name} has a number out of range"
        if entry.kind in LIFE and entry.incident is not None:
            first = entry if entry.kind is EntryKind.OPENED else entry.model_copy(update=_OPENING)
            fold([first, entry])
    except (ValueError, KeyError, TypeError):
        return f"{name} can't be read"
    return ""


_OPENING = {
    "kind": EntryKind.OPENED,
    "data": {"title": "", "commander": "", "cluster": {"name": "", "server": ""}},
}
"""What stands before an entry for the moment in which it is tried whether an incident can be told with it."""
