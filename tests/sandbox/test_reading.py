"""Getting and listing, as objects, tables and metadata; and how it refuses."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.sandbox.client import APPS, CHECKOUT, CORE, TABLE, Kube


async def test_a_table_row_carries_what_was_asked_for(well: Kube) -> None:
    async def carried(query: str) -> Any:
        table = await well.get(f"{APPS}/deployments?{query}", accept=TABLE)
        return table["rows"][0]["object"]

    assert await carried("includeObject=None") is None
    metadata = await carried("")
    assert metadata.keys() == {"kind", "apiVersion", "metadata"}
    assert (metadata["kind"], metadata["metadata"]["name"]) == ("PartialObjectMetadata", "cart")
    assert (await carried("includeObject=Object"))["kind"] == "Deployment"
    refused = await well.ask("GET", f"{APPS}/deployments?includeObject=All", accept=TABLE)
    assert refused.refusal == (
        400,
        "BadRequest",
        'Unable to convert to Table as requested: includeObject: Invalid value: "All": '
        "must be 'Metadata', 'Object', 'None', or empty",
    )


@pytest.mark.parametrize(
    ("path", "columns"),
    [
        ("/api/v1/pods", "Name Ready Status Restarts Age IP* Node* Nominated-Node* Readiness-Gates*"),
        ("/apis/apps/v1/deployments", "Name Ready Up-to-date Available Age Containers* Images* Selector*"),
        ("/apis/apps/v1/replicasets", "Name Desired Current Ready Age Containers* Images* Selector*"),
        ("/apis/apps/v1/statefulsets", "Name Ready Age Containers* Images*"),
        (
            "/apis/apps/v1/daemonsets",
            "Name Desired Current Ready Up-to-date Available Node-Selector Age Containers* Images* Selector*",
        ),
        ("/apis/apps/v1/controllerrevisions", "Name Controller Revision Age"),
        ("/api/v1/services", "Name Type Cluster-IP External-IP Port(s) Age Selector*"),
        ("/apis/discovery.k8s.io/v1/endpointslices", "Name AddressType Ports Endpoints Age"),
        ("/apis/networking.k8s.io/v1/ingresses", "Name Class Hosts Address Ports Age"),
        (
            "/api/v1/nodes",
            "Name Status Roles Age Version Internal-IP* External-IP* OS-Image* Kernel-Version* Container-Runtime*",
        ),
        (
            "/api/v1/events",
            "Last-Seen Type Reason Object Subobject* Source* Message First-Seen* Count* Name*",
        ),
        ("/api/v1/configmaps", "Name Data Age"),
        ("/api/v1/secrets", "Name Type Data Age"),
        ("/api/v1/namespaces", "Name Status Age"),
        ("/apis/batch/v1/jobs", "Name Status Completions Duration Age Containers* Images* Selector*"),
        (
            "/apis/batch/v1/cronjobs",
            "Name Schedule Timezone Suspend Active Last-Schedule Age Containers* Images* Selector*",
        ),
        (
            "/apis/autoscaling/v2/horizontalpodautoscalers",
            "Name Reference Targets MinPods MaxPods Replicas Age",
        ),
        (
            "/apis/policy/v1/poddisruptionbudgets",
            "Name Min-Available Max-Unavailable Allowed-Disruptions Age",
        ),
    ],
)
async def test_tables_have_the_real_servers_columns(bad: Kube, path: str, columns: str) -> None:
    table = await bad.get(path, accept=TABLE)
    found = [
        column["name"].replace(" ", "-") + ("*" if column["priority"] else "") for column in table["columnDefinitions"]
    ]
    assert " ".join(found) == columns
    assert all(len(row["cells"]) == len(found) for row in table["rows"])


async def test_cells_say_what_kubectl_shows(bad: Kube) -> None:
    services = {row["Name"]: row for row in await bad.rows("/api/v1/services")}
    assert services["payments-db"]["Cluster-IP"] == "None"
    assert services["ingress-nginx-controller"]["Port(s)"] == "80:30080/TCP,443:30443/TCP"
    nodes = await bad.rows("/api/v1/nodes")
    assert [(row["Status"], row["Version"], row["Age"]) for row in nodes] == [("Ready", "v1.37.2", "120d")] * 3
    ingress = (await bad.rows("/apis/networking.k8s.io/v1/ingresses"))[0]
    assert (ingress["Class"], ingress["Hosts"], ingress["Ports"]) == ("nginx", "shop.example.com", "80")
    events = await bad.rows(f"{CORE}/events?fieldSelector=reason=ScalingReplicaSet")
    assert {(row["Last Seen"], row["Object"], row["Source"]) for row in events} == {
        ("2m30s", "deployment/checkout", "deployment-controller")
    }
    budget = (await bad.rows("/apis/policy/v1/poddisruptionbudgets"))[0]
    assert (budget["Min Available"], budget["Max Unavailable"], budget["Allowed Disruptions"]) == ("2", "N/A", 1)


@pytest.mark.parametrize(
    ("selector", "count"),
    [
        ("app=cart", 2),
        ("app!=cart", 8),
        ("app in (cart, catalog)", 4),
        ("app notin (cart,catalog),app", 6),
        ("app.kubernetes.io/version", 3),
        ("!app.kubernetes.io/version", 7),
        ("app=cart,pod-template-hash=none", 0),
    ],
)
async def test_labels_select(bad: Kube, selector: str, count: int) -> None:
    assert len(await bad.names(f"{CORE}/pods?labelSelector={quote(selector)}")) == count


async def test_fields_select(bad: Kube) -> None:
    pods = (await bad.get("/api/v1/pods"))["items"]
    on_node = [pod["metadata"]["name"] for pod in pods if pod["spec"]["nodeName"] == "node-1"]
    assert await bad.names("/api/v1/pods?fieldSelector=spec.nodeName=node-1") == on_node
    assert await bad.names("/api/v1/pods?fieldSelector=status.phase!=Running") == []
    assert await bad.names(f"{APPS}/deployments?fieldSelector=metadata.name=cart") == ["cart"]
    uid = pods[0]["metadata"]["uid"]
    about = await bad.get(f"/api/v1/events?fieldSelector=involvedObject.uid={uid}")
    assert {event["involvedObject"]["uid"] for event in about["items"]} <= {uid}
    warnings = await bad.get(f"{CORE}/events?fieldSelector=type=Warning,reason=BackOff")
    assert len(warnings["items"]) == 3
    new_style = await bad.get("/apis/events.k8s.io/v1/namespaces/shop/events?fieldSelector=type=Warning")
    assert {event["reason"] for event in new_style["items"]} == {"BackOff"}
    assert new_style["items"][0]["regarding"]["kind"] == "Pod"


async def test_pages_are_cut_from_one_moment(well: Kube) -> None:
    everything = await well.names("/api/v1/pods")
    first = await well.get("/api/v1/pods?limit=8")
    assert first["metadata"]["remainingItemCount"] == 12
    await well.ask("DELETE", f"{CORE}/pods/{everything[-1]}?gracePeriodSeconds=0")
    names = [item["metadata"]["name"] for item in first["items"]]
    token = first["metadata"]["continue"]
    while token:
        page = await well.get(f"/api/v1/pods?limit=8&continue={token}")
        assert page["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
        names += [item["metadata"]["name"] for item in page["items"]]
        token = page["metadata"].get("continue")
    assert names == everything


async def test_an_old_page_token_is_expired_but_says_how_to_go_on(well: Kube) -> None:
    token = (await well.get("/api/v1/pods?limit=8"))["metadata"]["continue"]
    await well.patch(f"{CORE}/configmaps/checkout-config", {"data": {"A": "b"}})
    well.sandbox.forget_history()
    answer = await well.ask("GET", f"/api/v1/pods?limit=8&continue={token}")
    assert (answer.code, answer.json["reason"]) == (410, "Expired")
    again = await well.get(f"/api/v1/pods?limit=50&continue={answer.json['metadata']['continue']}")
    assert len(again["items"]) == 12


async def test_one_object_comes_in_every_form(well: Kube) -> None:
    assert (await well.get(CHECKOUT))["kind"] == "Deployment"
    partial = await well.get(CHECKOUT, accept="application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io")
    assert "spec" not in partial
    table = await well.get(CHECKOUT, accept=TABLE)
    assert table["rows"][0]["cells"][:2] == ["checkout", "3/3"]
    assert (await well.ask("GET", CHECKOUT, accept="application/yaml")).text.startswith("apiVersion: apps/v1")
    preferred = f"application/vnd.kubernetes.protobuf,{TABLE},application/json"
    assert (await well.get(CHECKOUT, accept=preferred))["kind"] == "Table"
    assert (await well.ask("GET", CHECKOUT, accept="text/html")).code == 406


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        (f"{CORE}/pods/nope", (404, "NotFound", 'pods "nope" not found')),
        (f"{APPS}/deployments/nope", (404, "NotFound", 'deployments.apps "nope" not found')),
        (f"{APPS}/nopes", (404, "NotFound", "the server could not find the requested resource")),
        (f"{CORE}/pods?fieldSelector=spec.foo=1", (400, "BadRequest", "field label not supported: spec.foo")),
        (
            f"{CORE}/pods?resourceVersion=999999",
            (504, "Timeout", "Timeout: Too large resource version: 999999, current: "),
        ),
    ],
)
async def test_refusals_are_statuses_in_the_real_words(well: Kube, path: str, refusal: tuple[int, str, str]) -> None:
    answer = await well.ask("GET", path)
    assert answer.json["kind"] == "Status"
    code, reason, message = answer.refusal
    assert (code, reason) == refusal[:2]
    assert message.startswith(refusal[2])


async def test_nonsense_in_the_version_of_a_watch_is_the_servers_own_fault(well: Kube) -> None:
    answer = await well.ask("GET", f"{CORE}/pods?watch=1&resourceVersion=nonsense")
    assert answer.code == 500
    assert "reason" not in answer.json
    assert answer.json["message"].startswith('resourceVersion: Invalid value: "nonsense"')


async def test_a_limit_below_nothing_is_none(well: Kube) -> None:
    assert len((await well.get(f"{CORE}/pods?limit=-1"))["items"]) == len((await well.get(f"{CORE}/pods"))["items"])


async def test_a_path_of_no_api_is_plain_text(well: Kube) -> None:
    answer = await well.ask("GET", "/apis/argoproj.io/v1alpha1/applications")
    assert (answer.code, answer.text) == (404, "404 page not found\n")


async def test_discovery_names_kinds_short_names_and_scales(well: Kube) -> None:
    groups = {group["name"] for group in (await well.get("/apis"))["groups"]}
    assert {"apps", "batch", "autoscaling", "policy", "networking.k8s.io", "metrics.k8s.io"} <= groups
    entries = {item["name"]: item for item in (await well.get("/apis/apps/v1"))["resources"]}
    assert entries["deployments"]["shortNames"] == ["deploy"]
    assert entries["deployments/scale"]["group"] == "autoscaling"
    aggregated = await well.get("/apis", accept="application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
    assert aggregated["kind"] == "APIGroupDiscoveryList"
    assert (await well.get("/version"))["gitVersion"] == "v1.37.2"
