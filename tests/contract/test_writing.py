"""What our writes rely on: preconditions that the API server checks, dry runs, the scale, field owners, the audit."""

from collections.abc import Iterator
from typing import Any

import pytest

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.calls import JSON_PATCH, MERGE_PATCH
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.rollout_history import rollout_history
from incident_mcp.mitigate import pointers
from incident_mcp.mitigate.pointers import REVISION, TEMPLATE, UID, replace
from incident_mcp.vocabulary.errors import Conflict, Forbidden, Invalid, NotFound
from tests.contract.cluster import Asked, Cluster
from tests.contract.shop import TEAM, Workload, workload

AGENT = "incident-mcp/contract plan/0123"


@pytest.fixture
def idle(cluster: Cluster, place: str) -> Workload:
    """A Deployment at revision 2 that wants no pods: its controller is done at once."""
    made = workload(cluster, place, "Deployment", replicas=0)
    made.set_image("2")
    return made


@pytest.fixture(scope="module")
def still(cluster: Cluster) -> Iterator[Workload]:
    """The same for tests that leave it as it is."""
    with cluster.plane.new_namespace("contract") as name:
        made = workload(cluster, name, "Deployment", replicas=0)
        made.set_image("2")
        yield made


def spec_of(thing: dict[str, Any]) -> tuple[str, Any]:
    return thing["metadata"]["resourceVersion"], thing["spec"]


async def test_a_json_patch_passes_its_tests_while_other_fields_move(idle: Workload, api: Api) -> None:
    live = await api.get_json(idle.path)
    template = {**live["spec"]["template"], "metadata": {"labels": {"app": "app", "release": "3"}}}
    idle.kubectl("annotate", idle.typed, "note=somebody was here")
    body = [*pointers.tests(live, (UID, REVISION, TEMPLATE)), replace(TEMPLATE, template)]
    after = await api.patch(idle.path, body, content_type=JSON_PATCH, user_agent=AGENT)
    assert after["spec"]["template"]["metadata"]["labels"]["release"] == "3"
    assert after["metadata"]["annotations"]["note"] == "somebody was here"
    assert after["metadata"]["generation"] == live["metadata"]["generation"] + 2, "for the annotation too"


@pytest.mark.parametrize("pointer", [UID, REVISION, TEMPLATE, "/metadata/annotations/nobody-has-this"])
async def test_a_json_patch_whose_test_fails_is_a_conflict_and_changes_nothing(
    still: Workload, api: Api, pointer: str
) -> None:
    before = await api.get_json(still.path)
    wrong: dict[str, Any] = {"op": "test", "path": pointer, "value": {} if pointer == TEMPLATE else "another"}
    for dry_run in (True, False):
        with pytest.raises(Conflict, match="is not what the change expected") as refused:
            await api.patch(
                still.path,
                [wrong, replace("/spec/replicas", 5)],
                content_type=JSON_PATCH,
                user_agent=AGENT,
                dry_run=dry_run,
            )
    assert "Read the object again" in refused.value.next_step
    assert spec_of(await api.get_json(still.path)) == spec_of(before)


async def test_a_dry_run_answers_like_the_write_and_stores_nothing(idle: Workload, api: Api) -> None:
    before = await api.get_json(idle.path)
    body = [replace("/spec/template/spec/containers/0/image", f"{TEAM}:3")]
    tried = await api.patch(idle.path, body, content_type=JSON_PATCH, user_agent=AGENT, dry_run=True)
    assert tried["metadata"]["generation"] == before["metadata"]["generation"] + 1
    assert spec_of(await api.get_json(idle.path)) == spec_of(before)
    written = await api.patch(idle.path, body, content_type=JSON_PATCH, user_agent=AGENT)
    assert written["spec"] == tried["spec"]
    assert written["metadata"]["resourceVersion"] != before["metadata"]["resourceVersion"]


