"""Evict one pod: its controller makes a new one, elsewhere if need be. A disruption budget may refuse it."""

from pydantic import Field

from incident_mcp.cluster.json_parts import Json, text
from incident_mcp.cluster.kinds import as_workload_kind, path_of
from incident_mcp.cluster.pods import pod_seen
from incident_mcp.cluster.workloads import workload_object, workload_seen
from incident_mcp.mitigate.evicting import eviction, is_mirror
from incident_mcp.mitigate.pointers import UID, fact
from incident_mcp.mitigate.rollouts import WITHIN
from incident_mcp.mitigate.warnings.pods import going, is_last
from incident_mcp.mitigate.writing import ObjectAction
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.errors import BadRequest, ClusterError
from incident_mcp.vocabulary.observation import WorkloadSeen
from incident_mcp.vocabulary.plan import Draft, Promise, Undo
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value


class EvictArguments(Value):
    """One pod."""

    namespace: str = Field(max_length=253)
    name: str = Field(max_length=253)


class EvictPod(ObjectAction):
    """One eviction, of exactly the pod that was shown."""

    name = "evict_pod"
    title = "Evict a pod"
    description = (
        "Evict one pod, within its disruption budget; its controller makes a new one. A person is asked first."
    )
    arguments = EvictArguments

    async def preview(self, arguments: EvictArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` for a pod that goes already or can't be evicted."""
        target = Ref(kind="Pod", namespace=arguments.namespace, name=arguments.name)
        live = await self.api.get_json(path_of(target))
        if text(live, "metadata", "deletionTimestamp"):
            raise BadRequest(f"{target} is being deleted already.", "read_object shows what it waits for.")
        if is_mirror(live):
            raise BadRequest(f"{target} is a static pod of its node and can't be evicted.", "Its node runs it.")
        pod, workload = pod_seen(live), await self._workload(live)
        write = eviction(live, patient=False)
        rehearsal = await self.rehearsed(write)
        last = is_last(pod, workload)
        alone = pod.owner is None
        because = "nothing brings it back" if alone else "it is the last ready replica" if last else ""
        where = f"on {pod.node}" if pod.node else "on no node"
        draft = Draft(
            target=target,
            title=f"Evict {target.path}",
            headline=f"evict {target}",
            before=f"{'ready' if pod.ready else 'not ready'}, {where}",
            after=f"a new pod of {pod.owner}" if pod.owner else "no pod",
            arguments={"namespace": target.namespace, "name": target.name},
            pods=f"1 pod deleted, {'ready' if pod.ready else 'not ready'} at {clock(self.clock())}",
            facts=(fact(live, UID, "the same pod"),),
            writes=(write,),
            diff=(f"- {target}",),
            warnings=tuple(going(live, pod, workload)),
            risk="high" if because else "normal",
            high_because=because,
            promise=Promise(ready=workload.desired, within=WITHIN, of=workload.ref) if workload else None,
            undo=Undo(shown="No undo: the pod is gone, and its logs with it (the last lines are in the record)."),
            kubectl=f"kubectl create --raw {write.path} -f -  # an Eviction of policy/v1, with the pod's uid",
        )
        return rehearsal.into(draft)

    async def _workload(self, live: Json) -> WorkloadSeen | None:
        owner = pod_seen(live).owner
        if owner is None or as_workload_kind(owner) is None:
            return None
        try:
            return workload_seen(await workload_object(self.api, owner), owner.kind)
        except ClusterError:
            return None
