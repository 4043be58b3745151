"""Changes as the terminal shows them: one line each, on one clock."""

from collections.abc import Iterator

from incident_mcp.cli.finding_lines import ending
from incident_mcp.workflow.what_changed import ChangeLine, ChangesReply


def changes_page(found: ChangesReply) -> Iterator[str]:
    """The headline and the likeliest suspect, then the ranked list."""
    yield from found.summary
    yield from (f"  {number:>2}  {_line(change)}" for number, change in enumerate(found.changes, 1))
    yield from ending(found, found.more)


def _line(change: ChangeLine) -> str:
    by = f", {change.by}" if change.by else ""
    aside = ", ".join(part for part in (f"{change.onset} the onset" if change.onset else "", change.relation) if part)
    query = f"   {change.query}" if change.query else ""
    return f"{change.at}  {change.target}: {change.what}{by}{f'  ({aside})' if aside else ''}{query}"
