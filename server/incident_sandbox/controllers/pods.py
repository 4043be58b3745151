"""What controllers ask about a pod, and how they make and unmake one."""

from __future__ import annotations

from datetime import datetime, timedelta

from incident_sandbox.controllers.context import MANAGER, Context
from incident_sandbox.controllers.events import Source
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import (
    Object,
    clone,
    condition_of,
    controller_reference,
    dig,
    is_deleting,
    name_of,
    namespace_of,
)
from incident_sandbox.model.timestamps import parse


def is_active(pod: Object) -> bool:
    return dig(pod, "status", "phase") not in ("Succeeded", "Failed") and not is_deleting(pod)


def is_ready(pod: Object) -> bool:
    return (condition_of(pod, "Ready") or {}).get("status") == "True"


def available_from(pod: Object, min_ready_seconds: int) -> datetime | None:
    """When a ready pod counts as available; None while it is not ready."""
    ready = condition_of(pod, "Ready")
    if ready is None or ready["status"] != "True":
        return None
    return parse(ready["lastTransitionTime"]) + timedelta(seconds=min_ready_seconds)


def is_available(pod: Object, min_ready_seconds: int, now: datetime) -> bool:
    moment = available_from(pod, min_ready_seconds)
    return moment is not None and moment <= now


def from_template(owner: Object, template: Object, *, name: str = "") -> Object:
    """A pod for `owner`, not yet stored; without a name it gets one with a random end."""
    metadata = clone(template.get("metadata") or {})
    metadata |= {"namespace": namespace_of(owner), "ownerReferences": [controller_reference(owner)]}
    metadata |= {"generateName": f"{name_of(owner)}-"} | ({"name": name} if name else {})
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": clone(template["spec"])}


def create_pod(context: Context, owner: Object, pod: Object, source: Source) -> Object:
    _mount_token(context, pod)
    made = context.writer.create(r.PODS, pod, MANAGER)
    context.events.record(owner, "Normal", "SuccessfulCreate", f"Created pod: {name_of(made)}", source)
    return made


def _mount_token(context: Context, pod: Object) -> None:
    """ServiceAccount admission puts a token into every container: pods differ from their template by it."""
    name = f"kube-api-access-{context.writer.random_suffix()}"
    sources = [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {
            "downwardAPI": {
                "items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]
            }
        },
    ]
    pod["spec"].setdefault("volumes", []).append({"name": name, "projected": {"sources": sources, "defaultMode": 420}})
    mount = {"name": name, "readOnly": True, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}
    for container in pod["spec"]["containers"]:
        container.setdefault("volumeMounts", []).append(mount)


def delete_pod(context: Context, owner: Object, pod: Object, source: Source) -> None:
    grace = dig(pod, "spec", "terminationGracePeriodSeconds", default=30)
    scheduled = bool(dig(pod, "spec", "nodeName"))
    context.writer.delete(r.PODS, pod, grace=grace if scheduled else 0)
    context.events.record(owner, "Normal", "SuccessfulDelete", f"Deleted pod: {name_of(pod)}", source)
