"""Creating, changing and deleting over the API: conflicts, dry runs, preconditions, and who owns a field."""

from typing import Any

import pytest

from tests.sandbox.client import APPS, CHECKOUT, CORE, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, Kube

CONFIG = f"{CORE}/configmaps/checkout-config"
REJECTED = (422, "Invalid", "the server rejected our request due to an error in our request")
MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


def _test(path: str, value: Any) -> Any:
    return {"op": "test", "path": path, "value": value}


@pytest.mark.parametrize(
    "operation",
    [
        _test("/metadata/uid", "somebody-else"),
        {"op": "replace", "path": "/spec/template/spec/nope/deeper", "value": 1},
        {"op": "remove", "path": "/spec/nope"},
        {"op": "frobnicate", "path": "/spec"},
    ],
    ids=["failed test", "missing path", "missing field", "bad operation"],
)
async def test_a_json_patch_that_does_not_apply_is_rejected_whole(bad: Kube, operation: Any) -> None:
    before = await bad.get(CHECKOUT)
    good = {"op": "replace", "path": "/spec/replicas", "value": 9}
    answer = await bad.patch(CHECKOUT, [good, operation], JSON_PATCH)
    assert answer.refusal == REJECTED
    assert answer.json["details"] == {}
    assert await bad.get(CHECKOUT) == before


async def test_a_guarded_patch_goes_through_while_other_fields_move(bad: Kube) -> None:
    read = await bad.get(CHECKOUT)
    await bad.patch(CHECKOUT, {"metadata": {"labels": {"touched": "meanwhile"}}})
    guard = [_test("/metadata/uid", read["metadata"]["uid"]), _test("/spec/replicas", 3)]
    answer = await bad.patch(CHECKOUT, [*guard, {"op": "replace", "path": "/spec/replicas", "value": 4}], JSON_PATCH)
    assert (answer.code, answer.json["spec"]["replicas"]) == (200, 4)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (JSON_PATCH, [{"op": "replace", "path": "/metadata/resourceVersion", "value": "1"}]),
        (MERGE_PATCH, {"metadata": {"resourceVersion": "1"}, "spec": {"replicas": 1}}),
        (STRATEGIC_PATCH, {"metadata": {"resourceVersion": "1"}, "spec": {"replicas": 1}}),
    ],
)
async def test_an_old_resource_version_is_a_conflict(bad: Kube, kind: str, body: Any) -> None:
    answer = await bad.patch(CHECKOUT, body, kind)
    message = f'Operation cannot be fulfilled on deployments.apps "checkout": {MODIFIED}'
    assert answer.refusal == (409, "Conflict", message)
    assert answer.json["details"] == {"name": "checkout", "group": "apps", "kind": "deployments"}


async def test_a_put_needs_the_version_that_was_read(bad: Kube) -> None:
    read = await bad.get(CONFIG)
    first = await bad.ask("PUT", CONFIG, {**read, "data": {"A": "1"}})
    assert (first.code, first.json["data"]) == (200, {"A": "1"})
    assert (await bad.ask("PUT", CONFIG, {**read, "data": {"A": "2"}})).code == 409
    del read["metadata"]["resourceVersion"]
    assert (await bad.ask("PUT", CONFIG, {**read, "data": {"A": "3"}})).code == 200


async def test_a_wrong_uid_is_immutable_in_a_patch_and_a_conflict_in_a_put(bad: Kube) -> None:
    answer = await bad.patch(CONFIG, {"metadata": {"uid": "other"}})
    code, reason, message = answer.refusal
    assert (code, reason) == (422, "Invalid")
    assert message == 'ConfigMap "checkout-config" is invalid: metadata.uid: Invalid value: "other": field is immutable'
    read = await bad.get(CONFIG)
    read["metadata"]["uid"] = "other"
    assert (await bad.ask("PUT", CONFIG, read)).code == 409


async def test_a_dry_run_answers_like_the_write_and_stores_nothing(bad: Kube) -> None:
    before = await bad.get(CHECKOUT)
    revision = bad.cluster.store.revision
    answer = await bad.patch(f"{CHECKOUT}?dryRun=All", {"spec": {"replicas": 7}})
    assert (answer.code, answer.json["spec"]["replicas"]) == (200, 7)
    assert answer.json["metadata"]["generation"] == before["metadata"]["generation"] + 1
    assert (await bad.patch(f"{CHECKOUT}/scale?dryRun=All", {"spec": {"replicas": 7}})).json["spec"]["replicas"] == 7
    new = {"metadata": {"name": "new"}}
    assert (await bad.ask("POST", f"{CORE}/configmaps?dryRun=All", new)).code == 201
    assert (await bad.ask("DELETE", f"{CONFIG}?dryRun=All")).code == 200
    assert (await bad.ask("DELETE", CONFIG, {"dryRun": ["All"]})).code == 200
    assert bad.cluster.store.revision == revision
    assert await bad.get(CHECKOUT) == before
    assert [record.dry_run for record in bad.sandbox.requests] == [True] * 5
    assert (await bad.patch(f"{CHECKOUT}?dryRun=Some", {})).code == 422


