"""Findings as the terminal shows them: each root with its signs and what to look at next, below it what it breaks."""

from collections.abc import Iterable, Iterator, Mapping

from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.findings import FindingLine
from incident_mcp.workflow.health import HealthReply

LABEL = 12


def health_page(found: HealthReply) -> Iterator[str]:
    """The headline, then finding by finding; the whole summary where there is none."""
    yield from found.summary[:1] if found.findings else found.summary
    yield from finding_lines(found.findings)
    if found.hygiene:
        yield "  Untidy, and no cause of anything:"
    yield from (f"  {line.code}  {line.title}: {line.targets}. {line.do}." for line in found.hygiene)
    yield from ending(found, found.more)


def finding_lines(findings: Iterable[FindingLine]) -> Iterator[str]:
    number, root = 0, None
    for finding in findings:
        if not finding.root:
            shows = finding.target == root
            yield (
                labelled("shows", finding.summary)
                if shows
                else labelled("breaks", f"{finding.target}: {finding.summary}")
            )
            continue
        number, root = number + 1, finding.target
        since = f" since {finding.since}" if finding.since else ""
        yield f"  {number}  {finding.code}  {finding.target}: {finding.summary}{since}"
        for sign in finding.evidence:
            yield labelled("evidence", sign)
        if finding.next_step:
            yield labelled("next", finding.next_step)


def ending(found: Reply, more: str = "") -> Iterator[str]:
    """What was left out, what could not be seen, and where the look is recorded."""
    if more:
        yield more
    if found.not_checked:
        yield f"Not checked: {', '.join(found.not_checked)}."
    if found.entry:
        where = f"incident {found.incident}" if found.incident else "unassigned, for the next incident to adopt"
        yield f"Recorded as {found.entry} ({where})."


def call_line(tool: str, arguments: Mapping[str, object]) -> str:
    """A call of one of our tools, complete."""
    return f"  The call: {tool} {' '.join(f'{name}={value}' for name, value in arguments.items())}"


def labelled(label: str, text: str) -> str:
    return f"     {label:<{LABEL}} {text}"
