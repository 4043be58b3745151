"""Cordon, uncordon or drain a node, as kubectl does it: `spec.unschedulable`, then one eviction a pod.

A drain is one plan of many writes. What kubectl would stop at (pods without a controller, data in an emptyDir) is left
on the node and named; a disruption budget holds an eviction back, which is tried again until the plan's bound.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Literal

from pydantic import Field

from incident_mcp.cluster.json_parts import Json, items
from incident_mcp.cluster.kinds import collection, path_of
from incident_mcp.cluster.look import together
from incident_mcp.cluster.object_meta import ref_of, uid_of
from incident_mcp.cluster.writes import rehearse
from incident_mcp.mitigate.evicting import Sorted, eviction, sort_pods
from incident_mcp.mitigate.pointers import UID, fact, put, tests, value_at
from incident_mcp.mitigate.writing import ObjectAction, Rehearsal
from incident_mcp.text.words import clock, count, listed
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.errors import BadRequest, Conflict, Forbidden, NotFound, ServerFailed, Throttled
from incident_mcp.vocabulary.plan import UNDO, Draft, Fact, Plan, Promise, Undo, Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

UNSCHEDULABLE = "/spec/unschedulable"
MOST = 120
"""Evictions in one plan: more than the 110 pods that a kubelet takes by default."""
NAMED = 4
What = Literal["cordon", "uncordon", "drain"]


class CordonArguments(Value):
    """A node, and what to do with it."""

    name: str = Field(max_length=253)
    do: What
    local_data: bool = Field(False, description="drain: evict pods with emptyDir too; their data is lost.")
    minutes: int = Field(5, description="drain: try what budgets hold back so long.", ge=1, le=30)


class CordonNode(ObjectAction):
    """`kubectl cordon`, `uncordon` and `drain --ignore-daemonsets`."""

    name = "cordon_node"
    title = "Cordon or drain a node"
    description = (
        "Keep new pods off a node (cordon), let them back (uncordon), or also evict its pods within their budgets "
        "(drain). A person is asked first."
    )
    arguments = CordonArguments

    async def preview(self, arguments: CordonArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` where there is nothing to do, or too many pods for one plan."""
        target = Ref(kind="Node", name=arguments.name)
        live = await self.api.get_json(path_of(target))
        is_now = bool(value_at(live, UNSCHEDULABLE))
        if arguments.do == "drain":
            return await self._drain(target, live, arguments)
        shall_be = arguments.do == "cordon"
        if is_now == shall_be:
            raise BadRequest(f"{target} is {'cordoned' if is_now else 'not cordoned'} already.", "Nothing is to do.")
        write = _cordon(target, live, shall_be)
        rehearsal = await self.rehearsed(write)
        pods = len(await self._pods(target))
        draft = Draft(
            target=target,
            title=f"{arguments.do.capitalize()} {target.name}",
            headline=f"{arguments.do} {target}",
            before="cordoned" if is_now else "takes new pods",
            after="cordoned: takes no new pods" if shall_be else "takes new pods",
            arguments=arguments.model_dump(mode="json"),
            pods=f"{count(pods, 'pod')} on it stay, at {clock(self.clock())}",
            facts=(fact(live, UID, "the same node"), _fact(is_now)),
            writes=(write,),
            diff=("+ unschedulable: true",) if shall_be else ("- unschedulable: true",),
            warnings=tuple(_readiness(live)) if not shall_be else (),
            undo=Undo(action=UNDO, shown=f"Undo: {'uncordon' if shall_be else 'cordon'} it again."),
            kubectl=f"kubectl {arguments.do} {target.name}",
        )
        return rehearsal.into(draft)

    async def _drain(self, target: Ref, live: Json, arguments: CordonArguments) -> Draft:
        found = sort_pods(await self._pods(target), local_data=arguments.local_data)
        if not found.go:
            raise BadRequest(
                f"{target} has no pod that a drain would evict.", f"{_left_words(found)}cordon keeps new ones off."
            )
        if len(found.go) > MOST:
            raise BadRequest(f"{target} has {len(found.go)} pods to evict, more than one plan takes.", "Use kubectl.")
        is_now = bool(value_at(live, UNSCHEDULABLE))
        cordon = [] if is_now else [_cordon(target, live, True)]
        evictions = [eviction(pod, patient=True) for pod in found.go]
        rehearsal = await self.rehearsed(cordon[0] if cordon else evictions[0])
        held, refused = await self._held(evictions)
        lasts = timedelta(minutes=arguments.minutes)
        data = " --delete-emptydir-data" if arguments.local_data else ""
        draft = Draft(
            target=target,
            title=f"Drain {target.name}",
            headline=f"drain {target}, {count(len(found.go), 'pod')}",
            before=f"{'cordoned' if is_now else 'takes new pods'}, {count(len(found.go), 'pod')} to evict",
            after="cordoned, without them",
            arguments=arguments.model_dump(mode="json"),
            pods=f"{count(len(found.go), 'pod')} evicted within {arguments.minutes} min, as of {clock(self.clock())}",
            facts=(fact(live, UID, "the same node"), _fact(is_now)),
            writes=(*cordon, *evictions),
            lasts=lasts,
            likeness=f"drain local_data={arguments.local_data} minutes={arguments.minutes}",
            diff=(*(["+ unschedulable: true"] if cordon else []), *(f"- {one.target}" for one in evictions)),
            warnings=(*_left(found), *_held_words(held, arguments.minutes)),
            risk="high",
            high_because=f"{count(len(found.go), 'pod')} go",
            promise=Promise(within=lasts, other=f"none of these pods on {target.name}"),
            undo=Undo(action=UNDO, shown="Undo: uncordon it; evicted pods don't come back to it by themselves.")
            if cordon
            else Undo(shown="No undo: it was cordoned before, and evicted pods don't come back by themselves."),
            kubectl=f"kubectl drain {target.name} --ignore-daemonsets{data} --timeout={arguments.minutes}m",
        )
        return Rehearsal(refused=refused).into(draft) if refused else rehearsal.into(draft)

    async def _pods(self, node: Ref) -> list[Json]:
        params = {"fieldSelector": f"spec.nodeName={node.name}"}
        return items(await self.api.get_json(collection("Pod", None), params=params), "items")

    async def _held(self, evictions: list[Write]) -> tuple[list[Ref], str]:
        """Those that a disruption budget would hold back now, by the server's own dry run; and why none is allowed."""
        held: list[Ref] = []
        refused: list[str] = []

        async def ask(write: Write) -> None:
            try:
                await rehearse(self.api, write)
            except (Throttled, ServerFailed):  # 500: two budgets for one pod, which evictions don't know
                held.append(write.target)
            except Forbidden as error:
                refused.append(error.happened)
            except (NotFound, Conflict):
                return

        await together([partial(ask, write) for write in evictions])
        return sorted(held, key=str), next(iter(refused), "")

    async def kept(self, plan: Plan) -> bool | None:
        """Whether none of the pods that a drain evicts is left on the node."""
        gone = {write.target for write in plan.draft.writes if write.method == "POST"}
        if not gone:
            return None
        uids = {(ref_of(pod, "Pod"), uid_of(pod)) for pod in await self._pods(plan.draft.target)}
        wanted = {(write.target, _uid(write)) for write in plan.draft.writes if write.method == "POST"}
        return not uids & wanted


