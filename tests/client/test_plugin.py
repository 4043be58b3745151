"""The plugin in the real Claude Code, in somebody's own repository, with the command of the built wheel."""

import subprocess
from pathlib import Path

import pytest

from incident_mcp.cli.client_rules import PLUGIN
from incident_mcp.vocabulary.entry import EntryKind
from tests.client.claude_code import FORM, NEW, OLD, ROOT, program
from tests.client.installed import validated, wheel_command, with_plugin
from tests.client.model import Step, call, say, scripted
from tests.client.test_incident import of_kind, told
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.scenario import bad_rollout


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel_command(tmp_path_factory.mktemp("wheel"))


@pytest.mark.parametrize("what", ["plugin", "."])
def test_the_client_validates_the_plugin_and_its_marketplace(tmp_path: Path, what: str) -> None:
    assert "Validation passed" in validated(program(NEW), ROOT / what, tmp_path)


def test_a_yes_rolls_back_on_a_real_control_plane(
    control_plane: ControlPlane, namespace: str, tmp_path: Path, command: Path
) -> None:
    control_plane.require("controllers", "faults", "audit")
    program(OLD)
    shop = bad_rollout(control_plane, namespace)
    checkout = {"kind": "Deployment", "namespace": namespace, "name": "checkout"}
    steps: tuple[Step, ...] = (
        [call(PLUGIN + "open_incident", title="checkout is down")],
        [call(PLUGIN + "assess_incident", namespace=namespace)],
        [call(PLUGIN + "rollback_workload", **checkout)],
        [call(PLUGIN + "verify_fix", **checkout)],
        [call(PLUGIN + "write_postmortem")],
        [say("The postmortem is written.")],
    )
    with scripted(*steps) as model:
        here = with_plugin(tmp_path, OLD, model, command)
        here.more.update(INCIDENT_ALLOW_WRITES="1", INCIDENT_SOAK="1", INCIDENT_TRY_HOSTS="0")
        (here.home / ".kube").mkdir()
        (here.home / ".kube/config").write_bytes(control_plane.kubeconfig.read_bytes())
        written = [str(command), "init", "--write"]
        subprocess.run(written, cwd=here.project, env={"HOME": str(here.home)}, check=True, timeout=30)
        with here.with_a_person(model) as terminal:
            terminal.type("/incident:incident checkout is down")
            terminal.shows(FORM)
            assert shop.revision() == shop.bad_revision
            terminal.accept()
            terminal.shows("The postmortem is written")
    assert shop.revision() == shop.bad_revision + 1
    assert of_kind(here, EntryKind.VERDICT)[0].data["verdict"] == "recovered"
    assert "workloads" in model.heard()  # the status of this cluster, by the bare command
    assert len(here.postmortems) == 1
    ours = [e for e in control_plane.audit_events(namespace) if e.user_agent.startswith("incident-mcp/") and e.wrote]
    assert [event.verb for event in ours] == ["patch"]


def test_without_the_command_incident_says_so_and_names_the_one_that_installs_it(tmp_path: Path) -> None:
    with scripted(told) as model:
        here = with_plugin(tmp_path, NEW, model, None)
        printed = here.without_a_person(model, "/incident:incident checkout is down", "--permission-mode", "default")
    asked = model.heard()
    assert "\nstatus unavailable" in asked
    assert "uv tool install incident-mcp==" in asked
    assert printed
