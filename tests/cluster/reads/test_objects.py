"""JSON objects as typed values: pods, workloads, events, slices, managed fields."""

from datetime import UTC, datetime
from typing import Any

from incident_mcp.cluster.config_refs import config_refs
from incident_mcp.cluster.events import event_seen
from incident_mcp.cluster.ingresses import routes_seen
from incident_mcp.cluster.managed_fields import last_manager
from incident_mcp.cluster.pod_logs import stamped_lines
from incident_mcp.cluster.pods import grouped, pod_seen, worth_reading
from incident_mcp.cluster.revisions import mark_current
from incident_mcp.cluster.services import services_seen
from incident_mcp.cluster.table_rows import PodRow
from incident_mcp.cluster.workloads import workload_seen
from incident_mcp.vocabulary.observation import RevisionSeen
from incident_mcp.vocabulary.refs import Ref

T = "2026-11-24T02:11:{:02d}Z"


def at(second: int) -> datetime:
    return datetime(2026, 11, 24, 2, 11, second, tzinfo=UTC)


def pod_json(owner: dict[str, Any] | None = None, labels: dict[str, str] | None = None) -> dict[str, Any]:
    owners = [{"controller": True, **owner}] if owner else []
    meta = {"name": "web-7c9f8-x2k4p", "namespace": "shop", "uid": "u", "creationTimestamp": T.format(31)}
    return {"metadata": {**meta, "ownerReferences": owners, "labels": labels or {}}, "spec": {"containers": []}}


def test_a_pod_of_a_deployment_is_known_by_its_replica_sets_name() -> None:
    owner = {"kind": "ReplicaSet", "name": "web-7c9f8"}
    assert pod_seen(pod_json(owner, {"pod-template-hash": "7c9f8"})).owner == Ref(
        kind="Deployment", namespace="shop", name="web"
    )


def test_a_replica_set_of_nobody_is_itself_the_owner() -> None:
    pod = pod_seen(pod_json({"kind": "ReplicaSet", "name": "web-7c9f8"}))
    assert pod.owner == Ref(kind="ReplicaSet", namespace="shop", name="web-7c9f8")


def test_jobs_and_bare_pods() -> None:
    assert pod_seen(pod_json({"kind": "Job", "name": "backup"})).owner == Ref(
        kind="Job", namespace="shop", name="backup"
    )
    assert pod_seen(pod_json()).owner is None


def test_a_container_as_its_kubelet_reports_it() -> None:
    pod = pod_json()
    pod["spec"] = {"containers": [{"name": "app", "image": "i:1", "resources": {"limits": {"memory": "96Mi"}}}]}
    waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}}
    last = {
        "terminated": {"exitCode": 137, "reason": "OOMKilled", "startedAt": T.format(40), "finishedAt": T.format(44)}
    }
    pod["status"] = {"containerStatuses": [{"name": "app", "restartCount": 3, "state": waiting, "lastState": last}]}
    (container,) = pod_seen(pod).containers
    assert (container.state, container.reason, container.restarts) == ("waiting", "CrashLoopBackOff", 3)
    assert (container.last_reason, container.last_exit_code, container.last_finished) == ("OOMKilled", 137, at(44))
    assert container.memory_limit == "96Mi"


def event_json(**fields: Any) -> dict[str, Any]:
    return {"metadata": {"creationTimestamp": T.format(1)}, "involvedObject": {"kind": "Pod", "uid": "u"}, **fields}


def test_an_events_real_last_time_whoever_wrote_it() -> None:
    old_style = event_seen(event_json(firstTimestamp=T.format(2), lastTimestamp=T.format(9), count=7))
    scheduler = event_seen(event_json(eventTime="2026-11-24T02:11:05.123456Z", firstTimestamp=None))
    series = {"count": 4, "lastObservedTime": T.format(30)}
    new_style = event_seen(event_json(eventTime=T.format(5), series=series))
    assert (old_style.first, old_style.last, old_style.count) == (at(2), at(9), 7)
    assert scheduler.first == scheduler.last == at(5).replace(microsecond=123456)
    assert (new_style.first, new_style.last, new_style.count) == (at(5), at(30), 4)
    assert event_seen(event_json()).last == at(1)


def test_an_event_names_its_container() -> None:
    about = {"kind": "Pod", "uid": "u", "fieldPath": "spec.containers{app}"}
    assert event_seen(event_json(involvedObject=about)).container == "app"


def test_the_manager_that_last_changed_the_template() -> None:
    entries: list[dict[str, Any]] = [
        {"manager": "kubectl", "time": T.format(1), "fieldsV1": {"f:spec": {"f:template": {}, "f:replicas": {}}}},
        {"manager": "deploy-bot", "time": T.format(31), "fieldsV1": {"f:spec": {"f:template": {"f:spec": {}}}}},
        {"manager": "scaler", "time": T.format(50), "fieldsV1": {"f:spec": {"f:replicas": {}}}},
        {"manager": "kube-controller-manager", "time": T.format(59), "fieldsV1": {"f:status": {}}},
    ]
    assert last_manager({"metadata": {"managedFields": entries}}, "spec", "template") == ("deploy-bot", at(31))
    assert last_manager({"metadata": {}}, "spec") == (None, None)


def test_what_is_owned_as_a_whole_is_owned_in_its_parts_too() -> None:
    """An atomic list, as a route's rules; whoever owns only what lies above it did not change it."""
    entries: list[dict[str, Any]] = [
        {"manager": "above", "time": T.format(50), "fieldsV1": {"f:spec": {}}},
        {"manager": "router", "time": T.format(31), "fieldsV1": {"f:spec": {"f:rules": {}}}},
        {"manager": "namer", "time": T.format(59), "fieldsV1": {"f:spec": {"f:hostnames": {}}}},
    ]
    thing: dict[str, Any] = {"metadata": {"managedFields": entries}}
    assert last_manager(thing, "spec", "rules", "0", "backendRefs") == ("router", at(31))
    assert last_manager(thing, "spec", "parentRefs") == ("above", at(50))
    assert last_manager(thing, "status") == (None, None)


