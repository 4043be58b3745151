"""EndpointSlices: the addresses of a Service's pods, and whether each is ready to be spoken to."""

from __future__ import annotations

from collections.abc import Iterable

from incident_sandbox.controllers.context import MANAGER, Context
from incident_sandbox.controllers.pods import is_ready
from incident_sandbox.model import resources as r
from incident_sandbox.model.label_selector import matcher
from incident_sandbox.model.objects import (
    Object,
    controller_reference,
    dig,
    is_deleting,
    labels_of,
    name_of,
    namespace_of,
    uid_of,
)
from incident_sandbox.model.timestamps import rfc3339
from incident_sandbox.store.store import Change, Key

SERVICE = "kubernetes.io/service-name"


class EndpointsController:
    def __init__(self, context: Context) -> None:
        self._context = context

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.resource is r.SERVICES and change.kind != "DELETED":
            yield namespace_of(change.obj), name_of(change.obj)
        elif change.resource is r.PODS:
            for service in self._context.store.each(r.SERVICES, namespace_of(change.obj)):
                if matcher(dig(service, "spec", "selector"))(labels_of(change.obj)):
                    yield namespace_of(service), name_of(service)

    def reconcile(self, key: Key) -> None:
        service = self._context.store.get(r.SERVICES, *key)
        if service is None or not dig(service, "spec", "selector"):
            return
        selects = matcher(service["spec"]["selector"])
        pods = [pod for pod in self._context.store.each(r.PODS, key[0]) if selects(labels_of(pod))]
        pods = [pod for pod in pods if dig(pod, "status", "podIP") and dig(pod, "status", "phase") == "Running"]
        pods.sort(key=lambda pod: pod["status"]["podIP"])
        body: Object = {
            "addressType": "IPv4",
            "endpoints": [_endpoint(pod) for pod in pods] or None,
            "ports": [_port(port, pods) for port in dig(service, "spec", "ports", default=[])] if pods else None,
        }
        existing = self._context.store.controlled(r.ENDPOINT_SLICES, service)
        if not existing:
            new = {**_slice(service), **body}
            new["metadata"]["annotations"] = self._triggered()
            self._context.writer.create(r.ENDPOINT_SLICES, new, MANAGER)
        elif any(existing[0].get(field) != body[field] for field in body):
            metadata = {**existing[0]["metadata"], "annotations": self._triggered()}
            self._context.update(r.ENDPOINT_SLICES, existing[0], {**existing[0], **body, "metadata": metadata})

    def _triggered(self) -> dict[str, str]:
        return {"endpoints.kubernetes.io/last-change-trigger-time": rfc3339(self._context.engine.now)}


def _slice(service: Object) -> Object:
    labels = {SERVICE: name_of(service), "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"}
    return {
        "metadata": {
            "generateName": f"{name_of(service)}-",
            "namespace": namespace_of(service),
            "labels": {**labels_of(service), **labels},
            "ownerReferences": [controller_reference(service)],
        }
    }


def _endpoint(pod: Object) -> Object:
    ready = is_ready(pod)
    leaving = is_deleting(pod)
    return {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {"ready": ready and not leaving, "serving": ready, "terminating": leaving},
        "nodeName": pod["spec"]["nodeName"],
        "targetRef": {"kind": "Pod", "name": name_of(pod), "namespace": namespace_of(pod), "uid": uid_of(pod)},
    }


def _port(port: Object, pods: list[Object]) -> Object:
    target = port.get("targetPort", port["port"])
    if isinstance(target, str):
        named = [
            item["containerPort"]
            for pod in pods
            for container in pod["spec"]["containers"]
            for item in container.get("ports", [])
            if item.get("name") == target
        ]
        target = named[0] if named else port["port"]
    return {"name": port.get("name", ""), "port": target, "protocol": port.get("protocol", "TCP")}
