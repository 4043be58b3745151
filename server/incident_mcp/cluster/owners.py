"""Whose a pod is: its direct controller from the owner reference, and the workload above a ReplicaSet.

A ReplicaSet of a Deployment is always called `DEPLOYMENT-HASH`, with the hash that its pods carry as a label
(kubernetes/kubernetes, pkg/controller/deployment/sync.go), so the Deployment is known without another request.
Whoever then reads the Deployment sees whether it is really there.
"""

from typing import Any

from incident_mcp.cluster.json_parts import items, text
from incident_mcp.vocabulary.refs import Ref

HASH_LABEL = "pod-template-hash"
REVISION_LABEL = "controller-revision-hash"


def controller(thing: dict[str, Any]) -> dict[str, Any] | None:
    """The owner reference that is marked as the controller."""
    return next((owner for owner in items(thing, "metadata", "ownerReferences") if owner.get("controller")), None)


def owned_by(thing: dict[str, Any], uid: str) -> bool:
    direct = controller(thing)
    return direct is not None and direct.get("uid") == uid


def owner_of_pod(pod: dict[str, Any]) -> tuple[str | None, Ref | None]:
    """The direct controller's name, and the workload (or Job, or what else there is) above the pod."""
    direct = controller(pod)
    if direct is None:
        return None, None
    meta = pod["metadata"]
    name, kind = str(direct["name"]), str(direct["kind"])
    template_hash = text(pod, "metadata", "labels", HASH_LABEL)
    if kind == "ReplicaSet" and template_hash and name.endswith(f"-{template_hash}"):
        kind, name = "Deployment", name.removesuffix(f"-{template_hash}")
    return str(direct["name"]), Ref(kind=kind, namespace=meta.get("namespace"), name=name)


def controller_name(pod_name: str) -> str:
    """What a pod's controller is called, by the pod's name alone: all but the last part."""
    return pod_name.rpartition("-")[0] or pod_name
