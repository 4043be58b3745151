"""Pause or resume a Deployment's rollout (`spec.paused`, kubectl's `polymorphichelpers/objectpauser.go`).

Only Deployments can be paused. A paused one keeps the pods of both revisions and still scales.
"""

from pydantic import Field

from incident_mcp.cluster.json_parts import Json
from incident_mcp.cluster.kinds import path_of, workload_ref
from incident_mcp.cluster.workloads import workload_object, workload_seen
from incident_mcp.mitigate.pointers import UID, fact, put, same_template, tests, value_at
from incident_mcp.mitigate.rollouts import WITHIN, exposure, not_paused, ready_words, typed
from incident_mcp.mitigate.writing import ObjectAction
from incident_mcp.text.words import clock, count
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.observation import WorkloadSeen
from incident_mcp.vocabulary.plan import UNDO, Draft, Promise, Undo, Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

PAUSED = "/spec/paused"


class PauseArguments(Value):
    """A Deployment, and whether its rollout shall stand still."""

    namespace: str = Field(max_length=253)
    name: str = Field(max_length=253)
    paused: bool = Field(True, description="False resumes.")


class PauseRollout(ObjectAction):
    """`kubectl rollout pause` and `kubectl rollout resume`, with their preconditions."""

    name = "pause_rollout"
    title = "Pause or resume a rollout"
    description = "Stop a Deployment's rollout where it is, or let it go on. A person is asked first; undo is recorded."
    arguments = PauseArguments

    async def preview(self, arguments: PauseArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` where it is so already."""
        target = workload_ref("Deployment", arguments.namespace, arguments.name)
        live = await workload_object(self.api, target)
        is_now, shall_be = bool(value_at(live, PAUSED)), arguments.paused
        if is_now == shall_be:
            state = "paused" if is_now else "not paused"
            raise BadRequest(f"The rollout of {target} is {state} already.", "rollout_history shows where it stands.")
        workload = workload_seen(live, target.kind)
        write = _write(target, live, shall_be)
        rehearsal = await self.rehearsed(write)
        draft = self._draft(target, live, workload, write, shall_be)
        return await self.warned(rehearsal.into(draft), live, known=known)

    def _draft(self, target: Ref, live: Json, workload: WorkloadSeen, write: Write, shall_be: bool) -> Draft:
        verb, state = ("pause", "paused") if shall_be else ("resume", "going on")
        left = workload.desired - workload.updated
        stays = f"{count(left, 'pod')} not of the newest revision, {ready_words(workload)} at {clock(self.clock())}"
        risk, because = ("normal", "") if shall_be or not left else exposure(workload)
        now = "a rollout that is not paused" if shall_be else "a paused rollout"
        paused = not_paused(live).model_copy(update={"shown": now})
        promise = None if shall_be else Promise(ready=workload.desired, within=WITHIN)
        return Draft(
            target=target,
            title=f"{verb.capitalize()} {target.path}",
            headline=f"{verb} the rollout of {target}",
            before=f"{workload.updated} of {workload.desired} pods of the newest revision",
            after=f"the rollout is {state}",
            arguments={"namespace": target.namespace, "name": target.name, "paused": shall_be},
            pods=f"{'No pod is replaced: ' if shall_be else ''}{stays}",
            facts=(fact(live, UID, "the same object"), same_template(live), paused),
            writes=(write,),
            diff=("+ paused: true",) if shall_be else ("- paused: true",),
            warnings=tuple(_warnings(workload, shall_be)),
            risk=risk,
            high_because=because,
            promise=promise,
            undo=Undo(action=UNDO, shown=f"Undo: {'resume' if shall_be else 'pause'} it again."),
            kubectl=f"kubectl -n {target.namespace} rollout {verb} {typed(target)}",
        )


def _warnings(workload: WorkloadSeen, shall_be: bool) -> list[str]:
    if shall_be and workload.updated >= workload.desired:
        return ["no rollout is under way: this holds back the next one"]
    return []


def _write(target: Ref, live: Json, shall_be: bool) -> Write:
    change = put(live, PAUSED, True if shall_be else None)
    return Write(
        method="PATCH",
        path=path_of(target),
        body=[*tests(live, (UID,)), *change],
        target=target,
        shown=f"{target}: {'paused' if shall_be else 'no longer paused'}",
    )