def test_fields_that_the_server_leaves_out_are_zero() -> None:
    thing = {"metadata": {"name": "w", "namespace": "n"}, "spec": {"replicas": 3}, "status": {}}
    seen = workload_seen(thing, "Deployment")
    assert (seen.desired, seen.ready, seen.updated, seen.available) == (3, 0, 0, 0)


def test_a_stateful_set_with_nothing_to_update_is_up_to_date() -> None:
    status = {"readyReplicas": 3, "currentRevision": "a", "updateRevision": "a"}
    seen = workload_seen({"metadata": {"name": "w"}, "spec": {"replicas": 3}, "status": status}, "StatefulSet")
    assert seen.well


def test_a_recreated_deployment_lets_all_pods_go_at_once() -> None:
    thing = {"metadata": {"name": "w"}, "spec": {"strategy": {"type": "Recreate"}}}
    assert workload_seen(thing, "Deployment").max_unavailable == "100%"


def revision(name: str, number: int, image: str) -> RevisionSeen:
    template = {"spec": {"containers": [{"image": image}]}}
    return RevisionSeen(number=number, controller=name, created=at(0), images=(image,), template=template)


def test_the_current_revision_of_a_stateful_set_is_what_it_is_updated_to() -> None:
    """Rolled back from a stuck update, the status' currentRevision is what one wants back, not what one has."""
    thing = {
        "metadata": {"name": "db", "generation": 2},
        "spec": {"template": {"spec": {"containers": [{"image": "db:2"}]}}},
        "status": {"currentRevision": "db-a", "updateRevision": "db-b", "observedGeneration": 2},
    }
    seen = mark_current(
        [revision("db-b", 2, "db:2"), revision("db-a", 1, "db:1")], workload_seen(thing, "StatefulSet"), thing
    )
    assert [each.controller for each in seen if each.current] == ["db-b"]


def test_endpoints_are_counted_over_all_slices_and_each_pod_once() -> None:
    label = {"kubernetes.io/service-name": "web"}
    both_families = [
        {"addresses": ["10.0.0.1"], "conditions": {"ready": True}, "targetRef": {"uid": "p1"}},
        {"addresses": ["10.0.0.2"], "conditions": {"ready": False}, "targetRef": {"uid": "p2"}},
    ]
    slices: list[dict[str, Any]] = [
        {"metadata": {"labels": label}, "endpoints": both_families},
        {"metadata": {"labels": label}, "endpoints": both_families},
        {"metadata": {"labels": label}, "endpoints": [{"addresses": ["10.0.0.3"], "conditions": {}}]},
    ]
    service = {
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"app": "web"}, "type": "NodePort"},
    }
    external_name = {"metadata": {"name": "out"}, "spec": {"type": "ExternalName"}}
    (seen,) = services_seen([service, external_name], slices)
    assert (seen.ready, seen.not_ready, seen.external) == (2, 1, True)


def test_routes_of_an_ingress_with_and_without_rules() -> None:
    backend = {"service": {"name": "web"}}
    spec = {"rules": [{"host": "x.example", "http": {"paths": [{"path": "/a", "backend": backend}]}}]}
    ingress = {"metadata": {"name": "i", "namespace": "shop"}, "spec": {**spec, "defaultBackend": backend}}
    assert [route.url for route in routes_seen(ingress)] == ["x.example/a", "*"]
    assert [route.service_missing for route in routes_seen(ingress, {"other"})] == [True, True]


def test_configuration_references_of_all_kinds_once_each() -> None:
    container = {
        "envFrom": [{"configMapRef": {"name": "c1"}}, {"secretRef": {"name": "s1"}}],
        "env": [
            {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "c2", "key": "k"}}},
            {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s1", "key": "k"}}},
            {"name": "C", "value": "plain"},
        ],
    }
    volumes = [
        {"name": "v", "configMap": {"name": "c3"}},
        {"name": "w", "secret": {"secretName": "s2"}},
        {"name": "p", "projected": {"sources": [{"configMap": {"name": "c1"}}, {"secret": {"name": "s3"}}]}},
    ]
    found = config_refs({"spec": {"containers": [container], "volumes": volumes}}, "shop")
    assert [ref.name for ref in found] == ["c1", "s1", "c2", "c3", "s2", "s3"]


def row(name: str, restarts: int = 0) -> PodRow:
    return PodRow("shop", name, "CrashLoopBackOff", 0, 1, restarts, None, None)


def test_of_hundreds_alike_only_a_few_are_read_the_worst_first() -> None:
    rows = [row(f"web-7c9f8-{number:05d}", restarts=number) for number in range(300)]
    chosen = worth_reading(grouped([*rows, row("api-55aa-1")]))
    assert [ref.name for ref in chosen][:5] == [f"web-7c9f8-{number:05d}" for number in (299, 298, 297, 296, 295)]
    assert len(chosen) == 6


def test_lines_keep_their_time_and_odd_ones_their_text() -> None:
    log = b"2026-11-24T02:11:40.123456789Z KeyError: 'X'\nno stamp here\n2026-11-24T02:11:41Z \xff\n"
    assert stamped_lines(log) == [
        (at(40).replace(microsecond=123456), "KeyError: 'X'"),
        (None, "no stamp here"),
        (at(41), "�"),
    ]
