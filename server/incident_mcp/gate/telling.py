"""What came of a plan of messages, told one by one: that one failed never hides that another went out."""

from collections.abc import Mapping
from datetime import datetime

from incident_mcp.vocabulary.action import Landed
from incident_mcp.vocabulary.answer import Outcome
from incident_mcp.vocabulary.plan import Plan, Write


def came_of_messages(
    plan: Plan,
    states: Mapping[int, Landed],
    whys: Mapping[int, str],
    chosen: tuple[int, ...] | None,
    sent: datetime | None,
    ended: str = "",
) -> Outcome:
    """One outcome for all, and its lines one for each. A message without a state was never sent: `ended` says why.
    `chosen` are the numbers of those that were ticked; None: all.
    """
    writes = dict(enumerate(plan.draft.writes, 1))
    wanted = [number for number in writes if chosen is None or number in chosen]
    lines = [_line(number, write, states, whys, wanted, ended) for number, write in writes.items()]
    found = [states.get(number, "not applied") for number in wanted]
    gone = found.count("applied")
    if "unknown" in found:
        status, head = "unknown", "Unknown for at least one"
    elif gone and gone == len(found):
        status, head = "sent", f"{plan.draft.headline}: sent"
    elif gone:
        status, head = "sent in part", f"Sent in part: {plan.draft.headline}"
    else:
        status, head = "not sent", "Not sent"
    text = f"{head}. {' '.join(lines)}"
    return Outcome(status=status, text=text, sent=sent if states else None)


def _line(
    number: int, write: Write, states: Mapping[int, Landed], whys: Mapping[int, str], wanted: list[int], ended: str
) -> str:
    if number not in wanted:
        return f"{write.box}: left out, as the person chose."
    why = whys.get(number) or ended
    match states.get(number):
        case "applied" | "not needed":
            return f"{write.box}: sent."
        case "unknown":
            return f"{write.box}: unknown, sent but not confirmed, and not repeated. {why} {write.looks}".strip()
        case _:
            return f"{write.box}: not sent. {why}".strip()
