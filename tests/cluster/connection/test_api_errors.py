"""Refusals of the API server, as sentences with a next step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from incident_mcp.cluster.api_errors import Expired, error_from
from incident_mcp.cluster.calls import JSON_PATCH, MERGE_PATCH, Call
from incident_mcp.cluster.excerpts import excerpt
from incident_mcp.vocabulary.errors import (
    BadRequest,
    ClusterError,
    Conflict,
    CredentialsError,
    Forbidden,
    Invalid,
    NotFound,
    ServerFailed,
    Throttled,
)
from incident_mcp.vocabulary.refs import Cluster
from tests.cluster.connection.harness import api_of
from tests.cluster.connection.pki import Pki

PROD = Cluster(name="prod", server="https://kube.example")
GET = Call("GET", "/apis/apps/v1/namespaces/shop/deployments/checkout", {})
PATCH = Call("PATCH", "/apis/apps/v1/namespaces/shop/deployments/checkout", {}, content_type=JSON_PATCH)
RBAC = (
    'deployments.apps "checkout" is forbidden: User "jane" cannot patch resource "deployments" in API group "apps" '
    'in the namespace "shop"'
)


def refusal(call: Call, status: int, body: dict[str, Any] | bytes = b"") -> Any:
    import json

    content = body if isinstance(body, bytes) else json.dumps({"kind": "Status", **body}).encode()
    return error_from(call, status, content, cluster=PROD, user="admin")


def test_forbidden_names_the_verb_and_the_resource_that_are_lacking() -> None:
    error = refusal(PATCH, 403, {"reason": "Forbidden", "message": RBAC})
    assert isinstance(error, Forbidden)
    assert (error.verb, error.resource) == ("patch", "deployments.apps")
    assert str(error) == (
        "jane may not patch deployments.apps in namespace shop on prod. Nothing was changed. "
        'Grant the verb "patch" on "deployments.apps"; `incident-mcp doctor` lists what is needed.'
    )


def test_forbidden_to_impersonate_names_that() -> None:
    message = 'User "admin" cannot impersonate resource "users" in API group "" at the cluster scope'
    error = refusal(GET, 403, {"message": message})
    assert (error.verb, error.resource) == ("impersonate", "users")
    assert error.happened == "admin may not impersonate users cluster-wide on prod."


def test_forbidden_by_an_admission_rule_is_not_told_as_a_lacking_permission() -> None:
    error = refusal(PATCH, 403, {"message": 'admission webhook "policy.example" denied the request: no :latest'})
    assert (error.verb, error.resource) == ("patch", "deployments.apps")
    assert error.happened == (
        "prod refused to patch deployments.apps checkout in namespace shop: "
        'admission webhook "policy.example" denied the request: no :latest.'
    )


CONFLICTS = {"reason": "Conflict", "message": 'Operation cannot be fulfilled on deployments.apps "checkout"'}
FAILED_TEST = {"reason": "Invalid", "message": "the server rejected our request due to an error in our request"}
INVALID = {
    "reason": "Invalid",
    "message": "Deployment.apps is invalid",
    "details": {"causes": [{"field": "spec.replicas", "message": "must be greater than or equal to 0"}]},
}


@pytest.mark.parametrize(
    ("call", "status", "body", "kind", "said"),
    [
        (GET, 401, {}, CredentialsError, "does not accept the credentials of admin"),
        (
            GET,
            404,
            {"details": {"name": "checkout"}},
            NotFound,
            "prod has no deployments.apps checkout in namespace shop",
        ),
        (GET, 404, b"404 page not found", NotFound, "prod does not serve /apis/apps/v1/"),
        (PATCH, 409, CONFLICTS, Conflict, "Operation cannot be fulfilled"),
        (GET, 410, {"reason": "Expired"}, Expired, "no longer keeps the version"),
        (PATCH, 422, FAILED_TEST, Conflict, "is not what the change expected"),
        (PATCH, 422, INVALID, Invalid, "spec.replicas: must be greater than or equal to 0"),
        (PATCH, 400, {"message": "bad"}, Invalid, "bad"),
        (GET, 415, {"message": "media type"}, Invalid, "media type"),
        (GET, 429, {"message": "slow down"}, Throttled, "slow down"),
        (GET, 500, {"message": "etcd is sad"}, ServerFailed, "prod failed (500) to get deployments.apps checkout"),
        (GET, 302, b"<html>", ServerFailed, "prod answered 302 instead of the Kubernetes API"),
        (GET, 502, b"<h1>Bad\x1b[31m gateway</h1>\xff", ServerFailed, "<h1>Bad[31m gateway</h1>"),
    ],
)
def test_each_status_has_its_error(
    call: Call, status: int, body: dict[str, Any] | bytes, kind: type[ClusterError], said: str
) -> None:
    error = refusal(call, status, body)
    assert type(error) is kind
    assert said in error.happened
    assert error.next_step


def test_a_merge_patch_that_is_invalid_is_no_conflict() -> None:
    merge = Call("PATCH", GET.path, {}, content_type=MERGE_PATCH)
    assert type(refusal(merge, 422, FAILED_TEST)) is Invalid


def test_a_5xx_to_a_write_leaves_its_outcome_unknown() -> None:
    assert refusal(PATCH, 504).not_done == "Whether the change was made is not known."
    assert refusal(GET, 504).not_done == "Nothing was changed."


@pytest.mark.parametrize(
    ("method", "path", "params", "verb", "resource"),
    [
        ("GET", "/api/v1/namespaces/shop/pods", {}, "list", "pods"),
        ("GET", "/api/v1/pods", {"watch": "true"}, "watch", "pods"),
        ("GET", "/api/v1/namespaces/shop/pods/a/log", {}, "get", "pods/log"),
        ("GET", "/api/v1/namespaces/shop", {}, "get", "namespaces"),
        ("GET", "/api/v1/namespaces", {}, "list", "namespaces"),
        ("PATCH", "/apis/apps/v1/namespaces/shop/deployments/a/scale", {}, "patch", "deployments.apps/scale"),
        ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {}, "create",
         "selfsubjectaccessreviews.authorization.k8s.io"),
        ("GET", "/version", {}, "get", "/version"),
    ],
)  # fmt: skip
def test_what_a_call_needs(method: Any, path: str, params: dict[str, str], verb: str, resource: str) -> None:
    call = Call(method, path, params)
    assert (call.verb, call.resource) == (verb, resource)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["..", "../../secrets", ".", "", "a//b"])
async def test_a_name_can_not_climb_out_of_its_collection(name: str, pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path) as (api, server):
        with pytest.raises(BadRequest):
            await api.get(f"/api/v1/namespaces/shop/pods/{name}/log")
        assert not server.seen


@pytest.mark.anyio
async def test_what_is_no_plain_name_is_quoted(pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path) as (api, server):
        await api.get("/api/v1/pods/a?b#c d%2F", params={"labelSelector": "app in (a,b)&x"})
        assert server.seen[0].target == "/api/v1/pods/a%3Fb%23c%20d%252F?labelSelector=app+in+%28a%2Cb%29%26x"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("one\n\ttwo\r\n", "one two"),
        ("\x1b]0;title\x07red\u202etxet\u200b\U000e0041", "]0;titleredtxet"),
        (b"caf\xc3\xa9 \xff", "café \ufffd"),
        ("x" * 1000, "x" * 299 + "…"),
    ],
)
def test_an_excerpt_is_one_clean_line(said: str | bytes, shown: str) -> None:
    assert excerpt(said) == shown
