"""Roll a Deployment, StatefulSet or DaemonSet back to an earlier revision: its pod template, and nothing else.

`kubectl rollout undo` replaces a Deployment's annotations too, and so loses those that are newer than the revision; we
leave them. The patch carries what the plan rests on (uid, revision, present template) as `test` operations, so the API
server refuses it if anybody was faster. Mechanics: kubectl's `polymorphichelpers/rollback.go`, Kubernetes 1.37.
"""

from datetime import timedelta
from typing import Any

from pydantic import Field

from incident_mcp.cluster.kinds import path_of, workload_ref
from incident_mcp.cluster.rollback_target import pick_target
from incident_mcp.cluster.rollout_history import history_of, read_workload
from incident_mcp.cluster.template_diff import differences, short_image, without_hash
from incident_mcp.cluster.workloads import workload_object
from incident_mcp.mitigate.pointers import REVISION, TEMPLATE, UID, fact, replace, tests, value_at
from incident_mcp.mitigate.writing import ObjectAction
from incident_mcp.text.words import clock, count
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.observation import WorkloadSeen
from incident_mcp.vocabulary.plan import Draft, Fact, Promise, Undo, Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.rollout import Revision, RollbackTarget, RolloutHistory
from incident_mcp.vocabulary.value import Value

WITHIN = timedelta(minutes=2)


class RollbackArguments(Value):
    """A workload, and the revision to go back to."""

    kind: str = Field(description="Deployment, StatefulSet or DaemonSet.", max_length=63)
    namespace: str = Field(max_length=253)
    name: str = Field(max_length=253)
    revision: int | None = Field(
        None, description="Default: the newest earlier one seen ready, else the one before.", ge=1
    )