async def test_a_deletion_with_a_body_does_not_look_at_the_query(bad: Kube) -> None:
    body = {"propagationPolicy": "Background"}
    assert (await bad.ask("DELETE", f"{CONFIG}?dryRun=All", body)).code == 200
    assert (await bad.ask("GET", CONFIG)).code == 404
    assert [record.dry_run for record in bad.sandbox.requests] == [False]


async def test_a_dry_run_needs_the_real_right(bad: Kube) -> None:
    assert (await bad.as_viewer().patch(f"{CHECKOUT}?dryRun=All", {})).code == 403


async def test_a_write_that_changes_nothing_is_none(bad: Kube) -> None:
    before = await bad.get(CHECKOUT)
    assert (await bad.patch(CHECKOUT, {"spec": {"replicas": 3}})).json == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"spec": {"replicas": -1}}, "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
        ({"spec": {"selector": {"matchLabels": {"app": "x"}}}}, "spec.selector: Invalid value: "),
        ({"spec": {"template": {"spec": {"containers": []}}}}, "spec.template.spec.containers: Required value"),
        (
            {"metadata": {"labels": {"app": "no spaces"}}},
            'metadata.labels: Invalid value: "no spaces": a valid label must',
        ),
    ],
)
async def test_nonsense_is_invalid_and_says_where(bad: Kube, body: Any, field: str) -> None:
    answer = await bad.patch(CHECKOUT, body)
    code, reason, message = answer.refusal
    assert (code, reason) == (422, "Invalid")
    assert message.startswith('Deployment.apps "checkout" is invalid: ')
    assert field in message
    assert answer.json["details"]["causes"]


async def test_a_field_of_the_wrong_type_is_refused(bad: Kube) -> None:
    answer = await bad.patch(CHECKOUT, {"spec": {"replicas": "many"}})
    assert answer.refusal[0] == 422
    assert "cannot unmarshal string into Go struct field Deployment.spec.replicas of type int32" in answer.refusal[2]
    bad_map = {"metadata": {"name": "x"}, "data": {"a": 1}}
    assert (await bad.ask("POST", f"{CORE}/configmaps", bad_map)).code == 400


async def test_creation_fills_in_what_the_server_knows(bad: Kube) -> None:
    body = {"metadata": {"generateName": "note-"}, "data": {"a": "1"}}
    made = (await bad.ask("POST", f"{CORE}/configmaps", body)).json
    assert made["metadata"]["name"].startswith("note-")
    assert made["metadata"]["namespace"] == "shop"
    assert made["metadata"]["creationTimestamp"] == "2026-11-24T02:14:03Z"
    twice = await bad.ask("POST", f"{CORE}/configmaps", {"metadata": {"name": made["metadata"]["name"]}})
    assert twice.refusal[:2] == (409, "AlreadyExists")
    nowhere = await bad.ask("POST", "/api/v1/namespaces/nowhere/configmaps", body)
    assert nowhere.refusal == (404, "NotFound", 'namespaces "nowhere" not found')


async def test_deletion_honours_its_preconditions(bad: Kube) -> None:
    answer = await bad.ask("DELETE", CONFIG, {"preconditions": {"uid": "other"}})
    assert answer.refusal[:2] == (409, "Conflict")
    assert "the UID in the precondition (other) does not match the UID in record" in answer.refusal[2]
    assert (await bad.ask("DELETE", CONFIG, {"preconditions": {"resourceVersion": "1"}})).code == 409
    uid = (await bad.get(CONFIG))["metadata"]["uid"]
    assert (await bad.ask("DELETE", CONFIG, {"preconditions": {"uid": uid}})).json["status"] == "Success"
    assert (await bad.ask("DELETE", CONFIG)).code == 404


async def test_finalizers_hold_an_object_until_they_are_gone(bad: Kube) -> None:
    await bad.patch(CONFIG, {"metadata": {"finalizers": ["example.com/hold"]}})
    await bad.ask("DELETE", CONFIG)
    assert (await bad.get(CONFIG))["metadata"]["deletionTimestamp"]
    await bad.patch(CONFIG, {"metadata": {"finalizers": None}})
    assert (await bad.ask("GET", CONFIG)).code == 404


