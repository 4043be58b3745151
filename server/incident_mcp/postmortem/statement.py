"""A sentence and the entries that it stands on. The postmortem is made of nothing else."""

from datetime import datetime

from incident_mcp.postmortem.markdown import safe
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, entry_order
from incident_mcp.vocabulary.value import Value


class Statement(Value):
    """`text` is Markdown already; `entries` are cited behind it."""

    text: str
    entries: tuple[str, ...] = ()

    @property
    def cited(self) -> str:
        """`text [e1, e9]`."""
        return f"{self.text} [{', '.join(self.entries)}]" if self.entries else self.text


class Line(Statement):
    """A line of the timeline; `at` is None for a milestone that the record does not hold."""

    at: datetime | None


def state(text: str, *entries: Entry | None) -> Statement:
    """A statement on these entries, in the record's order."""
    return Statement(text=text, entries=ids(*entries))


def line(at: datetime | None, text: str, *entries: Entry | None) -> Line:
    return Line(at=at, text=text, entries=ids(*entries))


def ids(*entries: Entry | None) -> tuple[str, ...]:
    names = {entry.id for entry in entries if entry is not None}
    return tuple(sorted(names, key=entry_order))


def words(entry: Entry) -> str:
    """What the entry says, safe in Markdown, without a full stop; a correction names what it corrects."""
    corrects = f" (corrects {entry.corrects})" if entry.corrects else ""
    return safe(entry.text).rstrip(".") + corrects


def quoted(text: str) -> str:
    """Somebody's own words, as theirs."""
    return '"' + safe(text).replace('"', "'") + '"'


def said(entry: Entry) -> str:
    """Who said it, and their words: `oncall-2: "we found it"`."""
    corrects = f" (corrects {entry.corrects})" if entry.corrects else ""
    return f"{who(entry.actor)}: {quoted(entry.text)}{corrects}"


def who(actor: Actor) -> str:
    return actor.name if actor.role == "person" else f"the {actor.role}"