class RollbackWorkload(ObjectAction):
    """`kubectl rollout undo`, with its preconditions."""

    name = "rollback_workload"
    title = "Roll a workload back"
    description = (
        "Roll back to an earlier revision. A person is asked about exactly this change first; undo is recorded."
    )
    arguments = RollbackArguments

    async def preview(self, arguments: RollbackArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` when there is no such revision, it runs already, the rollout is paused, or the default
        would be a revision that this incident saw failing.
        """
        target = workload_ref(arguments.kind, arguments.namespace, arguments.name)
        live = await workload_object(self.api, target)
        workload, pods = await read_workload(self.api, target)
        if workload.paused:
            raise BadRequest(
                f"The rollout of {target} is paused, so a new template would not be rolled out.",
                f"Resume it first: kubectl -n {target.namespace} rollout resume {_typed(target)}",
            )
        history = history_of(workload, self.clock(), pods)
        chosen = pick_target(history, arguments.revision)
        failed = chosen.revision.number in known.failed.get(str(target), ())
        if failed and arguments.revision is None:
            raise BadRequest(
                f"The default target of {target} is revision {chosen.revision.number}, which this incident saw failing "
                "or rolled away.",
                "Name the revision that you mean; rollout_history lists them.",
            )
        template = next(one.template for one in workload.revisions if one.number == chosen.revision.number)
        write = _write(target, live, without_hash(template), chosen.revision.number)
        rehearsal = await self.rehearsed(write)
        after = value_at(rehearsal.after, TEMPLATE) if rehearsal.after else without_hash(template)
        draft = rehearsal.into(self._draft(live, workload, history, chosen, write, after))
        if failed:
            draft = _of_a_failed_one(draft, chosen.revision.number)
        error = known.errors.get(str(target), "")
        return draft.model_copy(
            update={
                "why": draft.why if arguments.revision is None else "",
                "promise": Promise(ready=workload.desired, within=WITHIN, gone="" if failed else error),
            }
        )

    def _draft(
        self,
        live: dict[str, Any],
        workload: WorkloadSeen,
        history: RolloutHistory,
        chosen: RollbackTarget,
        write: Write,
        after: dict[str, Any],
    ) -> Draft:
        target, number = workload.ref, chosen.revision.number
        now = next((one for one in history.revisions if one.current), None)
        exposed = _unready_at_once(workload)
        high = workload.ready > 0 and exposed * 2 > workload.ready
        return Draft(
            target=target,
            title=f"Roll back {target.path} to {number}",
            headline=_headline(target, now, chosen.revision),
            before=_described(now),
            after=f"{_described(chosen.revision)}   ({_becomes(history)})",
            arguments={"kind": target.kind, "namespace": target.namespace, "name": target.name, "revision": number},
            why=f"revision {number}: {chosen.why}",
            pods=f"{count(workload.desired, 'pod')} replaced, {_ready_words(workload)} at {clock(self.clock())}",
            facts=(*(fact(live, pointer, _described(now)) for pointer in _pointers(target)), _not_paused(live)),
            writes=(write,),
            diff=differences(value_at(live, TEMPLATE), after),
            warnings=_warnings(workload, chosen, exposed),
            risk="high" if high else "normal",
            high_because=f"{exposed} of {workload.ready} ready pods may be unready at one moment" if high else "",
            promise=Promise(ready=workload.desired, within=WITHIN),
            undo=_undo(target, now),
            kubectl=f"kubectl -n {target.namespace} rollout undo {_typed(target)} --to-revision={number}",
        )


def _typed(target: Ref) -> str:
    return f"{target.kind.lower()}/{target.name}"


def _pointers(target: Ref) -> tuple[str, ...]:
    return (UID, REVISION, TEMPLATE) if target.kind == "Deployment" else (UID, TEMPLATE)


def _not_paused(live: dict[str, Any]) -> Fact:
    return Fact(
        pointer="/spec/paused", value=bool(value_at(live, "/spec/paused")), shown="a rollout that is not paused"
    )


def _of_a_failed_one(draft: Draft, number: int) -> Draft:
    warning = f"revision {number} failed in this incident, or was rolled away"
    return draft.model_copy(
        update={"warnings": (warning, *draft.warnings), "risk": "high", "high_because": draft.high_because or warning}
    )


def _write(target: Ref, live: dict[str, Any], template: dict[str, Any], number: int) -> Write:
    return Write(
        method="PATCH",
        path=path_of(target),
        body=[*tests(live, _pointers(target)), replace(TEMPLATE, template)],
        target=target,
        shown=f"pod template of {target} as in revision {number}",
    )


def _headline(target: Ref, now: Revision | None, to: Revision) -> str:
    old = f"revision {now.number}{_tag(now)}" if now else "from an unknown revision"
    return f"roll back {target}, {old} -> {to.number}{_tag(to)}"


def _tag(revision: Revision) -> str:
    """` (1.42)` where there is one container and its image has a tag."""
    if len(revision.images) != 1:
        return ""
    _, colon, tag = short_image(revision.images[0]).partition(":")
    return f" ({tag})" if colon else ""


def _described(revision: Revision | None) -> str:
    if revision is None:
        return "a revision that the cluster does not name"
    return f"revision {revision.number}   {', '.join(short_image(image) for image in revision.images)}"


def _becomes(history: RolloutHistory) -> str:
    highest = max(revision.number for revision in history.revisions)
    return f"becomes revision {highest + 1}"


def _ready_words(workload: WorkloadSeen) -> str:
    return "none ready" if workload.ready == 0 else f"{workload.ready} ready"


def _unready_at_once(workload: WorkloadSeen) -> int:
    """How many ready pods the strategy lets go at one moment (maxUnavailable, rounded down as the controller does)."""
    allowed = workload.max_unavailable or "25%"
    most = workload.desired * int(allowed[:-1]) // 100 if allowed.endswith("%") else int(allowed)
    return min(most, workload.ready)


def _warnings(workload: WorkloadSeen, chosen: RollbackTarget, exposed: int) -> tuple[str, ...]:
    warnings: list[str] = []
    if chosen.revision.seen_ready == "never":
        warnings.append(f"revision {chosen.revision.number} was never seen ready")
    if workload.ready and exposed == workload.ready:
        warnings.append(f"all {workload.ready} ready pods may go at once (maxUnavailable {workload.max_unavailable})")
    return tuple(warnings)


def _undo(target: Ref, now: Revision | None) -> Undo:
    if now is None:
        return Undo(shown="No undo: the present revision is not known.")
    return Undo(
        action=RollbackWorkload.name,
        arguments={"kind": target.kind, "namespace": target.namespace, "name": target.name, "revision": now.number},
        shown=f"Undo: back to revision {now.number}, recorded before anything is written.",
    )
