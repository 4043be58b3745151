"""Which of several messages a person ticks at the terminal: all, or those that they name by number or by a word."""

from incident_mcp.cli.terminal import ask_line
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import Plan


def ticked(plan: Plan, only: str | None) -> tuple[int, ...] | None:
    """The numbers, from 1; None: the plan as a whole. Asks where `only` does not say. Raises `BadRequest`."""
    boxes = plan.question.boxes
    if not boxes:
        if only is None:
            return None
        raise BadRequest("This plan has one box, so there is nothing to choose from.", "Leave out --only.")
    lines = "\n".join(f"{number}  {box}" for number, box in enumerate(boxes, 1))
    said = only if only is not None else ask_line(f"{lines}\nWhich of them? Enter: all; else for example 1,2: ")
    if only is None and not said:
        return None
    chosen = {number for one in said.split(",") if one.strip() for number in _meant(plan, one)}
    if not chosen:
        raise BadRequest("No box was named.", "Nothing is approved.")
    return tuple(sorted(chosen))


def _meant(plan: Plan, word: str) -> list[int]:
    """By its number, or those with the word in their title or in where they go: `e-mail`, `statuspage`."""
    boxes, wanted = plan.question.boxes, _plain(word)
    if wanted.isdecimal() and 1 <= int(wanted) <= len(boxes):
        return [int(wanted)]
    targets = [write.target.kind for write in plan.draft.writes if write.box]
    found = [
        number
        for number, (box, kind) in enumerate(zip(boxes, targets, strict=True), 1)
        if wanted and wanted in _plain(f"{box} {kind}")
    ]
    if not found:
        raise BadRequest(f"No box is {word.strip()[:40]!r}.", f"There are: {'; '.join(boxes)}. Nothing is approved.")
    return found


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
