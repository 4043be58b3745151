"""Who may do what, and how refusals are worded."""

import json
from typing import Any

import pytest

from tests.sandbox.client import APPS, CHECKOUT, CORE, Kube

REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


async def test_the_viewer_reads_the_shop(bad: Kube) -> None:
    viewer = bad.as_viewer()
    for path in (
        f"{CORE}/pods",
        f"{APPS}/deployments",
        f"{CORE}/events",
        f"{CORE}/configmaps",
        "/api/v1/namespaces/shop",
    ):
        assert (await viewer.ask("GET", path)).code == 200, path
    pod = (await viewer.names(f"{CORE}/pods"))[0]
    assert (await viewer.ask("GET", f"{CORE}/pods/{pod}/log")).code == 200
    assert [kind async for kind, _ in viewer.watch(f"{CORE}/services?watch=1&timeoutSeconds=1")] == ["ADDED"] * 4


@pytest.mark.parametrize(
    ("method", "path", "why"),
    [
        (
            "GET",
            "/api/v1/namespaces/payments/pods",
            'pods is forbidden: User "viewer" cannot list resource "pods" in API group "" in the namespace "payments"',
        ),
        (
            "GET",
            "/api/v1/pods",
            'pods is forbidden: User "viewer" cannot list resource "pods" in API group "" at the cluster scope',
        ),
        (
            "GET",
            f"{CORE}/secrets/checkout-secrets",
            'secrets "checkout-secrets" is forbidden: User "viewer" cannot get resource "secrets" '
            'in API group "" in the namespace "shop"',
        ),
        (
            "DELETE",
            CHECKOUT,
            'deployments.apps "checkout" is forbidden: User "viewer" cannot delete resource "deployments" '
            'in API group "apps" in the namespace "shop"',
        ),
        (
            "PATCH",
            f"{CHECKOUT}/scale",
            'deployments.apps "checkout" is forbidden: User "viewer" cannot patch resource "deployments/scale" '
            'in API group "apps" in the namespace "shop"',
        ),
        (
            "GET",
            "/api/v1/nodes",
            'nodes is forbidden: User "viewer" cannot list resource "nodes" in API group "" at the cluster scope',
        ),
    ],
)
async def test_the_viewer_reads_nothing_else_and_writes_nothing(bad: Kube, method: str, path: str, why: str) -> None:
    answer = await bad.as_viewer().ask(method, path)
    assert answer.refusal == (403, "Forbidden", why)


async def test_a_role_that_is_widened_counts_at_once(bad: Kube) -> None:
    rules = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles/viewer"
    operation = {
        "op": "add",
        "path": "/rules/-",
        "value": {"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]},
    }
    await bad.patch(rules, [operation], "application/json-patch+json")
    assert (await bad.as_viewer().ask("GET", f"{CORE}/secrets")).code == 200
    assert (await bad.as_viewer().ask("GET", f"{CORE}/secrets/checkout-secrets")).code == 403


async def _may(kube: Kube, **attributes: str) -> Any:
    answer = await kube.ask("POST", REVIEW, {"spec": {"resourceAttributes": attributes}})
    assert answer.code == 201
    return answer.json["status"]


async def test_access_reviews_say_what_requests_would(bad: Kube) -> None:
    viewer = bad.as_viewer()
    allowed = await _may(viewer, verb="list", resource="pods", namespace="shop")
    assert allowed == {
        "allowed": True,
        "reason": 'RBAC: allowed by RoleBinding "viewer/shop" of Role "viewer" to User "viewer"',
    }
    assert await _may(viewer, verb="list", resource="secrets", namespace="shop") == {"allowed": False}
    assert (await _may(viewer, verb="get", resource="pods", subresource="log", namespace="shop"))["allowed"]
    scale = {"group": "apps", "resource": "deployments", "subresource": "scale", "namespace": "shop"}
    assert not (await _may(viewer, verb="patch", **scale))["allowed"]
    assert await _may(bad, verb="patch", **scale) == {"allowed": True}


async def test_rules_reviews_list_what_is_allowed(bad: Kube) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    status = (await bad.as_viewer().ask("POST", path, {"spec": {"namespace": "shop"}})).json["status"]
    assert not status["incomplete"]
    verbs = {verb for rule in status["resourceRules"] for verb in rule["verbs"]}
    assert verbs == {"create", "get", "list", "watch"}
    elsewhere = (await bad.as_viewer().ask("POST", path, {"spec": {"namespace": "payments"}})).json["status"]
    assert {verb for rule in elsewhere["resourceRules"] for verb in rule["verbs"]} == {"create"}


async def test_without_a_token_one_is_anonymous(bad: Kube) -> None:
    nobody = bad.as_nobody()
    answer = await nobody.ask("GET", f"{CORE}/pods")
    assert answer.refusal[0] == 403
    assert 'User "system:anonymous" cannot list' in answer.refusal[2]
    assert (await nobody.ask("GET", "/version")).code == 200
    assert (await nobody.ask("GET", "/readyz")).text == "ok"
    assert (await nobody.ask("GET", "/api")).code == 403


async def test_a_token_that_expired_is_unauthorized_until_it_is_good_again(bad: Kube) -> None:
    bad.sandbox.expire_tokens()
    answer = await bad.ask("GET", f"{CORE}/pods")
    assert answer.refusal == (401, "Unauthorized", "Unauthorized")
    bad.sandbox.restore_tokens()
    assert (await bad.ask("GET", f"{CORE}/pods")).code == 200


async def test_the_admin_may_act_as_another_and_the_viewer_may_not(bad: Kube) -> None:
    answer = await bad.ask("GET", "/api/v1/nodes", impersonate_user="viewer")
    assert answer.refusal[:2] == (403, "Forbidden")
    assert 'User "viewer" cannot list resource "nodes"' in answer.refusal[2]
    answer = await bad.as_viewer().ask("GET", f"{CORE}/pods", impersonate_user="admin")
    assert answer.refusal[2] == (
        'users "admin" is forbidden: User "viewer" cannot impersonate resource "users" '
        'in API group "" at the cluster scope'
    )


async def test_the_kubeconfigs_are_one_context_and_one_user_each(bad: Kube) -> None:
    for path, user, namespace in (
        (bad.sandbox.kubeconfig, "admin", None),
        (bad.sandbox.viewer_kubeconfig, "viewer", "shop"),
    ):
        config = json.loads(path.read_text())
        assert config["current-context"] == "sandbox"
        assert config["contexts"][0]["context"] == {
            "cluster": "sandbox",
            "user": user,
            **({"namespace": namespace} if namespace else {}),
        }
        assert config["clusters"][0]["cluster"]["server"] == bad.sandbox.url
