"""A list, or one object, as a `Table`: `Accept: application/json;as=Table;v=v1;g=meta.k8s.io`."""

from __future__ import annotations

from datetime import datetime

from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object
from incident_sandbox.model.resources import Resource
from incident_sandbox.tables import cluster, network, pods, workloads
from incident_sandbox.tables.columns import PLAIN, Table

_TABLES: dict[Resource, Table] = {
    r.PODS: pods.PODS,
    r.DEPLOYMENTS: workloads.DEPLOYMENTS,
    r.REPLICA_SETS: workloads.REPLICA_SETS,
    r.STATEFUL_SETS: workloads.STATEFUL_SETS,
    r.DAEMON_SETS: workloads.DAEMON_SETS,
    r.REVISIONS: workloads.REVISIONS,
    r.JOBS: workloads.JOBS,
    r.CRON_JOBS: workloads.CRON_JOBS,
    r.AUTOSCALERS: workloads.AUTOSCALERS,
    r.BUDGETS: workloads.BUDGETS,
    r.SERVICES: network.SERVICES,
    r.ENDPOINT_SLICES: network.ENDPOINT_SLICES,
    r.ENDPOINTS: network.ENDPOINTS,
    r.INGRESSES: network.INGRESSES,
    r.INGRESS_CLASSES: network.INGRESS_CLASSES,
    r.NETWORK_POLICIES: network.NETWORK_POLICIES,
    r.NODES: cluster.NODES,
    r.NAMESPACES: cluster.NAMESPACES,
    r.EVENTS: cluster.EVENTS,
    r.CONFIG_MAPS: cluster.CONFIG_MAPS,
    r.SECRETS: cluster.SECRETS,
    r.ROLES: cluster.ROLES,
    r.CLUSTER_ROLES: cluster.ROLES,
    r.DEFINITIONS: cluster.ROLES,
    r.ROLE_BINDINGS: cluster.BINDINGS,
    r.CLUSTER_ROLE_BINDINGS: cluster.BINDINGS,
    r.LEASES: cluster.LEASES,
}


def partial_object(obj: Object) -> Object:
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}


def render_table(
    resource: Resource, objects: list[Object], metadata: Object, now: datetime, *, include: str, headers: bool = True
) -> Object:
    """`include` is None, Metadata or Object: what each row carries of its object."""
    table = _TABLES.get(resource, PLAIN)
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": [column.definition() for column in table.columns] if headers else None,
        "rows": [_row(table, obj, now, include) for obj in objects],
    }


def _row(table: Table, obj: Object, now: datetime, include: str) -> Object:
    row: Object = {"cells": table.row(obj, now)}
    phase = obj.get("status", {}).get("phase") if obj["kind"] == "Pod" else None
    if phase in ("Succeeded", "Failed"):
        words = {"Succeeded": "The pod has completed successfully.", "Failed": "The pod failed."}
        row["conditions"] = [{"type": "Completed", "status": "True", "reason": phase, "message": words[phase]}]
    carried = {"None": None, "Object": obj, "Metadata": partial_object(obj)}
    return row | {"object": carried[include]}
