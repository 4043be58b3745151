"""What all actions on one object share: their facts are fields of it, their writes go out as the plan lists them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.evidence import evidence_of
from incident_mcp.cluster.kinds import path_of
from incident_mcp.cluster.look import together
from incident_mcp.cluster.managed_fields import last_changer
from incident_mcp.cluster.writes import rehearse, send
from incident_mcp.mitigate.admission import ask_as_a_pod
from incident_mcp.mitigate.landing import landed, object_path
from incident_mcp.mitigate.pointers import fact, owned_path, value_at
from incident_mcp.mitigate.promises import kept_now
from incident_mcp.mitigate.surroundings import Surroundings, read_around
from incident_mcp.mitigate.suspending import with_suspension
from incident_mcp.mitigate.warnings.configuration import missing
from incident_mcp.mitigate.warnings.others import changed_since
from incident_mcp.mitigate.warnings.ownership import reverted
from incident_mcp.mitigate.warnings.room import no_room, outside_limits, surge
from incident_mcp.text.words import duration, listed
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known, Landed
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import Conflict, Forbidden, Invalid, NotFound, Throttled
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Draft, Fact, Plan, Write
from incident_mcp.vocabulary.value import Value

WarningsOf = Callable[[Surroundings], Iterable[str]]
"""An action's own warnings, from what stands around its target."""
SUSPEND_SYNC = "Also suspend the GitOps sync that would put it back."
"""What an action's argument of that name says."""
CONTROLLER = "kube-controller-manager"


class Rehearsal(Value):
    """What a dry run gave: the object as it would be, or why there is none."""

    after: dict[str, Any] | None = None
    refused: str = ""
    warning: str = ""

    def into(self, draft: Draft) -> Draft:
        """The draft with what this rehearsal means for it. An incomplete preview is a higher risk."""
        if self.after is not None:
            return draft
        seen = {"preview_complete": False, "refused": self.refused, "risk": "high"}
        because = self.warning or "the API server would refuse it"
        return draft.model_copy(
            update=seen | {"warnings": (*draft.warnings, because), "high_because": draft.high_because or because}
        )


