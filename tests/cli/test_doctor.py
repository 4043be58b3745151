"""`incident-mcp doctor`: one screen that also works when nothing else does, and an exit code for scripts."""

import json
import os
import re
import socket
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident_mcp.cli.serving import Serving, note_serving
from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_sandbox import Sandbox, serve_sandbox
from tests.cli.running import Finished, incident_mcp
from tests.cluster.connection.recorder import Reply
from tests.controlplane.control_plane import ControlPlane
from tests.logs.engines import FakeLoki, FakeVictoriaLogs, serving

ADA = {"INCIDENT_USER": "ada"}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with serve_sandbox("bad-rollout") as served:
        yield served


async def doctor(kubeconfig: Path | None, *arguments: str, environment: dict[str, str] | None = None) -> Finished:
    given = ["--kubeconfig", str(kubeconfig)] if kubeconfig else []
    done = await incident_mcp("doctor", *given, *arguments, environment=environment)
    assert done.stderr == ""
    return done


async def found(kubeconfig: Path | None, *arguments: str, environment: dict[str, str] | None = None) -> dict[str, Any]:
    return json.loads((await doctor(kubeconfig, "--json", *arguments, environment=environment)).stdout)


def check(findings: dict[str, Any], name: str) -> dict[str, str]:
    (one,) = [each for each in findings["checks"] if each["name"] == name]
    return one


def states(findings: dict[str, Any]) -> dict[str, str]:
    return {tool["tool"]: tool["state"] for tool in findings["tools"]}


def changed(kubeconfig: Path, folder: Path, **cluster: Any) -> Path:
    config = yaml.safe_load(kubeconfig.read_text())
    config["clusters"][0]["cluster"] = {**config["clusters"][0]["cluster"], **cluster}
    path = folder / "changed.kubeconfig"
    path.write_text(yaml.safe_dump(config))
    return path


# When all is well


async def test_one_screen_says_what_works_and_what_it_stands_on(sandbox: Sandbox, tmp_path: Path) -> None:
    done = await doctor(sandbox.kubeconfig, environment=ADA)
    assert done.returncode == 0
    assert re.sub(r"in \d+ ms", "in N ms", re.sub(r"CA \w+", "CA X", done.stdout)).splitlines() == [
        "incident-mcp 0.1.0",
        f"✓ settings      defaults (there is no {tmp_path}/config/incident-mcp/settings.toml), "
        "and INCIDENT_TRY_HOSTS and INCIDENT_USER",
        f"✓ state folder  {tmp_path}/state/incident-mcp (made with the first entry)",
        "✓ record        empty",
        "✓ you           ada, by INCIDENT_USER",
        "– server        none runs for this folder",
        "– writing       off, unless a server is started with --allow-writes (or INCIDENT_ALLOW_WRITES=1)",
        f"✓ policy        shipped default (there is no {tmp_path}/config/incident-mcp/policy.toml): actions all, "
        "namespaces all; protected kube-system, kube-public and kube-node-lease; a plan lives 10 min; "
        "20 changes an incident",
        "– doors         the chat; no passphrase is set",
        "                -> incident-mcp init sets one, and opens your terminal.",
        "✓ client        no setting of Claude Code that is seen from here lets a change past the gate",
        "– mode          advisory: every change is shown, asked for and recorded, but gate and write credential live "
        "in the assistant's own server, so an assistant with a shell as your user could go around them",
        f"✓ kubeconfig    {sandbox.kubeconfig}: context sandbox, user admin",
        f"✓ cluster       {sandbox.url}, checked against its CA X",
        "✓ answers       Kubernetes v1.37.2, in N ms",
        "✓ identity      admin, in system:masters",
        "– metrics       no metrics server: usage of CPU and memory is not checked",
        "– monitoring    none in the settings: alerts, error rates and traffic are not checked",
        "✓ tools         check_health, assess_incident, what_changed, resource_usage, diagnose_workload, read_object, "
        "rollout_history, analyze_logs, follow_logs, hand_off, verify_fix and preview_change: work",
        "– tools         rollback_workload, scale_workload, restart_workload, pause_rollout, redirect_traffic, "
        "set_feature_flag, set_resources, cordon_node, evict_pod, suspend_job, run_diagnostic and undo_action: not "
        "offered, since writing is off; by "
        "these rights they would work",
        "Reading works on sandbox.",
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {"permissions": {"allow": ["mcp__incident__*"]}},
        {"permissions": {"allow": ["mcp__plugin_incident_incident"]}},
        {"permissions": {"allow": ["Bash(kubectl:*)"]}},
        {"permissions": {"allow": ["Bash"]}},
        {"permissions": {"defaultMode": "bypassPermissions"}},
        {"hooks": {"Elicitation": []}},
    ],
)
async def test_settings_of_the_client_that_undermine_the_gate_are_named(tmp_path: Path, settings: Any) -> None:
    path = tmp_path / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(json.dumps(settings))
    told = check(await found(None, environment={"CLAUDE_PROJECT_DIR": str(tmp_path)}), "client")
    assert told["mark"] == "bad"
    assert str(path) in told["text"]


