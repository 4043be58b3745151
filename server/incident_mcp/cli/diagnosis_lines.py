"""A diagnosis as the terminal shows it: the chain, the checklist, the decision tree, the call that fits."""

from collections.abc import Iterator

from incident_mcp.cli.beside_lines import beside_lines
from incident_mcp.cli.finding_lines import call_line, ending, finding_lines, labelled
from incident_mcp.workflow.diagnosis import DiagnosisReply

MARKS = {"found": "[x]", "ruled out": "[ ]", "not checked": "[?]"}


def diagnosis_page(found: DiagnosisReply) -> Iterator[str]:
    """The headline, then finding by finding, then what was gone through."""
    yield found.summary[0]
    yield from finding_lines(found.findings)
    yield from beside_lines(found, labelled)
    for label, words in (("state", found.state), ("rollout", found.rollout), ("uses", found.usage)):
        if words:
            yield labelled(label, words)
    for line in found.metrics:
        yield labelled("metrics", f"{line.what}   {line.query}")
    for line in found.alerts:
        yield labelled("alert", line)
    yield ""
    for line in found.checklist:
        yield f"  {MARKS[line.state]} {line.issue}: {line.state}, {line.why}"
    yield ""
    yield from (f"  {branch}" for branch in found.decision_tree)
    if found.propose:
        yield call_line(found.propose.tool, found.propose.arguments)
    yield from ending(found, found.more)
