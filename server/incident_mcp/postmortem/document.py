"""The postmortem as Markdown: the facts in the seed's template, `prompts/postmortem/postmortem.md.j2`."""

from collections.abc import Sequence

from incident_mcp.postmortem.facts import facts
from incident_mcp.postmortem.markdown import safe
from incident_mcp.postmortem.statement import Line
from incident_mcp.text.masking import mask
from incident_mcp.text.templates import render
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.entry import Entry

TEMPLATE = "postmortem/postmortem.md.j2"


def document(entries: Sequence[Entry]) -> str:
    """Write up an incident from its entries (in order, the first opened it). The same entries give the same text."""
    read = facts(entries)

    def at(line: Line) -> str:
        return f"{clock(line.at, read.opened)} - " if line.at else ""

    text = render(
        TEMPLATE,
        facts=read,
        date=f"{read.opened:%Y-%m-%d}",
        impact="; ".join(one.cited for one in read.impact),
        cause=". ".join(one.cited.rstrip(".") for one in read.cause) + ".",
        at=at,
        cluster=safe(f"{read.cluster.name} ({read.cluster.server})"),
    )
    return mask(text)
