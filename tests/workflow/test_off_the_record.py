"""What others change while an incident is open is in its timeline and its postmortem, by field manager and time."""

from pathlib import Path

from incident_mcp.settings import load_settings
from incident_mcp.vocabulary.entry import EntryKind
from incident_mcp.wiring import open_desk
from incident_mcp.workflow.assessment import assess_incident
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.incidents import open_incident
from incident_mcp.workflow.postmortems import write_postmortem
from incident_mcp.workflow.what_changed import what_changed
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.scenario import bad_rollout


async def changes(desk: Desk, incident: str) -> list[str]:
    return [one.text for one in await desk.record.entries(incident) if one.kind is EntryKind.CHANGE]


async def test_a_kubectl_edit_in_the_middle_is_told_once_and_in_the_postmortem(
    control_plane: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    control_plane.require("controllers", "faults")
    bad_rollout(control_plane, namespace)
    control_plane.kubectl("-n", namespace, "create", "configmap", "flags", "--from-literal=a=b")
    settings = load_settings(kubeconfig=str(control_plane.kubeconfig), home=tmp_path, postmortems=tmp_path / "out")
    desk = await open_desk(settings, {})
    try:
        opened = await open_incident(desk, "checkout is down", None, desk.person)
        name = opened.incident or ""
        await assess_incident(desk, desk.person, namespace=namespace, incident=name)
        before = await changes(desk, name)
        control_plane.kubectl("-n", namespace, "set", "env", "deployment/checkout", "PANIC=1")
        control_plane.kubectl("-n", namespace, "patch", "configmap", "flags", "-p", '{"data": {"a": "c"}}')
        with control_plane.new_namespace() as other:
            control_plane.kubectl("-n", other, "create", "configmap", "elsewhere", "--from-literal=a=b")
            for _ in range(2):
                await what_changed(desk, desk.person, namespace=None, hours=1, incident=name)
                await assess_incident(desk, desk.person, namespace=namespace, incident=name)
        told = [text for text in await changes(desk, name) if text not in before]
        written = await write_postmortem(desk, desk.person, incident=name)
    finally:
        await desk.aclose()
    assert sum("env PANIC" in text and "kubectl" in text for text in told) == 1
    assert sum("ConfigMap" in text and "kubectl" in text for text in told) == 1
    assert not any("elsewhere" in text for text in told)
    text = Path(written.path).read_text(encoding="utf-8")
    assert "PANIC" in text
    assert f"ConfigMap {namespace}/flags" in text
