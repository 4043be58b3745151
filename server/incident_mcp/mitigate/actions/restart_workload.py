"""Restart a workload's pods by its own strategy, as `kubectl rollout restart` does: a date in the pod template's
annotations makes a new revision (kubectl's `polymorphichelpers/objectrestarter.go`, Kubernetes 1.37).
"""

from typing import Any

from pydantic import Field

from incident_mcp.cluster.kinds import path_of, workload_ref
from incident_mcp.cluster.workloads import workload_object, workload_seen
from incident_mcp.mitigate.pointers import TEMPLATE, UID, escaped, fact, put, same_template, tests, value_at
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
from incident_mcp.mitigate.writing import SUSPEND_SYNC, ObjectAction
from incident_mcp.text.words import clock, count
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.plan import Draft, Promise, Undo, Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
ANNOTATIONS = f"{TEMPLATE}/metadata/annotations"


class RestartArguments(Value):
    """A workload."""

    kind: str = Field(description="Deployment, StatefulSet or DaemonSet.", max_length=63)
    namespace: str = Field(max_length=253)
    name: str = Field(max_length=253)
    suspend_sync: bool = Field(False, description=SUSPEND_SYNC)


class RestartWorkload(ObjectAction):
    """`kubectl rollout restart`, with its preconditions."""

    name = "restart_workload"
    title = "Restart a workload"
    description = "Replace all pods by the workload's own strategy. A person is asked first; can't be undone."
    arguments = RestartArguments

    async def preview(self, arguments: RestartArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` while the rollout is paused."""
        target = workload_ref(arguments.kind, arguments.namespace, arguments.name)
        live = await workload_object(self.api, target)
        check_not_paused(target, live)
        workload = workload_seen(live, target.kind)
        write = _write(target, live, self.clock().strftime("%Y-%m-%dT%H:%M:%SZ"))
        rehearsal = await self.rehearsed(write)
        risk, because = exposure(workload)
        draft = Draft(
            target=target,
            title=f"Restart {target.path}",
            headline=f"restart {target}, {count(workload.desired, 'pod')}",
            before=f"{ready_words(workload)} of {workload.desired}",
            after="the same pod template in new pods",
            arguments=arguments.model_dump(mode="json") | {"kind": target.kind},
            pods=f"{count(workload.desired, 'pod')} replaced, {ready_words(workload)} at {clock(self.clock())}",
            facts=(fact(live, UID, "the same object"), same_template(live), not_paused(live)),
            writes=(write,),
            likeness=f"restart suspend_sync={arguments.suspend_sync}",
            diff=(f"+ template annotation {RESTARTED_AT}",),
            warnings=tuple(replacing(workload, live)),
            risk=risk,
            high_because=because,
            unready=unready_share(workload),
            promise=Promise(ready=workload.desired, within=WITHIN, gone=known.errors.get(str(target), "")),
            undo=Undo(shown="No undo: the old pods are gone, the new ones are the same."),
            kubectl=f"kubectl -n {target.namespace} rollout restart {typed(target)}",
        )
        template, suspend = value_at(live, TEMPLATE), arguments.suspend_sync
        return await self.warned(rehearsal.into(draft), live, template, suspend=suspend, known=known)


def _write(target: Ref, live: dict[str, Any], at: str) -> Write:
    change = put(live, f"{ANNOTATIONS}/{escaped(RESTARTED_AT)}", at)
    return Write(
        method="PATCH",
        path=path_of(target),
        body=[*tests(live, (UID, TEMPLATE)), *change],
        target=target,
        shown=f"restart date of {target}",
    )
