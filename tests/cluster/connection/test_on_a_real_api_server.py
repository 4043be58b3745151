"""The same client against a real API server: what the recorder's answers were modelled on."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import anyio
import pytest
import yaml

from incident_mcp.cluster.api_errors import Expired
from incident_mcp.cluster.calls import JSON_PATCH, MERGE_PATCH
from incident_mcp.cluster.watching import Event, watch
from incident_mcp.vocabulary.errors import Conflict, Forbidden, Invalid, NotFound, Unreachable
from tests.cluster.connection.harness import connected
from tests.controlplane.control_plane import ControlPlane

pytestmark = pytest.mark.anyio


def config_map(name: str, **data: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


async def test_tables_objects_and_pages(control_plane: ControlPlane, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    async with connected(control_plane.kubeconfig) as api:
        for number in range(5):
            await api.create(path, config_map(f"m{number}", a="1"), user_agent="incident-mcp/test")
        table = await api.table(path, params={"limit": 2}, include_object="Metadata")
        named = {row.cells[table.column("Name")] for row in table.rows}
        assert {f"m{number}" for number in range(5)} <= named
        assert all(row.object and row.object["metadata"]["namespace"] == namespace for row in table.rows)
        assert (await api.get_json(f"{path}/m0"))["data"] == {"a": "1"}


async def test_preconditions_dry_run_and_refusals_of_a_patch(control_plane: ControlPlane, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    async with connected(control_plane.kubeconfig) as api:
        made = await api.create(path, config_map("m", a="1"), user_agent="u")
        right = [{"op": "test", "path": "/metadata/uid", "value": made["metadata"]["uid"]}]
        wrong = [{"op": "test", "path": "/metadata/uid", "value": "somebody-else"}]
        change = [{"op": "replace", "path": "/data/a", "value": "2"}]

        tried = await api.patch(f"{path}/m", right + change, content_type=JSON_PATCH, user_agent="u", dry_run=True)
        assert tried["data"] == {"a": "2"}
        assert (await api.get_json(f"{path}/m"))["data"] == {"a": "1"}
        with pytest.raises(Conflict, match="is not what the change expected"):
            await api.patch(f"{path}/m", wrong + change, content_type=JSON_PATCH, user_agent="u")
        stale = {"metadata": {"resourceVersion": "1"}, "data": {"a": "3"}}
        with pytest.raises(Conflict, match="object has been modified"):
            await api.patch(f"{path}/m", stale, content_type=MERGE_PATCH, user_agent="u")
        with pytest.raises(Invalid, match="data"):
            await api.patch(f"{path}/m", {"data": {"no spaces": "x"}}, content_type=MERGE_PATCH, user_agent="u")
        assert (await api.get_json(f"{path}/m"))["data"] == {"a": "1"}


async def test_what_is_not_there(control_plane: ControlPlane, namespace: str) -> None:
    async with connected(control_plane.kubeconfig) as api:
        with pytest.raises(NotFound, match=r"has no deployments\.apps nope in namespace"):
            await api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/nope")
        with pytest.raises(NotFound, match=r"does not serve /apis/nope\.example/v1/things"):
            await api.get("/apis/nope.example/v1/things")


async def test_who_may_not(control_plane: ControlPlane, namespace: str) -> None:
    async with connected(control_plane.user_kubeconfig("nobody")) as api:
        with pytest.raises(Forbidden) as caught:
            await api.table(f"/apis/apps/v1/namespaces/{namespace}/deployments")
    assert (caught.value.verb, caught.value.resource) == ("list", "deployments.apps")
    assert caught.value.happened.startswith(f"nobody may not list deployments.apps in namespace {namespace} on ")


async def test_impersonation_is_what_the_server_sees(control_plane: ControlPlane) -> None:
    config = yaml.safe_load(control_plane.kubeconfig.read_text())
    config["users"][0]["user"] |= {
        "as": "jane",
        "as-groups": ["on call", "dev"],
        "as-user-extra": {"example.org/Team": ["a", "b"]},
    }
    path = control_plane.folder / "impersonating.kubeconfig"
    path.write_text(yaml.safe_dump(config))
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    async with connected(path) as api:
        who = (await api.create("/apis/authentication.k8s.io/v1/selfsubjectreviews", review, user_agent="u"))["status"]
    assert who["userInfo"]["username"] == "jane"
    assert who["userInfo"]["groups"] == ["on call", "dev", "system:authenticated"]
    assert who["userInfo"]["extra"]["example.org/team"] == ["a", "b"]


async def test_a_watch_outlives_the_api_server_or_says_that_its_version_is_too_old(
    control_plane: ControlPlane, namespace: str
) -> None:
    control_plane.require("processes")
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    async with connected(control_plane.kubeconfig, timeout=5) as api:
        start = (await api.table(path)).metadata.resource_version
        async with aclosing(watch(api, path, start)) as events:
            await api.create(path, config_map("before"), user_agent="u")
            seen = [await _next(events, "before")]
            await anyio.to_thread.run_sync(control_plane.restart_apiserver)
            made = await api.create(path, config_map("after"), user_agent="u")
            await api.delete(f"{path}/after", {"preconditions": {"uid": made["metadata"]["uid"]}}, user_agent="u")
            # Its cache begins with its start: whether the version from before still serves depends on others' writes.
            with suppress(Expired):
                seen += [await _next(events, "after"), await _next(events, "after")]
        assert seen in (["ADDED"], ["ADDED", "ADDED", "DELETED"])
        # A server that has just started knows nothing from before.
        async with aclosing(watch(api, path, "1")) as events:
            with pytest.raises(Expired):
                await anext(events)


async def test_a_server_that_freezes_in_mid_write_leaves_the_outcome_unknown(
    control_plane: ControlPlane, namespace: str
) -> None:
    control_plane.require("processes")
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    async with connected(control_plane.kubeconfig, timeout=1) as api:
        await api.create(path, config_map("before"), user_agent="u")
        with control_plane.pause(), pytest.raises(Unreachable) as caught:
            await api.create(path, config_map("during"), user_agent="u")
    assert caught.value.sent
    assert caught.value.not_done == "Whether the change was made is not known."


async def _next(events: AsyncGenerator[Event], name: str) -> str:
    """The type of the next event of this object."""
    async for event in events:
        if event.object["metadata"]["name"] == name:
            return event.type
    raise AssertionError("a watch has no end")
