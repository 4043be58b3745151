"""What our reads rely on: tables, objects, selectors, pages, and the refusals that become errors of ours."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.calls import MERGE_PATCH
from incident_mcp.cluster.cells import duration, fraction, restarts
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.tables import Table
from incident_mcp.vocabulary.errors import CredentialsError, Forbidden, Invalid, NotFound
from tests.contract.cluster import Cluster
from tests.contract.shop import Workload

COLUMNS = {
    "Pod": "Name Ready Status Restarts Age | IP Node Nominated_Node Readiness_Gates",
    "Deployment": "Name Ready Up-to-date Available Age | Containers Images Selector",
    "StatefulSet": "Name Ready Age | Containers Images",
    "DaemonSet": "Name Desired Current Ready Up-to-date Available Node_Selector Age | Containers Images Selector",
    "ReplicaSet": "Name Desired Current Ready Age | Containers Images Selector",
    "ControllerRevision": "Name Controller Revision Age",
    "Service": "Name Type Cluster-IP External-IP Port(s) Age | Selector",
    "EndpointSlice": "Name AddressType Ports Endpoints Age",
    "ConfigMap": "Name Data Age",
    "Ingress": "Name Class Hosts Address Ports Age",
    "Event": "Last_Seen Type Reason Object | Subobject Source | Message | First_Seen Count Name",
    "Node": "Name Status Roles Age Version | Internal-IP External-IP OS-Image Kernel-Version Container-Runtime",
    "Namespace": "Name Status Age",
}


async def rows(api: Api, kind: str, namespace: str | None, **params: str) -> list[dict[str, Any]]:
    table = await api.table(collection(kind, namespace), params=params)
    names = [column.name for column in table.column_definitions]
    return [dict(zip(names, row.cells, strict=True)) for row in table.rows]


async def test_the_columns_of_tables(checkout: Workload, api: Api) -> None:
    """A bar stands where the priority changes: what `kubectl get` leaves out without `-o wide`."""
    tables = {kind: await api.table(collection(kind, checkout.namespace)) for kind in COLUMNS}
    assert {kind: _shown(table) for kind, table in tables.items()} == COLUMNS
    for table in tables.values():
        assert table.metadata.resource_version
        assert all(row.object is None for row in table.rows)


def _shown(table: Table) -> str:
    shown, priority = list[str](), 0
    for column in table.column_definitions:
        shown += ["|"] if column.priority != priority else []
        shown.append(column.name.replace(" ", "_"))
        priority = column.priority
    return " ".join(shown)


async def test_the_cells_of_crashing_and_of_healthy_pods(checkout: Workload, api: Api) -> None:
    pods = await rows(api, "Pod", checkout.namespace)
    assert [pod["Name"] for pod in pods] == sorted(pod["Name"] for pod in pods)
    crashing = [pod for pod in pods if pod["Name"].startswith("checkout-")]
    assert len(crashing) == 3
    for pod in crashing:
        # Between two waits it runs for a moment, or has just ended.
        assert pod["Status"] in ("CrashLoopBackOff", "Error", "Running")
        assert fraction(pod["Ready"]) == (0, 1)
        count, ago = restarts(pod["Restarts"])
        assert count >= 1
        assert ago is not None
        assert duration(pod["Age"]) is not None
    steady = {re.sub(r"-[a-z0-9]{5}$", "", pod["Name"]): pod for pod in pods if pod not in crashing}
    assert steady["db-0"] | {"Age": "", "IP": "", "Node": ""} == {
        "Name": "db-0",
        "Ready": "1/1",
        "Status": "Running",
        "Restarts": "0",
        "Age": "",
        "IP": "",
        "Node": "",
        "Nominated Node": "<none>",
        "Readiness Gates": "<none>",
    }
    assert {(pod["Ready"], pod["Status"], pod["Restarts"]) for pod in steady.values()} == {("1/1", "Running", "0")}


async def test_the_cells_of_workloads(checkout: Workload, api: Api) -> None:
    deployments = {row.pop("Name"): row for row in await rows(api, "Deployment", checkout.namespace)}
    assert {name: (row["Ready"], row["Up-to-date"], row["Available"]) for name, row in deployments.items()} == {
        "cart": ("2/2", 2, 2),
        "catalog": ("2/2", 2, 2),
        "checkout": ("0/3", 3, 0),
        "payment": ("2/2", 2, 2),
    }
    assert deployments["checkout"]["Images"] == "registry.example/shop/checkout:1.42"
    assert deployments["checkout"]["Selector"] == "app=checkout"
    [db] = await rows(api, "StatefulSet", checkout.namespace)
    assert (db["Name"], db["Ready"], db["Containers"]) == ("db", "2/2", "app")
    [agent] = await rows(api, "DaemonSet", checkout.namespace)
    counts = ("Desired", "Current", "Ready", "Up-to-date", "Available", "Node Selector")
    assert [agent[name] for name in counts] == [3, 3, 3, 3, 3, "<none>"]
    replica_sets = await rows(api, "ReplicaSet", checkout.namespace, labelSelector="app=checkout")
    assert sorted((row["Desired"], row["Current"], row["Ready"]) for row in replica_sets) == [(0, 0, 0)] * 6 + [
        (3, 3, 0)
    ]


async def test_the_cells_of_what_stands_around(checkout: Workload, api: Api) -> None:
    revisions = await rows(api, "ControllerRevision", checkout.namespace)
    assert [(row["Controller"], row["Revision"]) for row in revisions] == [
        ("statefulset.apps/db", 1),
        ("daemonset.apps/log-agent", 1),
    ]
    services = {row["Name"]: row for row in await rows(api, "Service", checkout.namespace)}
    assert (services["checkout"]["Type"], services["checkout"]["Port(s)"]) == ("ClusterIP", "80/TCP")
    assert (services["db"]["Cluster-IP"], services["db"]["External-IP"]) == ("None", "<none>")
    slices = {row["Name"].rpartition("-")[0]: row for row in await rows(api, "EndpointSlice", checkout.namespace)}
    assert (slices["db"]["AddressType"], slices["db"]["Ports"]) == ("IPv4", "5432")
    assert len(slices["checkout"]["Endpoints"].split(",")) == 3, "those that are not ready are listed too"
    [shop] = await rows(api, "Ingress", checkout.namespace)
    assert [shop[name] for name in ("Name", "Class", "Hosts", "Address", "Ports")] == [
        "shop",
        "<none>",
        "shop.example.com",
        "",
        "80",
    ]
    nodes = await rows(api, "Node", None)
    assert [(row["Name"], row["Status"], row["Roles"], row["Version"]) for row in nodes] == [
        (f"node-{number}", "Ready", "<none>", "v1.37.2") for number in (1, 2, 3)
    ]
    namespaces = await rows(api, "Namespace", None)
    assert [row["Status"] for row in namespaces if row["Name"] == checkout.namespace] == ["Active"]


async def test_the_cells_of_events(checkout: Workload, api: Api) -> None:
    events = await rows(api, "Event", checkout.namespace)
    [back_off, *_] = [row for row in events if row["Reason"] == "BackOff"]
    assert back_off["Object"].startswith("pod/checkout-")
    assert back_off["Subobject"] == "spec.containers{app}"
    assert back_off["Type"] == "Warning"
    assert back_off["Message"].startswith("Back-off restarting failed container app in pod checkout-")
    assert duration(back_off["Last Seen"]) is not None
    assert back_off["Count"] >= 1
    assert back_off["Name"].startswith(back_off["Object"].removeprefix("pod/") + ".")
    scaled = [row["Message"] for row in events if row["Object"] == "deployment/checkout"]
    assert any(re.fullmatch(r"Scaled down replica set checkout-\w+ from 3 to 0", message) for message in scaled)
    assert any(re.fullmatch(r"Scaled up replica set checkout-\w+ from 0 to 3", message) for message in scaled)
    scheduled = next(row for row in events if row["Reason"] == "Scheduled")
    assert scheduled["Source"].startswith("default-scheduler, default-scheduler-")


async def test_rows_carry_metadata_or_the_object_where_asked(checkout: Workload, api: Api) -> None:
    path = collection("Deployment", checkout.namespace)
    params = {"fieldSelector": "metadata.name=checkout"}
    [row] = (await api.table(path, params=params, include_object="Metadata")).rows
    assert row.object is not None
    assert row.object["kind"] == "PartialObjectMetadata"
    assert row.object["metadata"]["namespace"] == checkout.namespace
    [row] = (await api.table(path, params=params, include_object="Object")).rows
    assert row.object is not None
    assert row.object["kind"] == "Deployment"
    assert row.object["spec"]["replicas"] == 3


async def test_a_list_is_selected_by_labels_and_by_fields(checkout: Workload, api: Api) -> None:
    async def names(kind: str, **params: str) -> list[str]:
        listed = await api.get_json(collection(kind, checkout.namespace), params=params)
        assert all("kind" not in item for item in listed["items"]), "items of a list leave their kind out"
        return [item["metadata"]["name"] for item in listed["items"]]

    assert len(await names("Pod", labelSelector="app=checkout")) == 3
    assert await names("Pod", labelSelector="app in (db),app!=cart") == ["db-0", "db-1"]
    assert await names("Deployment", labelSelector="tier") == ["checkout"]
    assert await names("Deployment", fieldSelector="metadata.name=cart") == ["cart"]
    assert await names("Pod", labelSelector="app=db", fieldSelector="status.phase!=Running") == []
    assert await names("Pod", fieldSelector="status.phase=Running,metadata.name=db-1") == ["db-1"]
    assert await names("Pod", labelSelector="app=nobody") == []


async def test_events_are_found_by_the_uid_of_what_they_are_about(checkout: Workload, api: Api) -> None:
    pods = await api.get_json(collection("Pod", checkout.namespace), params={"labelSelector": "app=checkout"})
    uid = pods["items"][0]["metadata"]["uid"]
    path, params = collection("Event", checkout.namespace), {"fieldSelector": f"involvedObject.uid={uid}"}
    found = (await api.get_json(path, params=params))["items"]
    assert {event["involvedObject"]["uid"] for event in found} == {uid}
    assert {"BackOff", "Scheduled"} <= {event["reason"] for event in found}
    warnings = await api.get_json(path, params={"fieldSelector": "type=Warning"})
    assert {event["type"] for event in warnings["items"]} == {"Warning"}
    scheduled = next(event for event in found if event["reason"] == "Scheduled")
    assert (scheduled["firstTimestamp"], scheduled["lastTimestamp"]) == (None, None)
    assert scheduled["eventTime"]
    assert scheduled["reportingComponent"] == "default-scheduler"


async def test_pages(checkout: Workload, api: Api) -> None:
    path = collection("Deployment", checkout.namespace)
    first = await api.get_json(path, params={"limit": 3})
    assert len(first["items"]) == 3
    assert first["metadata"]["remainingItemCount"] == 1
    second = await api.get_json(path, params={"limit": 3, "continue": first["metadata"]["continue"]})
    assert [item["metadata"]["name"] for item in second["items"]] == ["payment"]
    assert "continue" not in second["metadata"]
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"], "of one moment"
    assert len((await api.table(path, params={"limit": 1})).rows) == 4
    assert len((await api.get_json(path, params={"limit": -1}))["items"]) == 4
    with pytest.raises(Invalid, match="continue key is not valid"):
        await api.get_json(path, params={"limit": 3, "continue": "nonsense"})


async def test_one_object(checkout: Workload, api: Api) -> None:
    live = await api.get_json(checkout.path)
    assert (live["kind"], live["apiVersion"]) == ("Deployment", "apps/v1")
    assert live["metadata"].keys() == {
        "annotations",
        "creationTimestamp",
        "generation",
        "labels",
        "managedFields",
        "name",
        "namespace",
        "resourceVersion",
        "uid",
    }
    assert live["metadata"]["annotations"].keys() == {
        "deployment.kubernetes.io/revision",
        "kubectl.kubernetes.io/last-applied-configuration",
        "kubernetes.io/change-cause",
    }
    # Applied once, six releases, and each wrote a change-cause beside the template.
    assert live["metadata"]["generation"] == live["status"]["observedGeneration"] == 7
    assert {key: value for key, value in live["status"].items() if key != "conditions"} == {
        "observedGeneration": 7,
        "replicas": 3,
        "terminatingReplicas": 0,
        "unavailableReplicas": 3,
        "updatedReplicas": 3,
    }
    conditions = {each["type"]: (each["status"], each["reason"]) for each in live["status"]["conditions"]}
    assert conditions["Progressing"] == ("True", "ReplicaSetUpdated")
    assert conditions.keys() == {"Available", "Progressing"}
    pod = live["spec"]["template"]["spec"]
    assert {key: pod[key] for key in pod if key != "containers"} == {
        "dnsPolicy": "ClusterFirst",
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "terminationGracePeriodSeconds": 1,
    }


async def test_what_is_not_there(checkout: Workload, api: Api) -> None:
    with pytest.raises(NotFound, match=rf"has no deployments\.apps nope in namespace {checkout.namespace}"):
        await api.get_json(f"{collection('Deployment', checkout.namespace)}/nope")
    with pytest.raises(NotFound, match=r"does not serve /apis/nope\.example/v1/things"):
        await api.get_json("/apis/nope.example/v1/things")
    with pytest.raises(NotFound, match="does not serve /apis/apps/v1/things"):
        await api.get_json("/apis/apps/v1/things")
    nowhere = await api.get_json(collection("Pod", "there-is-no-such-namespace"))
    assert nowhere["items"] == [], "a namespace that is not there is empty"


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"labelSelector": "a=b=c"}, "found '"),
        ({"fieldSelector": "spec.nonsense=1"}, "field label not supported"),
        ({"limit": "many"}, "strconv.ParseInt"),
    ],
    ids=["labels", "fields", "limit"],
)
async def test_a_question_that_makes_no_sense(checkout: Workload, api: Api, params: dict[str, str], told: str) -> None:
    with pytest.raises(Invalid, match=told):
        await api.get_json(collection("Pod", checkout.namespace), params=params)


async def test_who_may_not_is_told_the_verb_and_the_resource(checkout: Workload, cluster: Cluster, viewer: Api) -> None:
    assert (await rows(viewer, "Deployment", checkout.namespace))[2]["Name"] == "checkout"
    with pytest.raises(Forbidden) as refused:
        await rows(viewer, "Pod", "kube-system")
    assert (refused.value.verb, refused.value.resource) == ("list", "pods")
    assert refused.value.happened.startswith("viewer may not list pods in namespace kube-system on ")
    with pytest.raises(Forbidden) as refused:
        await rows(viewer, "Node", None)
    assert (refused.value.verb, refused.value.resource) == ("list", "nodes")
    assert "cluster-wide" in refused.value.happened
    with pytest.raises(Forbidden) as refused:
        await viewer.get_json(f"{collection('Secret', checkout.namespace)}/checkout-secrets")
    assert (refused.value.verb, refused.value.resource) == ("get", "secrets")
    with pytest.raises(Forbidden) as refused:
        await viewer.patch(
            checkout.path, {"spec": {"replicas": 1}}, content_type=MERGE_PATCH, user_agent="contract", dry_run=True
        )
    assert (refused.value.verb, refused.value.resource) == ("patch", "deployments.apps")
    assert "Grant the verb" in refused.value.next_step


async def test_credentials_that_nobody_knows(cluster: Cluster, tmp_path: Path) -> None:
    config = yaml.safe_load(cluster.plane.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": "nobody-gave-this-out"}
    wrong = tmp_path / "wrong.kubeconfig"
    wrong.write_text(json.dumps(config))
    async with cluster.connected(wrong) as stranger:
        with pytest.raises(CredentialsError, match="does not accept the credentials"):
            await stranger.get_json("/api/v1/namespaces")
