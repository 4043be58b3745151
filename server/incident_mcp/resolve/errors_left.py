"""Are the errors back to what is usual? The error patterns since the change, against the time before the onset.

Only what a comparison calls new counts against a fix: many a healthy program logs errors. Without a comparison errors
are not yet known, however few; where no line was logged at all there is nothing to judge.
"""

from datetime import datetime

from incident_mcp.logs.patterns import LogPattern, Reading
from incident_mcp.text.fencing import quote
from incident_mcp.text.words import clock, count
from incident_mcp.vocabulary.verdict import Check, Verdict

WHAT = "error patterns"
LENGTH = 120
"""Characters of a pattern."""


def errors_left(reading: Reading, soaked: datetime) -> Check | None:
    """Judge what was read since the change; `soaked` is when the soak began. None: nothing was logged.

    A pattern that is new and still there in the soak is not recovered; one that has stopped since is not yet known.
    """
    if not reading.lines:
        return None
    errors = [each for each in reading.patterns if each.level == "error" and each.after and not each.blank]
    if not errors:
        return _check(Verdict.RECOVERED, f"no error in {count(reading.lines, 'line')}")
    if not reading.compared:
        words = f"{_told(errors[0], reading.last)}, and no earlier log to compare with"
        return _check(Verdict.NOT_YET_KNOWN, words)
    fresh = [each for each in errors if each.tier]
    if not fresh:
        return _check(Verdict.RECOVERED, f"{count(len(errors), 'error pattern')} as before the onset")
    lasting = [each for each in fresh if each.last is None or each.last >= soaked]
    verdict = Verdict.NOT_RECOVERED if lasting else Verdict.NOT_YET_KNOWN
    worst = (lasting or fresh)[0]
    return _check(verdict, f"{worst.tier}: {_told(worst, reading.last)}")


def _check(verdict: Verdict, seen: str) -> Check:
    return Check(what=WHAT, verdict=verdict, seen=seen)


def _told(pattern: LogPattern, day: datetime | None) -> str:
    last = f", last {clock(pattern.last, day)}" if pattern.last else ""
    return f"{quote(pattern.template, LENGTH)} {count(pattern.after, 'time')}{last}"
