"""Fields of Services, Ingresses and operators' objects that tell how they are reached and how they stand."""

import json
from typing import Any

import pytest

from incident_mcp.cluster.ingresses import routes_seen
from incident_mcp.cluster.operators import report_seen
from incident_mcp.cluster.services import services_seen
from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.network_seen import LocalSeen
from incident_mcp.vocabulary.observation import ServiceSeen

META: dict[str, Any] = {"name": "x", "namespace": "shop", "uid": "u", "creationTimestamp": "2026-11-24T02:00:00Z"}
NOTE = "kubectl.kubernetes.io/last-applied-configuration"


def seen(status: dict[str, Any] | None = None, slices: list[dict[str, Any]] | None = None, **spec: Any) -> ServiceSeen:
    thing = {"metadata": META, "spec": {"selector": {"app": "x"}, **spec}, "status": status or {}}
    (found,) = services_seen([thing], slices or [])
    return found


def on(*nodes: str) -> list[dict[str, Any]]:
    endpoints = [{"addresses": [f"10.0.0.{at}"], "nodeName": node} for at, node in enumerate(nodes)]
    return [{"metadata": {"labels": {"kubernetes.io/service-name": "x"}}, "endpoints": endpoints}]


def test_a_load_balancer_has_an_address_by_name_or_number_or_by_the_services_own() -> None:
    by_name = seen({"loadBalancer": {"ingress": [{"hostname": "lb.example.com"}]}}, type="LoadBalancer").balancer
    own = seen(type="LoadBalancer", externalIPs=["192.0.2.1"]).balancer
    none = seen(type="LoadBalancer").balancer
    assert [each and each.placed for each in (by_name, own, none)] == [True, True, False]
    assert seen(type="NodePort").balancer is None


def test_errors_of_its_ports_are_taken_as_words_and_free_text_is_not() -> None:
    ports = [{"port": 80, "protocol": "TCP", "error": "cloud.example.com/PortsConflict"}, {"port": 81, "error": "x y"}]
    balancer = seen({"loadBalancer": {"ingress": [{"ip": "192.0.2.1", "ports": ports}]}}, type="LoadBalancer").balancer
    assert balancer is not None
    assert balancer.errors == ("cloud.example.com/PortsConflict",)


def test_a_local_policy_names_the_nodes_with_a_ready_endpoint() -> None:
    found = seen(slices=on("node-2", "node-1", "node-2"), internalTrafficPolicy="Local")
    assert found.local == LocalSeen(field="internalTrafficPolicy", nodes=("node-1", "node-2"))
    assert found.ready == 3


def test_from_outside_only_node_ports_are_concerned_since_a_load_balancer_asks_the_nodes() -> None:
    balanced = seen(slices=on("node-1"), type="LoadBalancer", externalTrafficPolicy="Local")
    port = seen(slices=on("node-1"), type="NodePort", externalTrafficPolicy="Local")
    assert balanced.local is None
    assert port.local is not None


def ingress(backend: str, applied: str | None, path: str = "/") -> dict[str, Any]:
    def spec(name: str, at: str) -> dict[str, Any]:
        behind = {"service": {"name": name, "port": {"number": 80}}}
        return {"rules": [{"host": "x.example.com", "http": {"paths": [{"path": at, "backend": behind}]}}]}

    notes = {} if applied is None else {NOTE: json.dumps({"spec": spec(applied, "/")})}
    fields: list[dict[str, Any]] = [
        {"manager": "kubectl-edit", "time": "2026-11-24T02:05:00Z", "fieldsV1": {"f:spec": {"f:rules": {}}}}
    ]
    return {"metadata": {**META, "annotations": notes, "managedFields": fields}, "spec": spec(backend, path)}


def test_a_path_that_leads_elsewhere_than_its_manifest_says_tells_where_and_who_edited_it() -> None:
    (route,) = routes_seen(ingress("admin", "api"))
    assert str(route.declared) == "Service shop/api"
    assert (route.edited_by, f"{route.edited:%H:%M}") == ("kubectl-edit", "02:05")


@pytest.mark.parametrize(
    "thing",
    [
        ingress("api", "api"),
        ingress("api", None),
        ingress("admin", "api", path="/admin"),
        ingress("api", "../../etc"),
        {**ingress("api", None), "metadata": {**META, "annotations": {NOTE: "{ not json"}}},
        {**ingress("api", None), "metadata": {**META, "annotations": {NOTE: "[1]"}}},
    ],
    ids=["the same", "not applied", "another path", "no name", "no JSON", "no object"],
)
def test_otherwise_nothing_is_said_of_it(thing: dict[str, Any]) -> None:
    assert routes_seen(thing)[0].declared is None


def reported(plural: str, **status: Any) -> str:
    found = report_seen(plural, {"metadata": META, "status": status})
    if found is None:
        return ""
    message = f" {plain(found.message)}" if found.message else ""
    return f"{found.ref.kind}: {found.field} {found.says}{message}"


def told(kind: str, status: str, message: str = "") -> dict[str, Any]:
    return {"conditions": [{"type": "Other", "status": "True"}, {"type": kind, "status": status, "message": message}]}


def test_each_kind_of_operators_objects_says_it_in_a_field_of_its_own() -> None:
    assert reported("scaledobjects", **told("Ready", "False")) == "ScaledObject: condition Ready False"
    assert reported("clusteroperators", **told("Degraded", "True")) == "ClusterOperator: condition Degraded True"
    assert reported("subscriptions", **told("ResolutionFailed", "True")).startswith("Subscription: ")
    assert reported("clustercatalogs", **told("Serving", "False")).startswith("ClusterCatalog: ")
    assert reported("installplans", phase="Failed").startswith("InstallPlan: phase Failed")
    failed = reported("clusterserviceversions", phase="Failed", message="install timed out")
    assert failed.startswith("ClusterServiceVersion: phase Failed")
    assert "install timed out" in failed
    state = {"lastObservedState": "TRANSIENT_FAILURE"}
    assert reported("catalogsources", connectionState=state) == "CatalogSource: lastObservedState TRANSIENT_FAILURE"


def test_those_that_work_or_wait_for_somebodys_approval_or_are_copies_say_nothing() -> None:
    assert reported("scaledobjects", **told("Ready", "True")) == ""
    assert reported("installplans", phase="RequiresApproval") == ""
    assert reported("catalogsources", connectionState={"lastObservedState": "READY"}) == ""
    copied = {"metadata": {**META, "labels": {"olm.copiedFrom": "operators"}}, "status": {"phase": "Failed"}}
    assert report_seen("clusterserviceversions", copied) is None
