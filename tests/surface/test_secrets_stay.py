"""Every kind of secret, planted wherever a text comes in: it leaves by no tool, page, file, export, command or log."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.types import CallToolResult, TextResourceContents
from typer.testing import CliRunner

from incident_mcp.cli import incidents as commands
from tests.cli.running import ROOT
from tests.surface.test_approval import DEPLOYMENTS
from tests.surface.world import CHECKOUT, DECLINE, World, always, world
from tests.text.secret_samples import SAMPLES

LONG = 40
"""Of a secret of many lines, each that is longer than this must not remain."""
LEAKY = "registry.example/shop/checkout:leaky"
CONFIG_MAPS = "/api/v1/namespaces/shop/configmaps"


def secrets() -> Iterator[str]:
    for _, _, secret in SAMPLES:
        yield secret
        yield from (line for line in secret.replace("\\n", "\n").split("\n") if len(line) > LONG)


SECRETS = tuple(dict.fromkeys(secrets()))
TEXTS = tuple(text for _, text, _ in SAMPLES)
ALL = "\n".join(TEXTS)
SHORT = [text for text in TEXTS if "\n" not in text and len(text) < 150]
"""What fits where a person or an assistant says something."""


def check(where: str, *told: str) -> None:
    left = [secret for secret in SECRETS if any(secret in one for one in told)]
    assert not left, f"{where} lets out {left[:3]}"


def plant(here: World) -> None:
    """Into what a cluster says of itself: logs, a probe's words, annotations, variables, labels of pods, settings."""
    cluster = here.sandbox.cluster
    # A log's line is read by itself, but for a private key: its lines are masked where they stand in order.
    lines = "\n".join(text for name, text, _ in SAMPLES if "\n" not in text or name == "private key")
    behaviour = {"log": [{"text": lines}], "unready": ALL.replace("\n", " ")}
    cluster.teach({"image": LEAKY, "behaves": [behaviour]})
    variables = [{"name": f"SETTING_{number}", "value": text} for number, text in enumerate(TEXTS)]
    spec: dict[str, Any] = json.loads(json.dumps(cluster.get(DEPLOYMENTS, "shop", "checkout")))["spec"]
    container = spec["template"]["spec"]["containers"][0]
    container |= {"image": LEAKY, "env": [*container.get("env", []), *variables]}
    spec["template"]["metadata"].setdefault("annotations", {})["note"] = ALL
    annotations = {"kubernetes.io/change-cause": ALL, "note": ALL}
    cluster.edit(
        DEPLOYMENTS, "shop", "checkout", {"metadata": {"annotations": annotations}, "spec": spec}, manager="helm"
    )


def calls() -> Iterator[tuple[str, dict[str, Any]]]:
    workload = {"namespace": "shop"}
    yield from (
        ("open_incident", {"title": SHORT[0]}),
        ("check_health", {}),
        ("check_health", {"quick": True}),
        ("check_health", {**workload, "hygiene": True}),
        ("assess_incident", {}),
        ("diagnose_workload", CHECKOUT),
        ("rollout_history", CHECKOUT),
        ("what_changed", workload),
        ("resource_usage", workload),
        ("analyze_logs", CHECKOUT),
        ("follow_logs", {**CHECKOUT, "seconds": 1}),
        ("read_object", CHECKOUT),
        ("read_object", {**CHECKOUT, "field": "spec.template.spec.containers"}),
        ("read_object", {"kind": "Event", "namespace": "shop"}),
        ("preview_change", {"action": "rollback_workload", "arguments": CHECKOUT}),
        ("scale_workload", {**CHECKOUT, "replicas": 2}),
        ("redirect_traffic", {"namespace": "shop", "name": SHORT[1], "to": SHORT[2]}),
        ("set_feature_flag", {"namespace": "shop", "name": "flags", "flag": "pay", "value": SHORT[3]}),
        ("run_diagnostic", {"namespace": "shop", "name": "checkout", "command": ["echo", SHORT[4]]}),
        ("rollback_workload", CHECKOUT),
        ("hand_off", {"specialist": "python-pro", "question": SHORT[9]}),
        ("post_update", {"status": "investigating", "impact": SHORT[10]}),
        ("page", {"do": "note", "text": SHORT[11]}),
        ("create_follow_ups", {"items": [SHORT[12]]}),
        ("verify_fix", {**CHECKOUT, "soak_seconds": 0}),
        ("nothing", {"like": ALL}),
        ("update_incident", {"role": "scribe", "name": SHORT[5]}),
        ("update_incident", {"status": "acknowledged", "reason": SHORT[6]}),
    )
    for start in range(0, len(TEXTS), 5):
        words = "\n".join(TEXTS[start : start + 5])
        yield "record_entry", {"kind": "note", "text": words}
        yield "record_entry", {"kind": "decision", "text": words}
    yield from (
        ("hand_off", {"specialist": "devops-troubleshooter", "question": SHORT[9]}),
        ("post_update", {"status": "investigating", "impact": SHORT[10]}),
        ("create_follow_ups", {"items": SHORT[:5]}),
        ("hand_over", {"receiver": SHORT[7], "note": ALL[:900]}),
        ("get_incident", {"entries": 500}),
        ("write_postmortem", {"note": f"{ALL[:1500]} [e1]", "html": True}),
        ("close_incident", {"reason": SHORT[8]}),
    )


