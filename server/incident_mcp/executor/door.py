"""Door b as an approver holds it in the separated mode: their own user here, the passphrase checked over there.

It is a `Door` of the gate's; the console's, likewise.
"""

from pathlib import Path
from typing import Literal

from incident_mcp.executor.call import Call, Told, asked, untold
from incident_mcp.executor.protocol import Approve, Decline, Execute, Find, Hello, Lift, Reopen, Standing, Stop, Waiting
from incident_mcp.gate.stopping import Halt
from incident_mcp.record.plans import PlanStory
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.answer import Outcome
from incident_mcp.vocabulary.entry import Entry
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.plan import Plan

NOBODY = "No passphrase is set at the executor, so nothing can be approved: incident-mcp init, as its user."


class RemoteDoor:
    """One door of the executor at `path`. Everything raises `ExecutorAway`, `Stranger`, and as `PersonsDoor`."""

    def __init__(self, path: Path, door: Literal["terminal", "console"]) -> None:
        self.path = path
        self._door: Literal["terminal", "console"] = door

    def standing(self) -> Standing:
        return asked(self.path, Hello(), Standing)

    def told(self) -> tuple[str, ...]:
        """What a person must know of the doors before the first question."""
        chat = "The chat is no door for approvals: an approver's own user approves, incident-mcp approve."
        try:
            standing = self.standing()
        except IncidentError as error:
            return (chat, str(error))
        nobody = () if standing.persons else (NOBODY,)
        return (chat, *nobody, *standing.told)

    def anybody(self) -> bool:
        """Whether somebody has a passphrase."""
        return self.standing().persons != 0

    def waiting(self) -> list[tuple[Plan, PlanStory]]:
        return asked(self.path, Waiting(), list[tuple[Plan, PlanStory]])

    def find(self, plan_id: str) -> tuple[Plan, PlanStory]:
        return asked(self.path, Find(plan=plan_id), tuple[Plan, PlanStory])

    async def approve(
        self, plan: Plan, name: str, passphrase: str, typed: str | None = None, chosen: tuple[int, ...] | None = None
    ) -> Entry:
        request = Approve(plan=plan.id, door=self._door, name=name, passphrase=passphrase, typed=typed, chosen=chosen)
        return asked(self.path, request, Entry)

    async def decline(self, plan: Plan, by: Actor) -> Entry:
        """Whoever `by` says it is: the executor records the user that the kernel names."""
        return asked(self.path, Decline(plan=plan.id, door=self._door), Entry)

    async def reopen(self, plan: Plan, name: str, passphrase: str) -> Entry:
        return asked(self.path, Reopen(plan=plan.id, door=self._door, name=name, passphrase=passphrase), Entry)

    def carry_out(self, plan: Plan, by: Actor, tell: Told = untold) -> Outcome:
        """Have an approved plan carried out, where the assistant can't ask for it any more."""
        return Outcome.model_validate(Call(self.path, Execute(plan=plan.id, by=by)).run(tell))

    def stop(self, why: str) -> Halt:
        """Stop all changes."""
        return asked(self.path, Stop(why=why[:400]), Halt)

    def lift(self, name: str, passphrase: str) -> bool:
        """Allow changes again; False when they were not stopped."""
        return asked(self.path, Lift(name=name, passphrase=passphrase), bool)
