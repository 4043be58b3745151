"""How it ended, in one vocabulary: recovered, not recovered, not yet known. No data is never green."""

from enum import StrEnum

from incident_mcp.vocabulary.value import Value


class Verdict(StrEnum):
    RECOVERED = "recovered"
    NOT_RECOVERED = "not recovered"
    NOT_YET_KNOWN = "not yet known"


class Kept(StrEnum):
    """What became of a plan's promise. Nobody but the server judges it."""

    AS_PROMISED = "as promised"
    BETTER_BEFORE = "better before the action"
    """It was so already when the write was sent: it healed by itself, and the change gets no credit."""
    NOT_AS_PROMISED = "not as promised"
    CANT_TELL = "can't tell"


class Check(Value):
    """One item of a verification: what was promised or looked at, how it stands, and what was seen."""

    what: str
    verdict: Verdict
    seen: str


def overall(checks: tuple[Check, ...]) -> Verdict:
    """The worst item decides; without items nothing is known."""
    verdicts = {check.verdict for check in checks}
    if Verdict.NOT_RECOVERED in verdicts:
        return Verdict.NOT_RECOVERED
    if not verdicts or Verdict.NOT_YET_KNOWN in verdicts:
        return Verdict.NOT_YET_KNOWN
    return Verdict.RECOVERED