async def test_a_dry_run_needs_the_right(still: Workload, cluster: Cluster) -> None:
    cluster.let_view(still.namespace)
    async with cluster.connected(cluster.viewer) as viewer:
        for path, resource in ((still.path, "deployments.apps"), (f"{still.path}/scale", "deployments/scale.apps")):
            with pytest.raises(Forbidden) as refused:
                await viewer.patch(path, [], content_type=JSON_PATCH, user_agent=AGENT, dry_run=True)
            assert refused.value.verb == "patch"
            assert refused.value.resource == resource


async def test_another_version_than_the_present_is_a_conflict(still: Workload, api: Api) -> None:
    stale = {"metadata": {"resourceVersion": "1"}, "spec": {"replicas": 1}}
    with pytest.raises(Conflict, match="the object has been modified"):
        await api.patch(still.path, stale, content_type=MERGE_PATCH, user_agent=AGENT)


async def test_a_name_that_is_taken_and_a_uid_that_is_not_are_conflicts(place: str, api: Api) -> None:
    path = collection("ConfigMap", place)
    note = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "note"}, "data": {"a": "1"}}
    made = await api.create(path, note, user_agent=AGENT)
    with pytest.raises(Conflict, match="already exists"):
        await api.create(path, note, user_agent=AGENT)
    other = {"preconditions": {"uid": "another"}}
    with pytest.raises(Conflict, match="UID in the precondition"):
        await api.delete(f"{path}/note", other, user_agent=AGENT)
    right = {"preconditions": {"uid": made["metadata"]["uid"]}}
    tried = await api.delete(f"{path}/note", {**right, "dryRun": ["All"]}, user_agent=AGENT)
    assert tried["status"] == "Success"
    assert (await api.get_json(f"{path}/note"))["data"] == {"a": "1"}
    await api.delete(f"{path}/note", right, user_agent=AGENT)
    assert "note" not in [item["metadata"]["name"] for item in (await api.get_json(path))["items"]]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"spec": {"replicas": -1}}, "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
        ({"spec": {"selector": {"matchLabels": {"app": "other"}}}}, "spec.selector: Invalid value"),
        ({"spec": {"template": {"spec": {"containers": []}}}}, "spec.template.spec.containers: Required value"),
        ({"spec": {"replicas": "three"}}, "patch: Invalid value"),
        ({"metadata": {"labels": {"app": "no spaces"}}}, "metadata.labels: Invalid value"),
    ],
    ids=["negative", "immutable", "required", "type", "label"],
)
async def test_content_that_is_refused_is_named(still: Workload, api: Api, body: Any, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        await api.patch(still.path, body, content_type=MERGE_PATCH, user_agent=AGENT)
    assert told in str(refused.value)


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
async def test_the_scale(cluster: Cluster, place: str, api: Api, kind: str) -> None:
    spec: dict[str, Any] = {"serviceName": "app"} if kind == "StatefulSet" else {}
    made = workload(cluster, place, kind, replicas=0, **spec)
    path = f"{made.path}/scale"
    scale = await api.get_json(path)
    live = await api.get_json(made.path)
    assert (scale["kind"], scale["apiVersion"], scale["spec"]) == ("Scale", "autoscaling/v1", {})
    assert scale["status"] == {"replicas": 0, "selector": "app=app"}
    assert scale["metadata"]["uid"] == live["metadata"]["uid"]
    assert scale["metadata"]["resourceVersion"] == live["metadata"]["resourceVersion"]

    def body(before: Any, after: Any) -> list[dict[str, Any]]:
        return [{"op": "test", "path": "/spec", "value": before}, replace("/spec", after)]

    tried = await api.patch(path, body({}, {"replicas": 2}), content_type=JSON_PATCH, user_agent=AGENT, dry_run=True)
    assert tried["spec"] == {"replicas": 2}
    assert (await api.get_json(path))["spec"] == {}
    up = await api.patch(path, body({}, {"replicas": 2}), content_type=JSON_PATCH, user_agent=AGENT)
    assert (up["kind"], up["spec"]) == ("Scale", {"replicas": 2})
    assert (await api.get_json(made.path))["spec"]["replicas"] == 2
    with pytest.raises(Conflict, match="is not what the change expected"):
        await api.patch(path, body({}, {"replicas": 3}), content_type=JSON_PATCH, user_agent=AGENT)
    with pytest.raises(Invalid, match="must be greater than or equal to 0"):
        await api.patch(path, body({"replicas": 2}, {"replicas": -1}), content_type=JSON_PATCH, user_agent=AGENT)
    down = await api.patch(path, body({"replicas": 2}, {"replicas": 0}), content_type=JSON_PATCH, user_agent=AGENT)
    assert down["spec"] == {}
    assert (await api.get_json(made.path))["spec"]["replicas"] == 0


async def test_who_set_an_image_is_who_rolled_out(idle: Workload, api: Api) -> None:
    history = await rollout_history(api, idle.ref, clock=idle.cluster.clock)
    assert history.rolled_out_by == "deploy-bot"
    idle.set_image("3", manager="night-shift")
    idle.kubectl("scale", idle.typed, "--replicas=1")
    idle.kubectl("annotate", idle.typed, "note=x", "--field-manager=writes-notes")
    idle.wait_observed()
    history = await rollout_history(api, idle.ref, clock=idle.cluster.clock)
    assert history.rolled_out_by == "night-shift"
    owners = {
        entry["manager"]: entry for entry in idle.live()["metadata"]["managedFields"] if entry["operation"] == "Update"
    }
    image: dict[str, Any] = {"f:containers": {'k:{"name":"app"}': {"f:image": {}}}}
    assert owners["night-shift"]["fieldsV1"] == {"f:spec": {"f:template": {"f:spec": image}}}
    assert "deploy-bot" not in owners, "who owns nothing any more is not listed"
    assert owners["kube-controller-manager"]["subresource"] == "status"


async def test_the_fields_of_our_patch_are_ours(idle: Workload, api: Api) -> None:
    """Without a field manager, the API server takes the user agent up to its slash."""
    body = [replace("/spec/template/spec/containers/0/image", f"{TEAM}:3")]
    await api.patch(idle.path, body, content_type=JSON_PATCH, user_agent=AGENT)
    idle.wait_observed()
    assert (await rollout_history(api, idle.ref, clock=idle.cluster.clock)).rolled_out_by == "incident-mcp"


async def test_the_audit_names_the_plan_of_each_write(idle: Workload, api: Api, cluster: Cluster) -> None:
    scale = [replace("/spec", {"replicas": 1})]
    wrong = [{"op": "test", "path": UID, "value": "another"}]
    await api.patch(f"{idle.path}/scale", scale, content_type=JSON_PATCH, user_agent=AGENT, dry_run=True)
    await api.patch(f"{idle.path}/scale", scale, content_type=JSON_PATCH, user_agent=AGENT)
    with pytest.raises(Conflict):
        await api.patch(idle.path, wrong, content_type=JSON_PATCH, user_agent=AGENT)
    assert cluster.ours(idle.namespace) == [
        Asked("patch", "deployments/scale", "admin", AGENT, 200, dry_run=True),
        Asked("patch", "deployments/scale", "admin", AGENT, 200, dry_run=False),
        Asked("patch", "deployments", "admin", AGENT, 422, dry_run=False),
    ]


async def test_a_dry_run_of_a_deletion_deletes_nothing(place: str, api: Api) -> None:
    path = collection("ConfigMap", place)
    note = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "note"}, "data": {"a": "1"}}
    made = await api.create(path, note, user_agent=AGENT)
    right = {"preconditions": {"uid": made["metadata"]["uid"]}}
    await api.delete(f"{path}/note", right, user_agent=AGENT, dry_run=True)
    assert (await api.get_json(f"{path}/note"))["data"] == {"a": "1"}
    await api.delete(f"{path}/note", right, user_agent=AGENT)
    with pytest.raises(NotFound):
        await api.get_json(f"{path}/note")
