"""Take back what an earlier plan of ours did: exactly the fields that it changed, each back to the value before.

It is a plan like any other: shown, approved, carried out once. Where somebody has changed one of those fields since,
there is nothing to restore to the letter, and it says who. Evictions, deletions and restarts can't be taken back.
"""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

from pydantic import Field

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.json_parts import Json
from incident_mcp.cluster.kinds import as_workload_kind
from incident_mcp.cluster.managed_fields import last_changer
from incident_mcp.cluster.template_diff import differences
from incident_mcp.cluster.workloads import workload_object, workload_seen
from incident_mcp.mitigate.inverse import inverse, stands, touched
from incident_mcp.mitigate.landing import object_path
from incident_mcp.mitigate.pointers import TEMPLATE, UID, fact, owned_path, value_at
from incident_mcp.mitigate.rollouts import WITHIN, exposure, ready_words
from incident_mcp.mitigate.warnings.scaling import fought
from incident_mcp.mitigate.writing import ObjectAction
from incident_mcp.record.plans import PlanStory
from incident_mcp.text.fencing import quote
from incident_mcp.text.words import clock as time_of_day
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.observation import WorkloadSeen
from incident_mcp.vocabulary.plan import UNDO, Draft, Fact, Plan, Promise, Risk, Undo, Write, canonical
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

Earlier = Callable[[str], Awaitable[tuple[Plan, PlanStory]]]
"""A plan of the record by its id, and what became of it. Raises `BadRequest` when there is none."""
Found = tuple[Write, Json]
"""An earlier write, and the object that it went to as it is now."""


class UndoArguments(Value):
    """An earlier plan."""

    plan: str = Field(description="The id of a plan that was carried out.", max_length=40)


