"""Roll a Deployment, StatefulSet or DaemonSet back to an earlier revision: its pod template, and nothing else.

`kubectl rollout undo` replaces a Deployment's annotations too, and so loses those that are newer than the revision; we
leave them. The patch carries what the plan rests on (uid, revision, present template) as `test` operations, so the API
server refuses it if anybody was faster. Mechanics: kubectl's `polymorphichelpers/rollback.go`, Kubernetes 1.37.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from pydantic import Field

from incident_mcp.cluster.json_parts import Json
from incident_mcp.cluster.kinds import path_of, workload_ref
from incident_mcp.cluster.rollback_target import pick_target
from incident_mcp.cluster.rollout_history import history_of, read_workload
from incident_mcp.cluster.template_diff import differences, short_image, without_hash
from incident_mcp.cluster.workloads import workload_object
from incident_mcp.mitigate.pointers import REVISION, TEMPLATE, UID, fact, replace, tests, value_at
from incident_mcp.mitigate.rollouts import (
    WITHIN,
    check_not_paused,
    exposure,
    not_paused,
    ready_words,
    replacing,
    typed,
    unready_share,
)
from incident_mcp.mitigate.stuck import LASTS, deletions, wait_observed
from incident_mcp.mitigate.surroundings import Surroundings
from incident_mcp.mitigate.warnings.configuration import changed
from incident_mcp.mitigate.warnings.images import moved_tags
from incident_mcp.mitigate.warnings.migrations import migrated
from incident_mcp.mitigate.writing import SUSPEND_SYNC, ObjectAction
from incident_mcp.text.words import clock, count
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.observation import WorkloadSeen
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Draft, Promise, Undo, Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.rollout import Revision, RollbackTarget, RolloutHistory
from incident_mcp.vocabulary.value import Value


class RollbackArguments(Value):
    """A workload, and the revision to go back to."""

    kind: str = Field(description="Deployment, StatefulSet or DaemonSet.", max_length=63)
    namespace: str = Field(max_length=253)
    name: str = Field(max_length=253)
    revision: int | None = Field(
        None, description="Default: the newest earlier one seen ready, else the one before.", ge=1
    )
    suspend_sync: bool = Field(False, description=SUSPEND_SYNC)


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
        check_not_paused(target, live)
        history = history_of(workload, self.clock(), pods)
        chosen = pick_target(history, arguments.revision)
        failed = chosen.revision.number in known.failed.get(str(target), ())
        if failed and arguments.revision is None:
            raise BadRequest(
                f"The default target of {target} is revision {chosen.revision.number}, which this incident saw failing "
                "or rolled away.",
                "Name the revision that you mean; rollout_history lists them.",
            )
        to = next(one for one in workload.revisions if one.number == chosen.revision.number)
        template = without_hash(to.template)
        writes = (_write(target, live, template, to.number), *deletions(live, target, pods, to))
        rehearsal = await self.rehearsed(writes[0])
        after = value_at(rehearsal.after, TEMPLATE) if rehearsal.after else template
        draft = rehearsal.into(self._draft(live, workload, history, chosen, writes, after))
        draft = await self.permitted(draft, *writes[1:])
        around = partial(_of_going_back, live, history, chosen.revision)
        draft = await self.warned(draft, live, after, suspend=arguments.suspend_sync, known=known, of=around)
        if failed:
            draft = _of_a_failed_one(draft, chosen.revision.number)
        error = known.errors.get(str(target), "")
        return draft.model_copy(
            update={
                "arguments": draft.arguments | ({"suspend_sync": True} if arguments.suspend_sync else {}),
                "why": draft.why if arguments.revision is None else "",
                "promise": Promise(ready=workload.desired, within=WITHIN, gone="" if failed else error),
            }
        )

    async def apply(self, write: Write, permit: Permit) -> tuple[str, ...]:
        """As listed; a pod is deleted once the controller has seen the restored template."""
        if write.method == "DELETE":
            await wait_observed(self.api, permit.plan.draft.target)
        return await super().apply(write, permit)

    def _draft(
        self,
        live: dict[str, Any],
        workload: WorkloadSeen,
        history: RolloutHistory,
        chosen: RollbackTarget,
        writes: tuple[Write, ...],
        after: dict[str, Any],
    ) -> Draft:
        target, number = workload.ref, chosen.revision.number
        now = next((one for one in history.revisions if one.current), None)
        risk, because = exposure(workload)
        return Draft(
            target=target,
            title=f"Roll back {target.path} to {number}",
            headline=_headline(target, now, chosen.revision),
            before=_described(now),
            after=f"{_described(chosen.revision)}   ({_becomes(history)})",
            arguments={"kind": target.kind, "namespace": target.namespace, "name": target.name, "revision": number},
            why=f"revision {number}: {chosen.why}",
            pods=f"{count(workload.desired, 'pod')} replaced, {ready_words(workload)} at {clock(self.clock())}",
            facts=(*(fact(live, pointer, _described(now)) for pointer in _pointers(target)), not_paused(live)),
            writes=writes,
            lasts=LASTS if len(writes) > 1 else timedelta(),
            diff=differences(value_at(live, TEMPLATE), after),
            warnings=_warnings(workload, live, chosen),
            risk=risk,
            high_because=because,
            unready=unready_share(workload),
            promise=Promise(ready=workload.desired, within=WITHIN),
            undo=_undo(target, now),
            kubectl=f"kubectl -n {target.namespace} rollout undo {typed(target)} --to-revision={number}",
        )


def _pointers(target: Ref) -> tuple[str, ...]:
    return (UID, REVISION, TEMPLATE) if target.kind == "Deployment" else (UID, TEMPLATE)


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


def _warnings(workload: WorkloadSeen, live: Json, chosen: RollbackTarget) -> tuple[str, ...]:
    never = f"revision {chosen.revision.number} was never seen ready"
    return (*([never] if chosen.revision.seen_ready == "never" else []), *replacing(workload, live))


def _of_going_back(live: Json, history: RolloutHistory, to: Revision, around: Surroundings) -> Iterator[str]:
    """What is not as it was when that revision ran."""
    now = next((one for one in history.revisions if one.current), None)
    came = (now.current_from or now.created) if now else None
    left = to.current_until or came
    yield from changed(around, left)
    yield from moved_tags(around)
    yield from migrated(around, value_at(live, TEMPLATE) or {}, came)


def _undo(target: Ref, now: Revision | None) -> Undo:
    if now is None:
        return Undo(shown="No undo: the present revision is not known.")
    return Undo(
        action=RollbackWorkload.name,
        arguments={"kind": target.kind, "namespace": target.namespace, "name": target.name, "revision": now.number},
        shown=f"Undo: back to revision {now.number}, recorded before anything is written.",
    )
