"""Walking the steps: printed, done, or undone. What is so already is said and left alone."""

import os
import shlex
from collections.abc import Iterator, Sequence

from incident_mcp.cli.separated.layout import Layout
from incident_mcp.cli.separated.program import strangers
from incident_mcp.cli.separated.step import Step
from incident_mcp.cli.separated.steps import steps
from incident_mcp.vocabulary.errors import BadRequest

GONE = "kubectl delete namespace incident-mcp"
_NAMED = 3


def shown(layout: Layout, assistants: Sequence[str], persons: Sequence[str]) -> Iterator[str]:
    """The steps as a script that a person can read and run, and what of it is so already."""
    yield "# The separated mode, step by step. As root, --do does what is not to be done by hand, --undo takes it away."
    for step in steps(layout, assistants, persons):
        yield f"\n# {step.title}{' (done)' if step.look() else ''}\n{step.shown}"
    if writable := strangers(layout):
        yield f"\n# Not safe yet: {_whose(layout, writable)}"


def done(layout: Layout, assistants: Sequence[str], persons: Sequence[str]) -> Iterator[str]:
    """Do what lacks. Raises `BadRequest` before anything is done, `StepFailed` where a command fails."""
    _check_root()
    _check_apart(assistants, persons)
    if writable := strangers(layout):
        raise BadRequest(_whose(layout, writable), "Nothing was done. docs/separated.md says how to install it.")
    changed, left = 0, list[Step]()
    for step in steps(layout, assistants, persons):
        if step.look():
            yield f"already: {step.title}"
        elif step.by_hand:
            left.append(step)
        else:
            for each in step.do:
                each.run()
            changed += 1
            yield f"done:    {step.title}"
    if not changed:
        yield "Nothing to change."
    for step in left:
        yield f"\nLeft to you: {step.title}\n{step.shown}"


def undone(layout: Layout, *, purge: bool) -> Iterator[str]:
    """Take away what was made, in the opposite order. Raises `BadRequest`, `StepFailed`."""
    _check_root()
    changed = 0
    for step in reversed(steps(layout, purge=purge)):
        if step.undo and step.there():
            for each in step.undo:
                each.run()
            changed += 1
            yield f"undone: {step.title}"
    if not changed:
        yield "Nothing to undo."
    elif not purge:
        yield f"Kept, for root alone: {layout.state} with the records, {layout.config} with policy and credential."
    if changed:
        yield f"The cluster still knows both accounts; this takes their tokens away: {GONE}"


def _check_root() -> None:
    if os.geteuid() != 0:
        raise BadRequest("Only root can do that.", "Nothing was done. Without --do the steps are printed.")


def _check_apart(assistants: Sequence[str], persons: Sequence[str]) -> None:
    if not assistants or not persons:
        raise BadRequest("--assistant USER and --approver USER name who proposes and who answers.", "Nothing was done.")
    if both := {*assistants} & {*persons}:
        raise BadRequest(
            f"{sorted(both)[0]} can't be both: what an assistant's user says is never a person's yes.",
            "Nothing was done. Give the assistant a user of its own.",
        )


def _whose(layout: Layout, writable: Sequence[object]) -> str:
    some = ", ".join(str(path) for path in writable[:_NAMED])
    more = f" and {len(writable) - _NAMED} more" if len(writable) > _NAMED else ""
    return f"{shlex.join(layout.program)} would run code that others than root may write: {some}{more}."
