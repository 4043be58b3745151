"""A journal and the shared copy catch up with each other: each gets the links that it lacks, whoever wrote them.

Every writer has a chain of its own, so there is nothing to merge and nothing to lock. What comes in must continue the
chain that is here; what does not fit is refused and told, since whoever can write to the database is not thereby one of
us; of its own entries a journal takes none, since an answer among them would approve a plan. A journal that was
restored from a backup is told, and one that went on by itself too: its chain has two ends.
"""

from dataclasses import dataclass

from incident_mcp.record.chain import START, Head, Link, broken_after
from incident_mcp.record.journal import Journal
from incident_mcp.record.shared_copy import SharedCopy

MOST = 500
"""Links that travel at once."""


@dataclass
class Exchange:
    """What one round moved, and what it refused."""

    sent: int = 0
    received: int = 0
    refused: tuple[str, ...] = ()


def exchange(journal: Journal, copy: SharedCopy) -> Exchange:
    """One round. Raises `RecordError` when either side can't be used; what has travelled stays."""
    there = copy.heads()
    here = journal.heads()
    done = Exchange()
    for writer in sorted(here.keys() | there.keys()):
        _catch_up(journal, copy, writer, here.get(writer, START), there.get(writer, START), done)
    return done


def _catch_up(journal: Journal, copy: SharedCopy, writer: str, here: Head, there: Head, done: Exchange) -> None:
    if here.place >= there.place:
        if _hash_at(journal, writer, there.place) != there.hash:
            done.refused += (_forked(writer, there.place),)
            return
        while links := journal.links(writer, there.place, here.place, MOST):
            copy.put(links)
            done.sent += len(links)
            there = Head(links[-1].place, links[-1].hash)
        return
    if writer == journal.writer:
        done.refused += (_not_ours(writer, here.place + 1),)
        return
    while links := copy.links(writer, here.place, MOST):
        if problems := broken_after(here, links):
            done.refused += (f"The shared record is not as it was written: {problems[0]}.",)
            return
        done.received += journal.take(links)
        here = Head(links[-1].place, links[-1].hash)


def _hash_at(journal: Journal, writer: str, place: int) -> str:
    if place == 0:
        return ""
    found: list[Link] = journal.links(writer, place - 1, place)
    return found[0].hash if found else ""


def _not_ours(writer: str, place: int) -> str:
    return (
        f"The shared record holds entry {place} of writer {writer}, which is this journal, and this journal does not: "
        "either it was restored from an older copy, or somebody else wrote that. It is not taken: an answer to a plan "
        "among it would count as given here."
    )


def _forked(writer: str, place: int) -> str:
    return (
        f"Entry {place} of writer {writer} differs between this journal and the shared record: one of them was restored"
        " from a copy, or edited. What this journal wrote since stays here alone."
    )
