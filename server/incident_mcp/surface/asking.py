"""The approval question: a form with one box without a default, or the target's name to type.

Neither the plan nor the answer is an argument that the model could fill: both come from resolvers, and the SDK carries
the question over both protocol eras. What comes back is bound to the plan by the gate, not by the protocol.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mcp.server.mcpserver import AcceptedElicitation, DeclinedElicitation, Elicit, ElicitationResult
from mcp.types import ElicitResult
from pydantic import BaseModel, Field, create_model

from incident_mcp.vocabulary.answer import Said
from incident_mcp.vocabulary.plan import Plan, Question


@dataclass(frozen=True)
class NotAsked:
    """The question was not put to anybody, and why."""

    why: str


def form(question: Question) -> Elicit[Any]:
    """The question as the client draws it."""
    return Elicit(question.text, _schema(question.box, question.typed, question.boxes))


_BOX = "send_"
"""How the fields of several boxes begin; their number follows."""


@lru_cache(maxsize=64)
def _schema(box: str, typed: str | None, boxes: tuple[str, ...]) -> type[BaseModel]:
    if boxes:
        ticks: Any = {
            f"{_BOX}{number}": (bool | None, Field(None, title=title, strict=True))
            for number, title in enumerate(boxes, 1)
        }
        return create_model("Choice", **ticks)
    if typed is None:
        # Strict: a tick is true, and not what could be read as true.
        return create_model("Approval", approve=(bool, Field(title=box, strict=True)))
    return create_model("TypedApproval", name=(str, Field(title=box, max_length=253, strict=True)))


def said(answer: ElicitationResult[Any], plan: Plan) -> Said:
    """What the person said. Only accept *and* the tick (or the name, to the letter) is a yes."""
    if isinstance(answer, AcceptedElicitation):
        given = answer.data
        typed = plan.question.typed
        if typed is not None:
            return "accepted" if getattr(given, "name", None) == typed else "wrong name"
        if plan.question.boxes:
            return "accepted" if chosen(answer, plan) else "not ticked"
        return "accepted" if getattr(given, "approve", False) is True else "not ticked"
    return "declined" if isinstance(answer, DeclinedElicitation) else "cancelled"


def chosen(answer: ElicitationResult[Any], plan: Plan) -> tuple[int, ...]:
    """Of several boxes, the numbers (from 1) of those that are ticked; empty where the question has one or none."""
    if not isinstance(answer, AcceptedElicitation):
        return ()
    numbers = range(1, len(plan.question.boxes) + 1)
    return tuple(number for number in numbers if getattr(answer.data, f"{_BOX}{number}", None) is True)


def said_unread(answer: ElicitResult, plan: Plan) -> Said:
    """As `said`, of an answer that nobody has held against its form: for the record, never for a write."""
    if answer.action != "accept":
        return "declined" if answer.action == "decline" else "cancelled"
    given, typed = answer.content or {}, plan.question.typed
    if typed is not None:
        return "accepted" if given.get("name") == typed else "wrong name"
    if boxes := plan.question.boxes:
        ticked = any(given.get(f"{_BOX}{number}") is True for number in range(1, len(boxes) + 1))
        return "accepted" if ticked else "not ticked"
    return "accepted" if given.get("approve") is True else "not ticked"
