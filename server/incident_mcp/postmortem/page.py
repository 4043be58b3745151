"""The postmortem as one HTML file: the same text as the Markdown, and the incident drawn on an axis of time.

Nothing in it comes from elsewhere or runs: raw HTML of the text is shown as text, and the page forbids scripts.
"""

from collections.abc import Iterator, Sequence
from html import escape

from incident_mcp.postmortem.corrections import uncorrected
from incident_mcp.postmortem.document import document
from incident_mcp.record.incident import fold
from incident_mcp.text.cleaning import one_line
from incident_mcp.text.drawn_timeline import Mark, drawn_timeline
from incident_mcp.text.masking import mask
from incident_mcp.text.templates import render
from incident_mcp.vocabulary.entry import Entry, EntryKind

TEMPLATE = "postmortem/postmortem.html.j2"
LANES = {
    "Signals": (EntryKind.EVIDENCE, EntryKind.IMPACT, EntryKind.REPORT, EntryKind.VERDICT),
    "Changes": (EntryKind.CHANGE,),
    "Decisions": (
        EntryKind.OPENED, EntryKind.SEVERITY, EntryKind.DECISION, EntryKind.ANSWER, EntryKind.STATUS, EntryKind.CAUSE,
        EntryKind.HAND_OVER,
    ),
    "Actions": (EntryKind.OUTCOME, EntryKind.FIX, EntryKind.UPDATE),
}  # fmt: skip


def page(entries: Sequence[Entry]) -> str:
    """Write up an incident from its entries (in order, the first opened it) as a page of its own."""
    title = f"Incident Postmortem: {one_line(mask(fold(list(entries)).title))}"
    return render(TEMPLATE, title=escape(title), body=written_up(entries))


def written_up(entries: Sequence[Entry]) -> str:
    """What stands on that page, as HTML."""
    from markdown_it import MarkdownIt  # once an incident

    markdown = MarkdownIt("commonmark", {"html": False})
    text = document(entries).replace("- [ ] ", "- ☐ ")
    before, heading, after = text.partition("## Timeline\n")
    figure = f'<figure tabindex="0" aria-label="The incident on an axis of time">\n{drawn(entries)}\n</figure>\n'
    return markdown.render(before) + figure + markdown.render(heading + after)


def drawn(entries: Sequence[Entry]) -> str:
    """The incident on an axis of time, as SVG."""
    return drawn_timeline(tuple(LANES), tuple(_marks(entries)))


def _marks(entries: Sequence[Entry]) -> Iterator[Mark]:
    for entry in uncorrected(entries):
        lane = next((lane for lane, kinds in LANES.items() if entry.kind in kinds), None)
        saved = entry.kind is EntryKind.EVIDENCE and entry.plan is not None
        proposed = entry.kind is EntryKind.SEVERITY and entry.data.get("proposed")
        if lane is not None and not saved and not proposed:
            yield Mark(lane=lane, at=entry.happened, label=one_line(mask(entry.text), 200), name=entry.id)