class UndoAction(ObjectAction):
    """Restores the fields that an earlier plan touched."""

    name = UNDO
    title = "Undo a change"
    description = (
        "Put back the fields that an earlier plan changed, unless somebody changed them since. A person is asked first."
    )
    arguments = UndoArguments

    def __init__(self, api: Api, clock: Clock, earlier: Earlier) -> None:
        super().__init__(api, clock)
        self._earlier = earlier

    async def preview(self, arguments: UndoArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` for a plan that changed nothing, can't be taken back, or whose fields changed since."""
        plan, story = await self._earlier(arguments.plan)
        if story.outcome not in ("applied", "applied in part", "aborted", "unknown"):
            raise BadRequest(f"Plan {plan.id} changed nothing ({story.outcome or story.state}).", "Nothing is to undo.")
        if not plan.draft.undo.action:
            raise BadRequest(f"Plan {plan.id} ({plan.draft.headline}) can't be undone.", plan.draft.undo.shown)
        back = await self._back(plan)
        writes = tuple(write for one in back if (write := inverse(*one)))
        main = next((one for one in back if one[0].target == plan.draft.target), back[0])
        first = next(w for w in writes if w.path == main[0].path)
        rehearsal = await self.rehearsed(first)
        object_now = await self.api.get_json(object_path(main[0]))
        draft = await self._draft(plan, main[0], back, writes, object_now)
        draft = await self.permitted(rehearsal.into(draft), *(one for one in writes if one is not first))
        template, counts = value_at(rehearsal.after, TEMPLATE), [*_counts(back)]
        fights = partial(fought, after=counts[0]) if counts else None
        return await self.warned(draft, object_now, template, known=known, of=fights)

    async def _back(self, plan: Plan) -> list[Found]:
        """The earlier writes that stand, the last one first, each with its object."""
        standing: list[Found] = []
        for write in reversed(plan.draft.writes):
            if not touched(write) or write.abort_within:
                continue
            live = await self.api.get_json(write.path)
            match stands(write, live):
                case "after":
                    standing.append((write, live))
                case "changed":
                    raise await self._changed_since(plan, write, live)
                case "before":
                    continue
        if not standing:
            can = any(touched(write) for write in plan.draft.writes)
            why = "is undone already, or never took effect" if can else "can't be undone: nothing of it can be put back"
            raise BadRequest(f"Plan {plan.id} ({plan.draft.headline}) {why}.", plan.draft.undo.shown)
        return standing

    async def _changed_since(self, plan: Plan, write: Write, live: Json) -> BadRequest:
        thing = await self.api.get_json(object_path(write))
        names: set[str] = set()
        for path, (_, left) in touched(write).items():
            name, _ = last_changer(thing, tuple(owned_path(thing, path)), left, value_at(live, path))
            names.update([name] if name else [])
        who = f"field manager {', '.join(sorted(names))}" if names else "somebody"
        return BadRequest(
            f"{write.target} was changed by {who} since plan {plan.id}: what that plan changed is no longer there to "
            "put back.",
            "Look at it (read_object, rollout_history) and plan a change of its own.",
        )

    async def _draft(self, plan: Plan, main: Write, back: list[Found], writes: tuple[Write, ...], now: Json) -> Draft:
        """`main` is what it is about: the plan's own target, or what else still stands of the plan."""
        target = main.target
        whole = target == plan.draft.target
        workload = await self._workload(target)
        risk, because = _risk(back, workload)
        replaced = any(TEMPLATE in path for write, _ in back for path in touched(write))
        at = time_of_day(self.clock())
        pods = "No pod is replaced"
        if workload is not None:
            pods = f"{workload.desired} pods replaced" if replaced else pods
            pods = f"{pods}, {ready_words(workload)} at {at}"
        return Draft(
            target=target,
            title=f"Undo {plan.id}",
            headline=f"undo plan {plan.id} on {target}",
            before=plan.draft.after if whole else f"done: {main.shown}",
            after=plan.draft.before if whole else "as it was before",
            arguments={"plan": plan.id},
            pods=pods,
            facts=tuple(_facts(plan, target, back, now)),
            writes=writes,
            diff=tuple(_difference(back)),
            warnings=tuple(_left(plan)),
            risk=risk,
            high_because=because,
            promise=Promise(ready=_count(back, workload), within=WITHIN) if workload else None,
            undo=Undo(action=UNDO, shown=f"Undo: {plan.draft.headline}, again."),
            kubectl="(no single command: the fields above are put back one by one)",
        )

    async def _workload(self, target: Ref) -> WorkloadSeen | None:
        if as_workload_kind(target) is None:
            return None
        return workload_seen(await workload_object(self.api, target), target.kind)


def _risk(back: list[Found], workload: WorkloadSeen | None) -> tuple[Risk, str]:
    if workload is None:
        return "normal", ""
    after = _count(back, workload)
    if after == 0:
        return "high", "scale to zero stops it"
    if (workload.desired - after) * 2 > workload.desired:
        return "high", "more than half of its pods go"
    replaced = any(TEMPLATE in path for write, _ in back for path in touched(write))
    return exposure(workload) if replaced else ("normal", "")


def _count(back: list[Found], workload: WorkloadSeen | None) -> int:
    """The replicas that it will have."""
    return next(_counts(back), workload.desired if workload else 0)


def _counts(back: list[Found]) -> Iterator[int]:
    """The replicas of each scaling that is taken back."""
    for write, _ in back:
        if write.path.endswith("/scale"):
            yield int(value_at(touched(write)["/spec"][0], "/replicas") or 0)


def _facts(plan: Plan, target: Ref, back: list[Found], now: Json) -> Iterator[Fact]:
    yield fact(now, UID, "the same object")
    for write, _ in back:
        if write.target != target:
            continue
        for path in touched(write):
            pointer = "/spec/replicas" if write.path.endswith("/scale") else path
            yield fact(now, pointer, f"{pointer} as plan {plan.id} left it")


def _difference(back: list[Found]) -> Iterator[str]:
    for write, live in back:
        for path, (old, _) in touched(write).items():
            now = value_at(live, path)
            if path == TEMPLATE:
                yield from differences(now, old)
            else:
                yield f"{path}: {_short(now)} -> {_short(old)}"


def _short(value: Any) -> str:
    """What stands in the object is somebody's text."""
    if value is None or isinstance(value, bool | int):
        return "nothing" if value is None else str(value)
    return quote(Untrusted(value if isinstance(value, str) else canonical(value).decode()), 60)


def _left(plan: Plan) -> Iterator[str]:
    lost = [write.shown for write in plan.draft.writes if not touched(write)]
    if lost:
        yield f"can't be taken back: {lost[0]}" + (f" and {len(lost) - 1} more" if len(lost) > 1 else "")