async def test_exact_rules_and_reading_kubectl_undermine_nothing(tmp_path: Path) -> None:
    rules = ["mcp__incident__assess_incident", "Bash(kubectl get:*)", "Bash(kubectl rollout history:*)", "Bash(ls:*)"]
    path = tmp_path / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"permissions": {"allow": rules}}))
    told = check(await found(None, environment={"CLAUDE_PROJECT_DIR": str(tmp_path)}), "client")
    assert told["mark"] == "ok", told


async def test_it_changes_nothing_neither_on_the_cluster_nor_here(sandbox: Sandbox, tmp_path: Path) -> None:
    home = tmp_path / "home"
    await doctor(sandbox.kubeconfig, environment={"INCIDENT_HOME": str(home)})
    assert sandbox.requests == []
    assert not home.exists()


async def test_a_real_control_plane_has_metrics_and_all_rights(control_plane: ControlPlane) -> None:
    control_plane.require("metrics")
    findings = await found(control_plane.kubeconfig, environment={"INCIDENT_ALLOW_WRITES": "1"})
    assert findings["reading"]
    assert check(findings, "metrics")["mark"] == "ok"
    assert set(states(findings).values()) == {"works"}
    assert check(findings, "writing")["mark"] == "ok"


async def test_a_server_of_this_folder_is_named_and_its_cluster_checked(sandbox: Sandbox, tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = {"INCIDENT_HOME": str(home), "CLAUDE_PROJECT_DIR": str(tmp_path)}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CLAUDE_PROJECT_DIR", str(tmp_path))
        with note_serving(home, Serving(os.getpid(), str(sandbox.kubeconfig), None, "bad-rollout")):
            findings = await found(None, environment=environment)
    assert check(findings, "server")["text"].endswith("and serves sandbox bad-rollout")
    assert findings["cluster"] == "sandbox"
    assert findings["reading"]


# Rights


async def test_a_viewer_of_one_namespace_reads_there(sandbox: Sandbox) -> None:
    done = await doctor(sandbox.viewer_kubeconfig)
    assert done.returncode == 0
    assert (
        "✓ tools         check_health and assess_incident: work in namespace shop, "
        "without get nodes; list namespaces, nodes, persistentvolumeclaims, " in done.stdout
    )
    assert "incident-mcp doctor --rbac" in done.stdout


async def test_a_viewer_with_writing_on_is_told_what_lacks_for_a_change(sandbox: Sandbox) -> None:
    done = await doctor(sandbox.viewer_kubeconfig, environment={"INCIDENT_ALLOW_WRITES": "1"})
    assert done.returncode == 0
    assert (
        "✗ tools         rollback_workload, restart_workload and set_resources: lack patch deployments.apps, "
        "statefulsets.apps and daemonsets.apps" in done.stdout
    )


async def test_elsewhere_the_viewer_reads_nothing(sandbox: Sandbox) -> None:
    done = await doctor(sandbox.viewer_kubeconfig, "-n", "payments")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "Reading does not work on sandbox: mend what is marked ✗, from the top."
    findings = await found(sandbox.viewer_kubeconfig, "-n", "payments")
    told = states(findings)
    assert told.pop("hand_off") == "works in part"  # its brief is of the record
    assert set(told.values()) == {"does not work"}
    (lacks,) = [tool["lacks"] for tool in findings["tools"] if tool["tool"] == "analyze_logs"]
    assert "get pods/log" in lacks


# What keeps the logs


async def test_engines_of_logs_are_tried_and_told_by_name(sandbox: Sandbox) -> None:
    loki, victorialogs = FakeLoki(), FakeVictoriaLogs(refusals=[Reply(403, b"missing token")])
    async with serving(loki), serving(victorialogs):
        lately = datetime.now(UTC) - timedelta(seconds=36)
        for second in range(60):  # however long the command takes to start
            loki.add(lately + timedelta(seconds=second), "here")
        places = {"INCIDENT_LOKI__URL": loki.url, "INCIDENT_VICTORIALOGS__URL": victorialogs.url}
        findings = await found(sandbox.kubeconfig, environment=places)
    assert check(findings, "loki")["mark"] == "ok"
    assert check(findings, "victorialogs")["mark"] == "bad"
    assert "403 Forbidden: «missing token»" in check(findings, "victorialogs")["text"]


async def test_labels_that_no_line_has_are_told(sandbox: Sandbox) -> None:
    async with serving(fake := FakeLoki()):
        places = {"INCIDENT_LOKI__URL": fake.url, "INCIDENT_LOKI__POD_LABEL": "k8s_pod_name"}
        findings = await found(sandbox.kubeconfig, environment=places)
    assert check(findings, "loki")["mark"] == "off"
    assert "Name its labels in the settings" in check(findings, "loki")["next_step"]


# When something is broken, the rest is still checked


async def test_without_a_kubeconfig_the_rest_is_still_checked(tmp_path: Path) -> None:
    done = await doctor(None, environment={"KUBECONFIG": str(tmp_path / "none"), **ADA})
    assert done.returncode == 1
    assert f"✗ kubeconfig    The kubeconfig {tmp_path / 'none'} is not there (named by KUBECONFIG)." in done.stdout
    assert "-> Point KUBECONFIG or --kubeconfig to one" in done.stdout
    assert "✓ you           ada" in done.stdout


async def test_wrong_settings_are_told_and_the_cluster_still_checked(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("soak = 'long'\nnonsense = 1\n")
    findings = await found(sandbox.kubeconfig, environment={"INCIDENT_SETTINGS": str(file)})
    settings = check(findings, "settings")
    assert settings["mark"] == "bad"
    assert "soak" in settings["text"]
    assert "nonsense" in settings["text"]
    assert "Known keys" in settings["next_step"]
    assert check(findings, "answers")["mark"] == "ok"
    assert not findings["reading"], "a server would not start with these settings"


async def test_a_settings_file_that_is_used_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("user = 'grace'\n")
    findings = await found(sandbox.kubeconfig, environment={"INCIDENT_SETTINGS": str(file)})
    assert check(findings, "settings")["text"] == f"{file}, and INCIDENT_TRY_HOSTS"  # no test asks hosts outside
    assert check(findings, "you")["text"] == "grace, by settings file"


async def test_an_expired_token_ends_the_way_there(sandbox: Sandbox) -> None:
    sandbox.expire_tokens()
    done = await doctor(sandbox.kubeconfig)
    assert done.returncode == 1
    assert "✗ answers       sandbox does not accept the credentials of admin (401)" in done.stdout
    assert "-> Log in again" in done.stdout
    assert "– rights        not checked" in done.stdout


async def test_a_server_that_is_down_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        server = f"https://127.0.0.1:{closed.getsockname()[1]}"
    findings = await found(changed(sandbox.kubeconfig, tmp_path, server=server))
    assert f"sandbox ({server}) can't be reached" in check(findings, "answers")["text"]
    assert findings["tools"] == []


async def test_a_certificate_that_is_not_checked_is_told_and_reading_works(sandbox: Sandbox, tmp_path: Path) -> None:
    insecure = {"certificate-authority-data": "", "insecure-skip-tls-verify": True}
    findings = await found(changed(sandbox.kubeconfig, tmp_path, **insecure))
    cluster = check(findings, "cluster")
    assert cluster["mark"] == "bad"
    assert "its certificate is not checked" in cluster["text"]
    assert "insecure-skip-tls-verify" in cluster["next_step"]
    assert findings["reading"]


async def test_a_missing_credential_plugin_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    config = yaml.safe_load(sandbox.kubeconfig.read_text())
    plugin = {"command": "no-such-plugin", "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never"}
    config["users"][0]["user"] = {"exec": plugin}
    path = tmp_path / "plugin.kubeconfig"
    path.write_text(yaml.safe_dump(config))
    findings = await found(path)
    assert check(findings, "answers")["mark"] == "bad"
    assert "no-such-plugin" in check(findings, "answers")["text"]


# The record


def record(home: Path) -> Path:
    journal = Journal(home / "journal.sqlite3", system_clock)
    actor = Actor(role="person", name="ada", known_by="OS user")
    for kind, text in ((EntryKind.OPENED, "one"), (EntryKind.NOTE, "two"), (EntryKind.NOTE, "three")):
        journal.append("i1", "https://cluster", NewEntry(kind=kind, text=text, actor=actor))
    journal.close()
    return journal.path


async def test_a_whole_record_is_counted(sandbox: Sandbox, tmp_path: Path) -> None:
    record(tmp_path)
    findings = await found(sandbox.kubeconfig, environment={"INCIDENT_HOME": str(tmp_path)})
    assert check(findings, "record") == {
        "name": "record",
        "mark": "ok",
        "text": "1 incident, the chain of entries is whole",
        "next_step": "",
    }


@pytest.mark.parametrize("body", ["CAST(replace(body, 'two', 'TWO') AS BLOB)", "x'ff'", "'text'"])
async def test_a_record_that_was_tampered_with_is_told(sandbox: Sandbox, tmp_path: Path, body: str) -> None:
    path = record(tmp_path)
    with sqlite3.connect(path) as database:
        database.execute("DROP TRIGGER entries_hold")
        database.execute(f"UPDATE entries SET body = {body} WHERE seq = 2")  # noqa: S608 - fixed text
    database.close()
    done = await doctor(sandbox.kubeconfig, environment={"INCIDENT_HOME": str(tmp_path)})
    assert done.returncode == 1
    assert re.search("entry 2 of writer [0-9a-f]+ was changed after it was written", done.stdout)


async def test_a_record_that_is_no_database_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").write_text("not a database, but long enough to look like one" * 20)
    findings = await found(sandbox.kubeconfig, environment={"INCIDENT_HOME": str(tmp_path)})
    assert check(findings, "record")["mark"] == "bad"
    assert not findings["reading"]


async def test_a_state_folder_that_cant_be_made_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    findings = await found(sandbox.kubeconfig, environment={"INCIDENT_HOME": str(tmp_path / "file" / "home")})
    folder = check(findings, "state folder")
    assert folder["mark"] == "bad"
    assert "INCIDENT_HOME" in folder["next_step"]
