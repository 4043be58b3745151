"""What is asked of the gate, and what it answers with before a person has spoken."""

from typing import Any

from pydantic import JsonValue, ValidationError

from incident_mcp.record.plans import PlanStory
from incident_mcp.vocabulary.action import Action, Known
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.vocabulary.value import Value


class Request(Value):
    """A change that somebody wants: which action with which arguments, for which incident, asked by whom."""

    action: str
    arguments: dict[str, JsonValue]
    incident: str | None
    by: Actor
    known: Known = Known()
    asks: bool = False
    """Whether a person is about to be asked: then what was declined before needs new evidence."""
    evidence: tuple[str, ...] = ()
    """Entries that reading tools wrote since the change was declined."""


class Proposal(Value):
    """A plan that waits for a person. `moved` says what moved since an earlier plan for the same change."""

    plan: Plan
    story: PlanStory
    entry: str
    """The id of the plan's entry."""
    moved: str = ""


def typed_arguments(action: Action[Any], arguments: dict[str, JsonValue]) -> Any:
    """The action's own argument type. Raises `BadRequest` that lists what the action takes."""
    try:
        return action.arguments.model_validate(arguments)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc']) or 'arguments'}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        )
        raise BadRequest(f"{action.name} can't be called like this: {wrong}.", argument_list(action)) from error


def argument_list(action: Action[Any]) -> str:
    """`rollback_workload takes kind, namespace, name, revision (optional).`"""
    fields = action.arguments.model_fields.items()
    names = ", ".join(name if field.is_required() else f"{name} (optional)" for name, field in fields)
    return f"{action.name} takes {names}."
