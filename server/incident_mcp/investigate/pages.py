"""The catalogue for a reader: one kind of finding in a terminal, all of them as the page `docs/findings.md`."""

from collections.abc import Iterator

from incident_mcp.investigate.catalogue import FAMILIES
from incident_mcp.investigate.kinds.kind import Kind

_HEAD = """\
# Findings

What `assess_incident` and `check_health` can find. A code and its word never change their meaning: search for them,
count them, silence them (`silence` in the settings). This page is made from the code; a test keeps it current.

A finding on one object explains the shallower ones on the same object, and what hangs on that object: a missing Secret
explains the Deployment that can't start, that the Service without endpoints, and that the route that answers 503.
"""


def page() -> str:
    """All kinds, by family and code."""
    return "\n".join([_HEAD, *(line for title, kinds in FAMILIES for line in _family(title, kinds))])


def _family(title: str, kinds: tuple[Kind, ...]) -> Iterator[str]:
    yield from (f"## {title}", "", "| Code | Cause | What was found | What it means |", "|---|---|---|---|")
    for kind in sorted(kinds, key=lambda kind: kind.code):
        yield f"| {kind.code} | `{kind.cause}` | {kind.title} | {kind.means} |"
    yield ""


def explanation(kind: Kind) -> str:
    """One kind, as `incident-mcp explain` prints it."""
    return "\n".join(
        (
            f"{kind.code}  {kind.cause}",
            f"{kind.title}.",
            "",
            kind.means,
            "",
            f'Not to be told of it: silence = ["{kind.code}"] in the settings, or "{kind.code} NAMESPACE/NAME".',
        )
    )
