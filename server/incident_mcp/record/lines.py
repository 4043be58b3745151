"""JSON Lines: a record as a text file that goes to another machine and back, equal to the byte.

A line is a link of a writer's chain, its entry to the byte as it was hashed, or a gap: how many entries of the writer
(of other incidents) were left out, and the hash of the last. So the chain of an export can be checked as far as it
goes, and it ends in each writer's head.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec

from incident_mcp.record.chain import Gap, Link, misfits, unreadable
from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.errors import BadRequest


class _Line(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    writer: str
    hash: str
    place: int = 0
    entry: msgspec.Raw = msgspec.Raw(b"")
    left_out: tuple[int, int] | None = None


def export(journal: Journal, incident: str | None) -> Iterator[bytes]:
    """The lines of one incident, or of the whole record. Raises `RecordError`, and `BadRequest` for an unknown id."""
    if incident is None:
        for writer, head in sorted(journal.heads().items()):
            yield from _lines(journal.links(writer, 0, head.place))
        return
    known(journal, incident)
    links, heads = journal.links_of(incident), journal.heads()
    for writer, chosen in groupby(links, key=lambda link: link.writer):
        yield from _lines(_with_gaps(journal, list(chosen), heads[writer].place))


def known(journal: Journal, incident: str) -> None:
    """Raises `BadRequest` when there is no such incident."""
    if incident not in journal.incidents():
        raise BadRequest(f"There is no incident {incident[:60]}.", "`incident-mcp incidents list` names them.")


def _lines(parts: Iterable[Link | Gap]) -> Iterator[bytes]:
    for part in parts:
        if isinstance(part, Gap):
            line = _Line(part.writer, part.hash, left_out=(part.first, part.last))
        else:
            line = _Line(part.writer, part.hash, part.place, msgspec.Raw(part.body))
        yield msgspec.json.encode(line) + b"\n"


def _with_gaps(journal: Journal, links: list[Link], head: int) -> Iterator[Link | Gap]:
    place, writer = 0, links[0].writer
    for link in links:
        if link.place > place + 1:
            yield _gap(journal, writer, place + 1, link.place - 1)
        yield link
        place = link.place
    if head > place:
        yield _gap(journal, writer, place + 1, head)
    else:
        yield from (gap for gap in journal.gaps(writer) if gap.first > place)


def _gap(journal: Journal, writer: str, first: int, last: int) -> Gap:
    known = journal.links(writer, last - 1, last)
    told = known[0].hash if known else next(gap.hash for gap in journal.gaps(writer) if gap.last == last)
    return Gap(writer, first, last, told)


def parse(lines: Iterable[bytes]) -> Iterator[Link | Gap]:
    """The parts of an export. Raises `BadRequest` that names the line that is not as it was written."""
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            line = msgspec.json.decode(text, type=_Line)
        except msgspec.DecodeError as error:
            raise _wrong(number, f"it is no line of an export ({error})") from error
        if line.left_out:
            yield Gap(line.writer, *line.left_out, line.hash)
            continue
        link = Link(line.writer, line.place, line.hash, bytes(line.entry))
        if problems := misfits(link, None) or unreadable(link):
            raise _wrong(number, problems[0])
        yield link


def _wrong(number: int, why: str) -> BadRequest:
    return BadRequest(
        f"Line {number} of the file can't be taken: {why}.", "Export it again.", not_done="Nothing was imported."
    )
