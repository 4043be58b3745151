"""The same reads against a real API server: what the embedded cluster could only pretend."""

from collections.abc import AsyncGenerator, Iterator

import pytest

from incident_mcp.assess.assess import assess
from incident_mcp.cluster.api import Api
from incident_mcp.cluster.connection import ConnectOptions, connect
from incident_mcp.cluster.observe import observe
from incident_mcp.cluster.rollback_target import pick_target
from incident_mcp.cluster.rollout_history import rollout_history
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.errors import Forbidden, NotFound
from incident_mcp.vocabulary.refs import Ref, Scope
from tests.controlplane.api import Json
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.scenario import BadRollout, bad_rollout


@pytest.fixture(scope="module")
def shop(control_plane: ControlPlane) -> BadRollout:
    control_plane.require("controllers", "faults")
    return bad_rollout(control_plane, "reads")


@pytest.fixture
async def api(control_plane: ControlPlane) -> AsyncGenerator[Api]:
    client = await connect(ConnectOptions(kubeconfig=str(control_plane.kubeconfig)), environment={})
    yield client
    await client.aclose()


@pytest.fixture
async def viewer(control_plane: ControlPlane) -> AsyncGenerator[Api]:
    client = await connect(ConnectOptions(kubeconfig=str(control_plane.viewer_kubeconfig)), environment={})
    yield client
    await client.aclose()


async def test_the_bad_rollout_is_found_with_its_cause_and_its_remedy(shop: BadRollout, api: Api) -> None:
    seen = await observe(api, Scope(namespace=shop.namespace), clock=system_clock)
    found = assess(seen)
    assert found.rows[0].target == Ref(kind="Deployment", namespace=shop.namespace, name="checkout")
    assert found.rows[0].state == "0 of 3 ready, 3 pods in CrashLoopBackOff"
    assert "wants PAYMENT_URL" in found.rows[0].cause.summary
    assert found.rows[0].changed
    assert found.rows[0].changed.text.startswith(
        "rollout 6 -> 7, field manager deploy-bot: image checkout:1.41 -> 1.42"
    )
    assert found.decision
    assert found.decision.recent_deployment == "yes"
    assert found.decision.call
    assert found.decision.call.arguments["revision"] == shop.good_revision
    assert len(found.rows) == 1, "the healthy neighbours give nothing"


async def test_without_the_right_to_list_namespaces_what_each_of_them_has_tells_them(
    shop: BadRollout, control_plane: ControlPlane
) -> None:
    control_plane.apply([*reader_of_all("wanda")])
    client = await connect(ConnectOptions(kubeconfig=str(control_plane.user_kubeconfig("wanda"))), environment={})
    try:
        seen = await observe(client, Scope(), clock=system_clock)
    finally:
        await client.aclose()
    assert Ref(kind="Deployment", namespace=shop.namespace, name="checkout") in {each.ref for each in seen.workloads}
    assert str(seen.scope) == "the whole cluster"
    assert "namespaces that are being deleted (Forbidden: list namespaces)" in {str(each) for each in seen.not_checked}


def reader_of_all(user: str) -> Iterator[Json]:
    """Somebody who reads pods, workloads and ConfigMaps everywhere, and no namespace."""
    rules = [
        {"apiGroups": [""], "resources": ["pods", "configmaps"], "verbs": ["get", "list"]},
        {"apiGroups": ["apps"], "resources": ["*"], "verbs": ["get", "list"]},
    ]
    api = "rbac.authorization.k8s.io"
    yield {"apiVersion": f"{api}/v1", "kind": "ClusterRole", "metadata": {"name": user}, "rules": rules}
    yield {
        "apiVersion": f"{api}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": user},
        "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": user},
        "subjects": [{"apiGroup": api, "kind": "User", "name": user}],
    }


async def test_the_history_of_its_deployment(shop: BadRollout, api: Api) -> None:
    history = await rollout_history(
        api, Ref(kind="Deployment", namespace=shop.namespace, name="checkout"), clock=system_clock
    )
    assert history.current_revision == shop.bad_revision
    assert [revision.number for revision in history.revisions] == [7, 6, 5, 4, 3, 2, 1]
    assert all(revision.ran_for is not None for revision in history.revisions[1:])
    assert history.revisions[0].differs == ("image checkout:1.41 -> 1.42",)
    assert pick_target(history).revision.number == shop.good_revision


async def test_histories_of_stateful_and_daemon_sets(control_plane: ControlPlane, namespace: str, api: Api) -> None:
    control_plane.require("controllers")
    containers = [{"name": "app", "image": "registry.example/db:1"}]
    template = {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": containers}}
    for kind in ("StatefulSet", "DaemonSet"):
        spec = {"selector": {"matchLabels": {"app": "db"}}, "template": template}
        control_plane.apply(
            {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "db"}, "spec": spec}, namespace
        )
        ref = Ref(kind=kind, namespace=namespace, name="db")
        path = f"/apis/apps/v1/namespaces/{namespace}/{kind.lower()}s/db"
        control_plane.wait(
            "it is observed", lambda p=path: control_plane.api.get(p)["status"].get("observedGeneration")
        )
        change = {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "registry.example/db:2"}]}}}}
        control_plane.api.patch(path, change)
        control_plane.wait(
            "it is observed again", lambda p=path: control_plane.api.get(p)["status"].get("observedGeneration") == 2
        )
        history = await rollout_history(api, ref, clock=system_clock)
        assert history.current_revision == 2
        assert [revision.images for revision in history.revisions] == [
            ("registry.example/db:2",),
            ("registry.example/db:1",),
        ]
        assert history.revisions[0].differs == ("image db:1 -> 2",)


async def test_a_user_of_one_namespace(control_plane: ControlPlane, shop: BadRollout, viewer: Api) -> None:
    control_plane.let_view(shop.namespace)
    seen = await observe(viewer, Scope(namespace=shop.namespace), clock=system_clock)
    assert assess(seen).rows[0].cause.cause == "missing-environment"
    with pytest.raises(Forbidden) as refused:
        await observe(viewer, Scope(namespace="kube-system"), clock=system_clock)
    assert refused.value.next_step


async def test_near_misses(shop: BadRollout, api: Api) -> None:
    with pytest.raises(NotFound) as missing:
        await observe(
            api, Scope(workload=Ref(kind="Deployment", namespace=shop.namespace, name="chekout")), clock=system_clock
        )
    assert missing.value.next_step == "Did you mean checkout?"
