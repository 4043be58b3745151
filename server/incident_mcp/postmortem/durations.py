"""The durations that people report of an incident, counted between its milestones.

Time to detect counts from the onset to the opening; acknowledge, mitigate and resolve count from the opening, as most
teams report them. One whose milestone is not in the record is left out: it is not zero.
"""

from collections.abc import Sequence
from datetime import timedelta

from incident_mcp.postmortem.changes import plans_told
from incident_mcp.postmortem.corrections import uncorrected
from incident_mcp.postmortem.milestones import milestones
from incident_mcp.record.acknowledgement import acknowledgement
from incident_mcp.text.words import duration
from incident_mcp.vocabulary.entry import Entry
from incident_mcp.vocabulary.value import Value


class Durations(Value):
    """None where the record does not hold the milestone."""

    detect: timedelta | None = None
    acknowledge: timedelta | None = None
    mitigate: timedelta | None = None
    resolve: timedelta | None = None

    def __str__(self) -> str:
        told = (
            ("detected", self.detect, " after the onset"),
            ("acknowledged", self.acknowledge, ""),
            ("mitigated", self.mitigate, ""),
            ("resolved", self.resolve, ""),
        )
        return ", ".join(f"{verb} after {duration(span)}{tail}" for verb, span, tail in told if span is not None)


def durations(entries: Sequence[Entry]) -> Durations:
    """Of one incident's entries, in order, at least the first."""
    live = uncorrected(entries)
    marks = milestones(live, plans_told(live))
    opened = marks.opened.happened
    answered = acknowledgement(live)
    mitigation = marks.mitigation.outcome if marks.mitigation else None
    moments = {
        "acknowledge": answered.happened if answered else None,
        "mitigate": mitigation.happened if mitigation else None,
        "resolve": marks.resolution.happened if marks.resolution else None,
    }
    spans = {name: at - opened for name, at in moments.items() if at is not None and at >= opened}
    if marks.onset and marks.onset.happened <= opened:
        spans["detect"] = opened - marks.onset.happened
    return Durations.model_validate(spans)