async def test_no_tool_page_file_export_or_command_lets_one_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path, "2026-07-28", always(DECLINE), opened=False) as here:
        plant(here)
        called = set[str]()
        for tool, arguments in calls():
            result = await here.call(tool, **arguments)
            called.add(tool)
            check(tool, *said(result))
        check("a question", *here.questions, json.dumps(here.forms))
        for resource in (await here.client.list_resources()).resources:
            check("the list of pages", resource.model_dump_json())
            (page,) = (await here.client.read_resource(str(resource.uri))).contents
            assert isinstance(page, TextResourceContents)
            check(str(resource.uri), page.text)
        offered = {tool.name for tool in (await here.client.list_tools()).tools}
    check("the postmortem", *(file.read_text() for file in (tmp_path / "postmortems").iterdir()))
    monkeypatch.setenv("INCIDENT_HOME", str(tmp_path))
    (name,) = {entry.incident for entry in here.entries() if entry.incident}
    for command in (["list"], ["list", "--json"], ["show", name], ["show", name, "--json"], ["export"], *REPORTS):
        done = CliRunner().invoke(commands.app, command)
        assert done.exit_code == 0, done.output
        assert done.output
        check(f"incidents {command[0]}", done.output)
    assert offered - called <= ONE_OF_A_KIND, "a new tool is called here too"


REPORTS = (["report"], ["report", "--json"], ["report", "--csv"])
ONE_OF_A_KIND = {
    "cordon_node", "evict_pod", "pause_rollout", "restart_workload", "set_resources", "suspend_job", "undo_action",
    "page",
}  # fmt: skip
"""They answer as the other changes and messages do; what is sent is looked at in `tests/communicate/test_leaks.py`."""


def said(result: CallToolResult) -> list[str]:
    return [*(block.model_dump_json() for block in result.content), json.dumps(result.structured_content)]


LOGS = """
import json, logging, sys, threading
from incident_mcp.text.masked_log import mask_standard_error
mask_standard_error()
texts = json.load(sys.stdin)
for text in texts:
    logging.getLogger("mcp").warning("request failed: %s", text)
    try:
        raise ValueError(text)
    except ValueError:
        logging.getLogger("httpcore").exception("it failed")
thread = threading.Thread(target=lambda: json.loads(1, **{texts[0]: texts[1]}))
thread.start()
thread.join()
raise RuntimeError("\\n".join(texts))
"""


def test_the_log_of_a_server_lets_none_out() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOGS], input=json.dumps(TEXTS), capture_output=True, text=True, cwd=ROOT / "server"
    )
    assert done.stderr.count("it failed") == len(TEXTS)
    assert "RuntimeError" in done.stderr
    check("standard error", done.stderr, done.stdout)