class ObjectAction:
    """The part of the `Action` protocol that does not depend on what is changed."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self.api = api
        self.clock = clock

    async def facts_now(self, plan: Plan) -> tuple[Fact, ...]:
        try:
            live = await self._live(plan)
        except NotFound:
            live = {}
        return tuple(_again(live, old) for old in plan.draft.facts)

    async def moved_by(self, plan: Plan) -> str:
        target = plan.draft.target
        since = f"Since the plan was made ({duration(self.clock() - plan.made)} ago)"
        try:
            live = await self._live(plan)
        except NotFound:
            return f"{since} {target} was deleted."
        moved = [old for old in plan.draft.facts if _again(live, old).value != old.value]
        if any(old.pointer == "/metadata/uid" for old in moved):
            return f"{since} {target} was deleted and made anew."
        managers = {_changer(live, old) for old in moved} - {None}
        managers = managers - {CONTROLLER} or managers  # it only follows what somebody else changed
        who = f"field manager {listed(sorted(str(manager) for manager in managers))}" if managers else "somebody"
        no_longer = listed(list(dict.fromkeys(old.shown for old in moved)))
        return f"{since} {who} changed {target}: it is no longer at {no_longer}."

    async def _live(self, plan: Plan) -> dict[str, Any]:
        target = plan.draft.target
        write = next((one for one in plan.draft.writes if one.target == target), None)
        return await self.api.get_json(object_path(write) if write else path_of(target))

    async def rehearsed(self, write: Write) -> Rehearsal:
        """The server's answer to a write as a dry run; without the right for it, or where a webhook can't take part,
        the plan is still worth showing, and says so.
        """
        try:
            return Rehearsal(after=await rehearse(self.api, write))
        except (Forbidden, Throttled) as error:  # no right, a quota; a disruption budget
            return Rehearsal(refused=error.happened)
        except Invalid as error:
            if "dry run" not in error.happened:
                raise
            return Rehearsal(warning="the API server can't preview this (a webhook has side effects)")

    async def permitted(self, draft: Draft, *writes: Write) -> Draft:
        """The draft after the dry runs of its further writes too: where one is not allowed, nobody is asked."""
        try:
            await together([partial(self._rehearse, write) for write in writes])
        except Forbidden as error:
            return Rehearsal(refused=error.happened).into(draft)
        return draft

    async def warned(
        self,
        draft: Draft,
        live: dict[str, Any],
        template: Any = None,
        *,
        more: int | None = None,
        suspend: bool = False,
        known: Known = NOTHING_KNOWN,
        of: WarningsOf | None = None,
    ) -> Draft:
        """The draft with what stands in its way, or will put it back. `template` is what new pods are made from, `more`
        how many there will be on top of the present ones (None: as many as the rollout's surge). `suspend`: the
        sync that would put it back is suspended first.
        """
        thing = {"kind": draft.target.kind, **live}
        around = await read_around(self.api, self.clock, draft.target, thing, template)
        if suspend:
            draft = with_suspension(draft, around.sync)
            draft = await self.permitted(draft, draft.writes[0])
        found = [] if suspend else [*reverted(around.sync)]
        unchecked: list[str] = []
        if template is not None:
            asked = await ask_as_a_pod(self.api, draft.target, template)
            found += _of_new_pods(asked.refused, around, surge(thing) if more is None else more)
            unchecked = [f"whether its pods would be taken: {asked.unchecked}"] if asked.unchecked else []
        found += of(around) if of else []
        found += changed_since(live, known.opened)
        warnings = (*draft.warnings, *dict.fromkeys(found))
        return draft.model_copy(update={"warnings": warnings, "unchecked": (*draft.unchecked, *unchecked)})

    async def rehearse(self, plan: Plan) -> None:
        """All at once: none of a plan's writes rests on another one of it, but for an abort, which tests for what is
        not there yet; what it needs is what the write needs that it puts back.
        """
        await together([partial(self._rehearse, write) for write in plan.draft.writes if not write.abort_within])

    async def _rehearse(self, write: Write) -> None:
        try:
            await rehearse(self.api, write)
        except (NotFound, Conflict):
            if not write.may_be_gone:
                raise
        except Throttled:
            if not write.patient:
                raise

    async def evidence(self, plan: Plan, since: datetime | None = None) -> dict[str, Any]:
        """What is about to go: the target, its pods, their events and logs."""
        return await evidence_of(self.api, plan.draft.target, self.clock(), since)

    async def kept(self, plan: Plan) -> bool | None:
        return await kept_now(self.api, plan)

    async def alarm(self, plan: Plan, since: datetime) -> str:
        return ""

    async def apply(self, write: Write, permit: Permit) -> tuple[str, ...]:
        await send(self.api, write, permit, self.clock())
        return ()

    async def landed(self, write: Write, since: datetime) -> Landed:
        return await landed(self.api, write, since)


def _of_new_pods(refused: str, around: Surroundings, more: int) -> list[str]:
    gone = [*missing(around)]
    if refused:  # the API server's own word, which says it better than our arithmetic
        return [f"a new pod would be refused: {refused}", *gone]
    return [*gone, *no_room(around, more), *outside_limits(around)]


def _changer(live: dict[str, Any], old: Fact) -> str | None:
    """The field manager that moved a fact; of several in one second, the one that owns most of the difference."""
    path = tuple(owned_path(live, old.pointer))
    return last_changer(live, path, old.value, value_at(live, old.pointer))[0]


def _again(live: dict[str, Any], old: Fact) -> Fact:
    """A fact as it is now. A field that is left out is a false one."""
    found = fact(live, old.pointer, old.shown)
    return found if found.value is not None or old.value is not False else found.model_copy(update={"value": False})
