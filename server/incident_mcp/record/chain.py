"""A writer's chain of entries: each holds the hash of the one before it, so that an edit or a cut shows.

A writer is one journal file, however many processes share it. A `Link` is an entry to the byte as it was hashed, which
is what travels between journals; whatever else a table keeps of it can be read from its body.
"""

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind

_Aware = Annotated[datetime, msgspec.Meta(tz=True)]


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    """An entry's fields but for its hash, in the order of `Entry`: what a body of this version reads as, quickly."""

    id: str
    incident: str | None
    cluster: str
    kind: EntryKind
    text: str
    actor: msgspec.Raw
    happened: _Aware
    written: _Aware
    tool: str | None
    plan: str | None
    corrects: str | None
    data: dict[str, Any]
    writer: str
    previous: str


_body = msgspec.json.Decoder(_Body)


@lru_cache(maxsize=64)
def _actor(body: bytes) -> Actor:
    """An incident has few, and each of them in many entries."""
    return Actor.model_validate_json(body)


class Link(msgspec.Struct, frozen=True):
    """One entry in its writer's chain. `place` counts from 1."""

    writer: str
    place: int
    hash: str
    """SHA-256 of `body`, in hex."""
    body: bytes
    """The entry as canonical JSON, without its hash."""

    @property
    def entry(self) -> Entry:
        """Raises `ValueError` for what is no entry of this version."""
        try:
            body = _body.decode(self.body)
        except msgspec.ValidationError:  # of an older version, or damaged: the model tells
            return Entry.model_validate(self.plain | {"hash": self.hash, "writer": self.writer})
        # An incident holds a hundred thousand of them, and the model takes three times as long for each.
        fields: dict[str, Any] = {name: getattr(body, name) for name in _Body.__struct_fields__}
        fields |= {"actor": _actor(bytes(body.actor)), "writer": self.writer, "hash": self.hash}
        return Entry.model_construct(**fields)

    @property
    def plain(self) -> dict[str, Any]:
        return msgspec.json.decode(self.body)


class Gap(msgspec.Struct, frozen=True):
    """Entries of a writer that were left out of an export, and the hash of the last of them."""

    writer: str
    first: int
    last: int
    hash: str


class Head(msgspec.Struct, frozen=True):
    """The last entry of a writer that is known without a hole before it."""

    place: int
    hash: str


START = Head(0, "")


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def broken(writer: str, links: list[Link], gaps: list[Gap]) -> list[str]:
    """What does not fit in one writer's chain; links in order. Empty: it is whole, but for what the gaps left out."""
    before = {gap.last: gap.hash for gap in gaps} | {link.place: link.hash for link in links} | {0: ""}
    problems: list[str] = []
    place = 0
    for link in links:
        missing = [number for number in range(place + 1, link.place) if not _left_out(number, gaps)]
        if missing:
            problems.append(f"entries {missing[0]} to {missing[-1]} of writer {writer} are missing")
        problems += misfits(link, before.get(link.place - 1))
        place = link.place
    return problems


def broken_after(head: Head, links: list[Link]) -> list[str]:
    """What does not fit where these links are to follow this head."""
    problems: list[str] = []
    for link in links:
        if link.place != head.place + 1:
            problems.append(f"entries {head.place + 1} to {link.place - 1} of writer {link.writer} are missing")
        problems += misfits(link, head.hash) or unreadable(link)
        head = Head(link.place, link.hash)
    return problems


def unreadable(link: Link) -> list[str]:
    """What is wrong with one entry that came from elsewhere and has the right hash: it may be no entry at all."""
    try:
        _ = link.entry  # reading it is the check
    except (ValueError, TypeError, AttributeError):
        return [f"entry {link.place} of writer {link.writer} is no entry of this version"]
    return []


def _left_out(place: int, gaps: list[Gap]) -> bool:
    return any(gap.first <= place <= gap.last for gap in gaps)


def misfits(link: Link, before: str | None) -> list[str]:
    """What is wrong with one entry; `before` is the hash that it must name, None where nobody knows it."""
    name = f"entry {link.place} of writer {link.writer}"
    if digest(link.body) != link.hash:
        return [f"{name} was changed after it was written"]
    plain = link.plain
    if plain.get("writer") not in (None, "", link.writer):
        return [f"{name} was written by {plain['writer']}"]
    if before is not None and plain.get("previous") != before:
        return [f"{name} does not follow the entry before it"]
    return []
