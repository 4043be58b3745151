"""An assessment as the terminal shows it: the worst cause first, each statement with the entry that holds it."""

from collections.abc import Iterator
from datetime import datetime

from incident_mcp.cli.beside_lines import beside_lines
from incident_mcp.cli.finding_lines import call_line, ending
from incident_mcp.text.words import clock
from incident_mcp.workflow.assessment import AssessmentReply, RootLine

WIDTH = 104
_LABEL = 14


def assessment_lines(found: AssessmentReply, now: datetime) -> Iterator[str]:
    """The lines of the first picture: what is not well, why, what it breaks, how bad, what to do."""
    headline = found.summary[0].partition(": ")[2].rstrip(".")
    yield f"{clock(now)}  assess: {headline:<74} {found.took}"
    yield from _body(found)


def assessment_page(found: AssessmentReply) -> Iterator[str]:
    """The same as a command's whole answer: the cluster's name first, the call to make and the entry last."""
    yield found.summary[0]
    if found.findings:
        yield from _body(found)
        yield from _gone_through(found)
    else:
        yield from (_labelled("alerts", line) for line in found.alerts)
    if found.propose:
        yield call_line(found.propose.tool, found.propose.arguments)
    yield from ending(found.model_copy(update={"not_checked": ()}), found.more)


def _gone_through(found: AssessmentReply) -> Iterator[str]:
    """What a person has no time to ask: the quick questions, the common issues, and whether somebody has answered."""
    yield ""
    yield from (f"  {question}" for question in found.quick_questions)
    if found.common_issues:
        yield from (f"  [x] {issue}" for issue in found.common_issues.found)
        if found.common_issues.ruled_out:
            yield f"  [ ] ruled out by {found.common_issues.by}: {', '.join(found.common_issues.ruled_out)}"
        yield from (f"  [?] not checked: {issue}" for issue in found.common_issues.not_checked)
    if found.severity and found.severity.response:
        yield f"  Response {found.severity.response}; escalation: {found.severity.escalation}"


def _body(found: AssessmentReply) -> Iterator[str]:
    faults = [each for each in found.findings if each.severity != "notice"]
    for number, root in enumerate(faults, 1):
        yield from _root(number, root)
    for root in found.findings[len(faults) :]:
        yield _labelled("noted", f"{root.target}: {root.summary}")
    if faults:
        yield from _about(found)


def _about(found: AssessmentReply) -> Iterator[str]:
    """How bad it is, seen from all sides."""
    for number, line in enumerate(found.from_here):
        yield _labelled("" if number else "from here", line)
    yield _labelled("trend", found.trend)
    if found.severity:
        reasons = ", ".join(found.severity.reasons)
        yield _labelled("proposed", f"{found.severity.severity}, answer {found.severity.answer}: {reasons}.")
        yield _labelled("", "A person sets it.")
    for line in found.metrics:
        yield _labelled("metrics", f"{line.what}{f'   {line.query}' if line.query else ''}")
    for line in found.alerts:
        yield _labelled("alerts", line)
    for report in found.reported:
        yield _labelled("reported", f"{report.text}  {report.entry}")
    if found.not_checked:
        yield _labelled("not checked", ", ".join(found.not_checked))
    yield from _decision(found)


def _decision(found: AssessmentReply) -> Iterator[str]:
    if found.decision_tree:
        yield ""
        *before, last = found.decision_tree
        yield from (f"  {branch}." for branch in before)
        yield f"  {last}. So: {found.so}."


def _root(number: int, root: RootLine) -> Iterator[str]:
    since = f" since {root.since}" if root.since else ""
    yield f"  {number}  {root.target}   {root.state}{since}"
    yield _line("cause", root.summary, root.entry)
    if root.evidence:
        yield _line("evidence", root.evidence[0], root.evidence_entry)
    for label, cited in (*(("alert", one) for one in root.alerts), ("changed", root.changed), ("breaks", root.breaks)):
        if cited is not None:
            yield _line(label, cited.text, cited.entry)
    yield from beside_lines(root, lambda label, text: _line(label, text, None))


def _line(label: str, text: str, entry: str | None) -> str:
    return f"     {label:<{_LABEL - 5}} {text:<{WIDTH}} {entry or ''}".rstrip()


def _labelled(label: str, text: str) -> str:
    return f"  {label:<{_LABEL - 2}} {text}"
