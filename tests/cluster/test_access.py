"""What an identity may do, as the API server tells it: everywhere, in one namespace, or nowhere."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from incident_mcp.cluster.access import Identity, Need, identity, review
from incident_mcp.vocabulary.errors import CredentialsError, Unreachable
from incident_sandbox import Sandbox, serve_sandbox
from tests.cluster.connection.harness import api_of, connected
from tests.cluster.connection.pki import Pki
from tests.cluster.connection.recorder import Drop, Reply, Seen

LIST_PODS, LIST_NODES = Need("list", "pods"), Need("list", "nodes")
GET_NAMESPACE, SCALE = Need("get", "namespaces"), Need("patch", "deployments.apps/scale")
SOME = (LIST_PODS, LIST_NODES, GET_NAMESPACE, SCALE)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with serve_sandbox("healthy") as served:
        yield served


@pytest.fixture(scope="module")
def pki() -> Pki:
    return Pki()


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("pods", ("", "pods", "")),
        ("pods/log", ("", "pods", "log")),
        ("deployments.apps", ("apps", "deployments", "")),
        ("deployments.apps/scale", ("apps", "deployments", "scale")),
        ("endpointslices.discovery.k8s.io", ("discovery.k8s.io", "endpointslices", "")),
    ],
)
def test_a_need_is_read_as_rbac_writes_it(written: str, parts: tuple[str, str, str]) -> None:
    need = Need("get", written)
    assert (need.group, need.resource, need.subresource) == parts


async def test_an_admin_may_do_everything_everywhere(sandbox: Sandbox) -> None:
    async with connected(sandbox.kubeconfig) as api:
        assert await review(api, SOME, namespace="shop") == dict.fromkeys(SOME, "everywhere")


async def test_a_viewer_of_one_namespace_is_told_apart_from_one_who_may_nothing(sandbox: Sandbox) -> None:
    async with connected(sandbox.viewer_kubeconfig) as api:
        there = await review(api, SOME, namespace="shop")
        elsewhere = await review(api, SOME, namespace="payments")
    assert there == {
        LIST_PODS: "in the namespace",
        GET_NAMESPACE: "in the namespace",
        LIST_NODES: "nowhere",
        SCALE: "nowhere",
    }
    assert elsewhere == dict.fromkeys(SOME, "nowhere")


async def test_asked_for_one_namespace_only_nothing_else_is_asked(pki: Pki, tmp_path: Path) -> None:
    allowed = {"status": {"allowed": True}}
    async with api_of(pki, tmp_path, lambda seen: Reply(201, allowed)) as (api, server):
        assert await review(api, [LIST_PODS], namespace="shop", only=True) == {LIST_PODS: "in the namespace"}
    (question,) = server.seen
    assert b'"namespace":"shop"' in question.body


async def test_a_review_says_who_asks_and_never_poses_as_a_planned_change(pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path, lambda seen: Reply(201, {"status": {"allowed": False}})) as (api, server):
        assert await review(api, [SCALE], namespace="shop") == {SCALE: "nowhere"}
    assert {seen.method for seen in server.seen} == {"POST"}
    assert all(seen.one("user-agent").startswith("incident-mcp/") for seen in server.seen)
    assert not any("plan" in seen.one("user-agent") for seen in server.seen)
    everywhere, nearby = server.seen
    assert b'"subresource":"scale"' in everywhere.body
    assert b"namespace" not in everywhere.body
    assert b'"namespace":"shop"' in nearby.body


async def test_the_server_says_who_we_are(sandbox: Sandbox) -> None:
    async with connected(sandbox.kubeconfig) as api:
        who = await identity(api)
    assert (who.name, who.confirmed) == ("admin", True)
    assert "system:masters" in who.groups


async def test_a_server_that_does_not_say_leaves_the_kubeconfigs_word(pki: Pki, tmp_path: Path) -> None:
    not_there = {"kind": "Status", "reason": "NotFound", "message": "not found", "code": 404}
    async with api_of(pki, tmp_path, lambda seen: Reply(404, not_there)) as (api, _):
        assert await identity(api) == Identity("admin", confirmed=False)


async def test_an_expired_token_is_an_error_and_not_a_list_of_refusals(sandbox: Sandbox) -> None:
    sandbox.expire_tokens()
    async with connected(sandbox.kubeconfig) as api:
        with pytest.raises(CredentialsError):
            await review(api, SOME, namespace="shop")


async def test_a_review_without_an_answer_is_not_taken_for_a_change(pki: Pki, tmp_path: Path) -> None:
    def drop(seen: Seen) -> Reply:
        raise Drop

    async with api_of(pki, tmp_path, drop) as (api, _):
        with pytest.raises(Unreachable) as raised:
            await review(api, [SCALE], namespace="shop")
    assert "Nothing was changed." in str(raised.value)