def _uid(write: Write) -> str:
    return str(value_at(write.body, "/deleteOptions/preconditions/uid"))


def _fact(is_now: bool) -> Fact:
    return Fact(pointer=UNSCHEDULABLE, value=is_now, shown="cordoned" if is_now else "not cordoned")


def _cordon(target: Ref, live: Json, shall_be: bool) -> Write:
    return Write(
        method="PATCH",
        path=path_of(target),
        body=[*tests(live, (UID,)), *put(live, UNSCHEDULABLE, True if shall_be else None)],
        target=target,
        shown=f"{'cordon' if shall_be else 'uncordon'} {target}",
    )


def _readiness(live: Json) -> Iterator[str]:
    conditions = items(live, "status", "conditions")
    if not any((one.get("type"), one.get("status")) == ("Ready", "True") for one in conditions):
        yield "the node is not ready: pods placed there would not run"


def _left(found: Sorted) -> Iterator[str]:
    if found.alone:
        yield f"left, nothing would bring them back: {listed([ref.path for ref in found.alone], NAMED)}"
    if found.local:
        yield f"left, data in an emptyDir (local_data evicts them): {listed([ref.path for ref in found.local], NAMED)}"


def _left_words(found: Sorted) -> str:
    return "".join(f"{line[:1].upper()}{line[1:]}. " for line in _left(found))


def _held_words(held: list[Ref], minutes: int) -> Iterator[str]:
    if held:
        names = listed([ref.path for ref in held], NAMED)
        yield f"held back by a disruption budget now, tried for {minutes} min: {names}"