async def test_a_field_belongs_to_whom_changed_it_last(bad: Kube) -> None:
    bad.cluster.advance(60)
    await bad.patch(f"{CHECKOUT}?fieldManager=on-call", {"spec": {"replicas": 5}})
    await bad.patch(f"{CHECKOUT}/scale", {"spec": {"replicas": 4}})
    entries = (await bad.get(CHECKOUT))["metadata"]["managedFields"]
    owners = [entry for entry in entries if "f:replicas" in entry["fieldsV1"].get("f:spec", {})]
    assert [(e["manager"], e["operation"], e.get("subresource"), e["time"]) for e in owners] == [
        ("tester", "Update", "scale", "2026-11-24T02:15:03Z")
    ]
    assert "on-call" not in {entry["manager"] for entry in entries}, "it owns nothing any more"


async def test_the_manager_is_named_by_parameter_else_by_user_agent(bad: Kube) -> None:
    await bad.ask(
        "PATCH", CONFIG, {"data": {"A": "1"}}, content_type=MERGE_PATCH, user_agent="incident-mcp/0.1 plan/abc"
    )
    await bad.patch(f"{CONFIG}?fieldManager=me", {"data": {"B": "1"}})
    managers = {entry["manager"]: entry["fieldsV1"] for entry in (await bad.get(CONFIG))["metadata"]["managedFields"]}
    assert managers["incident-mcp"] == {"f:data": {"f:A": {}}}
    assert managers["me"] == {"f:data": {"f:B": {}}}


async def test_a_status_is_written_through_its_subresource_only(bad: Kube) -> None:
    bad.cluster.pause()
    await bad.patch(CHECKOUT, {"status": {"readyReplicas": 3}})
    assert "readyReplicas" not in (await bad.get(CHECKOUT))["status"]
    await bad.patch(f"{CHECKOUT}/status", {"status": {"readyReplicas": 3}, "spec": {"replicas": 9}})
    found = await bad.get(CHECKOUT)
    assert (found["status"]["readyReplicas"], found["spec"]["replicas"]) == (3, 3)


async def test_server_side_apply_refuses_what_another_manager_set(bad: Kube) -> None:
    apply = "application/apply-patch+yaml"
    body = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"LOG_LEVEL": "debug"}}
    answer = await bad.patch(f"{CONFIG}?fieldManager=me", body, apply)
    assert answer.refusal[:2] == (409, "Conflict")
    assert answer.json["details"]["causes"][0]["field"] == ".data.LOG_LEVEL"
    forced = await bad.patch(f"{CONFIG}?fieldManager=me&force=true", body, apply)
    assert forced.json["data"]["LOG_LEVEL"] == "debug"
    body["data"] = {"OTHER": "x"}
    dropped = await bad.patch(f"{CONFIG}?fieldManager=me", body, apply)
    assert "LOG_LEVEL" not in dropped.json["data"]
    new = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}}
    assert (await bad.patch(f"{CORE}/configmaps/fresh?fieldManager=me", new, apply)).code == 201


async def test_every_mutating_request_is_in_the_audit_record(bad: Kube) -> None:
    await bad.ask(
        "PATCH", CONFIG, {"data": {"A": "1"}}, content_type=MERGE_PATCH, user_agent="incident-mcp/0.1 plan/7f3a"
    )
    await bad.as_viewer().ask("DELETE", CONFIG)
    await bad.get(CONFIG)
    review = {"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}
    await bad.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
    found = [(r.user, r.verb, r.path, r.user_agent, r.code, r.dry_run) for r in bad.sandbox.requests]
    assert found == [
        ("admin", "patch", CONFIG, "incident-mcp/0.1 plan/7f3a", 200, False),
        ("viewer", "delete", CONFIG, "tester/1.0", 403, False),
    ]


async def test_unknown_methods_and_bodies_are_refused(bad: Kube) -> None:
    assert (await bad.ask("POST", f"{CORE}/pods/some", {})).refusal == (
        405,
        "MethodNotAllowed",
        "the server does not allow this method on the requested resource",
    )
    assert (await bad.patch(CHECKOUT, {}, "application/json")).code == 415
    assert (await bad.patch(CHECKOUT, {"op": "x"}, JSON_PATCH)).code == 400
    assert (await bad.ask("POST", f"{CORE}/configmaps", "{broken")).code == 400
    other = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "checkout-config"}}
    assert (await bad.ask("PUT", CONFIG, other)).code == 400
    assert (await bad.ask("GET", f"{APPS}/deployments/checkout/log")).code == 404
