"""Feature flags that were edited: flagd's ConfigMaps and the OpenFeature operator's objects, without any value."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from incident_mcp.cluster.calls import MERGE_PATCH
from incident_mcp.workflow.what_changed import ChangesReply, what_changed
from tests.cluster.connection.harness import connected
from tests.controlplane.control_plane import ControlPlane
from tests.surface.world import data_of, world
from tests.workflow.test_gitops_changes import definition
from tests.workflow.test_on_a_real_api_server import at_desk

CONFIG_MAPS = "/api/v1/namespaces/shop/configmaps"
KIND = ("core.openfeature.dev", "v1beta1", "FeatureFlag", "featureflags")


def flags(default: str) -> str:
    flag = {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": default}
    return json.dumps({"flags": {"new-checkout": flag}})


@pytest.mark.parametrize(
    ("name", "key", "kind", "what"),
    [
        ("demo", "demo.flagd.json", "flag", "feature flags edited (data)"),
        ("flagd-config", "x.json", "flag", "feature flags edited (data)"),
        ("demo", "settings.json", "configuration", "edited (data)"),
    ],
)
async def test_an_edit_of_flagds_file_is_told_from_that_of_another(
    tmp_path: Path, name: str, key: str, kind: str, what: str
) -> None:
    async with world(tmp_path, "legacy", None) as here:
        async with connected(here.sandbox.kubeconfig) as api:
            made = {"metadata": {"name": name}, "data": {key: flags("off")}}
            await api.create(CONFIG_MAPS, made, user_agent="kubectl-create")
            here.sandbox.cluster.advance(5)
            here.clock.forward(seconds=5)
            body = {"data": {key: flags("on")}}
            await api.patch(f"{CONFIG_MAPS}/{name}", body, content_type=MERGE_PATCH, user_agent="kubectl-edit")
        answer = data_of(await here.call("what_changed"))
    (line,) = [one for one in answer["changes"] if one["target"]["name"] == name]
    assert (line["kind"], line["what"], line["by"]) == (kind, what, "kubectl-edit")
    assert "new-checkout" not in json.dumps(answer)


@pytest.fixture
def operator(control_plane: ControlPlane) -> Iterator[None]:
    control_plane.require("users")
    control_plane.apply(definition(*KIND))
    control_plane.kubectl("wait", "--for=condition=Established", f"crd/{KIND[3]}.{KIND[0]}", "--timeout=20s")
    control_plane.wait("it is served", lambda: KIND[3] in control_plane.kubectl("api-resources", "-o", "name"))
    yield
    control_plane.kubectl("delete", "crd", f"{KIND[3]}.{KIND[0]}", "--wait=false")


def flag(default: str) -> dict[str, Any]:
    return {"state": "ENABLED", "variants": {"on": "sesame-open", "off": "no"}, "defaultVariant": default}


async def told(control_plane: ControlPlane, home: Path, namespace: str) -> ChangesReply:
    async with at_desk(control_plane.kubeconfig, home) as desk:
        return await what_changed(desk, desk.person, namespace=namespace, hours=1, incident=None)


async def test_the_flag_that_the_last_writer_set_is_named_and_its_value_is_not(
    control_plane: ControlPlane, operator: None, namespace: str, tmp_path: Path
) -> None:
    things = {"new-checkout": flag("off"), "cheap-shipping": flag("off")}
    made = {
        "apiVersion": f"{KIND[0]}/{KIND[1]}",
        "kind": KIND[2],
        "metadata": {"name": "shop"},
        "spec": {"flagSpec": {"flags": things}},
    }
    control_plane.apply(made, namespace)
    flip = {"spec": {"flagSpec": {"flags": {"new-checkout": {"defaultVariant": "on"}}}}}
    await_second(control_plane)
    control_plane.kubectl(
        "patch", "featureflag", "shop", "-n", namespace, "--type=merge", "-p", json.dumps(flip), "--field-manager=ada"
    )
    answer = await told(control_plane, tmp_path, namespace)
    (line,) = [one for one in answer.changes if one.kind == "flag"]
    assert (str(line.target), line.what, line.by) == (
        f"FeatureFlag {namespace}/shop",
        "flags written: new-checkout",
        "ada",
    )
    assert "sesame" not in answer.model_dump_json()


def await_second(control_plane: ControlPlane) -> None:
    """Managed fields are dated to whole seconds: the edit must fall into a later one than the making."""
    began = datetime.now(UTC).replace(microsecond=0)
    control_plane.wait("the next second", lambda: datetime.now(UTC).replace(microsecond=0) > began)


async def test_where_the_operator_is_not_installed_nothing_is_said(
    control_plane: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    control_plane.require("users")
    control_plane.wait("it is gone", lambda: "openfeature" not in control_plane.kubectl("api-resources", "-o", "name"))
    answer = await told(control_plane, tmp_path, namespace)
    assert not any("flag" in missed for missed in answer.not_checked)
    assert [one for one in answer.changes if one.kind == "flag"] == []
