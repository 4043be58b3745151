"""Scale a Deployment or StatefulSet through its scale subresource, from the shown count to the approved one."""

from datetime import timedelta
from functools import partial
from typing import Any

from pydantic import Field

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.kinds import path_of, workload_ref
from incident_mcp.cluster.workloads import workload_object
from incident_mcp.mitigate.pointers import TEMPLATE, UID, fact, same_template, value_at
from incident_mcp.mitigate.warnings.scaling import fewer, fought
from incident_mcp.mitigate.writing import SUSPEND_SYNC, ObjectAction
from incident_mcp.text.words import clock, count
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import Draft, Plan, Promise, Risk, Undo, Write
from incident_mcp.vocabulary.policy import PolicyNow
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

WITHIN = timedelta(minutes=2)
REPLICAS = "/spec/replicas"


class ScaleArguments(Value):
    """A workload and how many replicas it shall have."""

    kind: str = Field("Deployment", description="Deployment or StatefulSet.", max_length=63)
    namespace: str = Field(max_length=253)
    name: str = Field(max_length=253)
    replicas: int = Field(ge=0)
    suspend_sync: bool = Field(False, description=SUSPEND_SYNC)


class ScaleWorkload(ObjectAction):
    """`kubectl scale`, with the present count as its precondition."""

    name = "scale_workload"
    title = "Scale a workload"
    description = "Set the replicas of a Deployment or StatefulSet. A person is asked first; undo is recorded."
    arguments = ScaleArguments

    def __init__(self, api: Api, clock: Clock, policy: PolicyNow) -> None:
        super().__init__(api, clock)
        self.policy = policy

    async def preview(self, arguments: ScaleArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` for a kind without replicas, the present count, or an absurd one."""
        target = workload_ref(arguments.kind, arguments.namespace, arguments.name)
        if target.kind == "DaemonSet":
            raise BadRequest(
                f"{target} has one pod a node and can't be scaled.", "Change its node selector or tolerations instead."
            )
        live = await workload_object(self.api, target)
        before = int(value_at(live, REPLICAS) or 0)
        self._check(target, before, arguments.replicas)
        scale = await self.api.get_json(f"{path_of(target)}/scale")
        write = _write(target, scale, before, arguments.replicas)
        rehearsal = await self.rehearsed(write)
        draft = rehearsal.into(self._draft(target, live, before, arguments.replicas, write))
        more = arguments.replicas - before
        template = value_at(live, TEMPLATE) if more > 0 else None
        return await self.warned(
            draft,
            live,
            template,
            more=more,
            suspend=arguments.suspend_sync,
            known=known,
            of=partial(fought, after=arguments.replicas),
        )

    async def rehearse(self, plan: Plan) -> None:
        """Also by the policy's limits as they are now. Raises `BadRequest` for what is a slip by now."""
        before = next(one.value for one in plan.draft.facts if one.pointer == REPLICAS)
        self._check(plan.draft.target, int(str(before or 0)), int(str(plan.arguments["replicas"])))
        await super().rehearse(plan)

    def _check(self, target: Ref, before: int, after: int) -> None:
        if after == before:
            raise BadRequest(f"{target} has {count(before, 'replica')} already.", "Name another count.")
        policy = self.policy()
        most = max(policy.largest_scale_factor * max(before, 1), 10)
        if after > policy.largest_scale or after > most:
            raise BadRequest(
                f"{after} replicas look like a slip: {target} has {before}, and one step may go up to {most:.0f}.",
                "Scale in smaller steps.",
            )

    def _draft(self, target: Ref, live: dict[str, Any], before: int, after: int, write: Write) -> Draft:
        ready = int(value_at(live, "/status/readyReplicas") or 0)
        risk, because = _risk(before, after, ready)
        moves = f"{count(abs(after - before), 'pod')} {'added' if after > before else 'removed'}"
        return Draft(
            target=target,
            title=f"Scale {target.path} to {after}",
            headline=f"scale {target}, {before} -> {after} replicas",
            before=f"{before} replicas, {ready} ready",
            after=f"{after} replicas",
            pods=f"{moves}, {ready} of {before} ready at {clock(self.clock())}",
            facts=(
                fact(live, UID, "the same object"),
                fact(live, REPLICAS, f"{before} replicas"),
                same_template(live),
            ),
            writes=(write,),
            diff=(f"- replicas: {before}", f"+ replicas: {after}"),
            risk=risk,
            high_because=because,
            unready=max(before - after, 0) / max(before, 1) if ready else 0.0,
            warnings=tuple(fewer(before, after, ready)),
            promise=Promise(ready=after, within=WITHIN),
            undo=Undo(
                action=self.name,
                arguments={"kind": target.kind, "namespace": target.namespace, "name": target.name, "replicas": before},
                shown=f"Undo: back to {before} replicas, recorded before anything is written.",
            ),
            kubectl=f"kubectl -n {target.namespace} scale {target.kind.lower()}/{target.name} --replicas={after}",
        )


def _write(target: Ref, scale: dict[str, Any], before: int, after: int) -> Write:
    # The scale object leaves `replicas` out at 0, so the whole small spec is tested and replaced.
    return Write(
        method="PATCH",
        path=f"{path_of(target)}/scale",
        body=[
            {"op": "test", "path": UID, "value": value_at(scale, UID)},
            {"op": "test", "path": "/spec", "value": scale.get("spec") or {}},
            {"op": "replace", "path": "/spec", "value": {"replicas": after}},
        ],
        target=target,
        shown=f"replicas of {target}: {before} -> {after}",
    )


def _risk(before: int, after: int, ready: int) -> tuple[Risk, str]:
    if after == 0:
        return "high", "scale to zero stops it"
    if ready and (before - after) * 2 > before:
        return "high", "more than half of its pods go"
    return "normal", ""
