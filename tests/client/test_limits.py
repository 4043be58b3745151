"""What the assistant can't do in the real Claude Code: a specialist changes nothing, rules under `ask` hold, and a
kubectl that would change something is asked about.
"""

import subprocess
from pathlib import Path

from incident_mcp.vocabulary.entry import EntryKind
from tests.client.claude_code import NEW, Place, this_repository
from tests.client.model import Step, call, say, scripted
from tests.client.test_incident import CHECKOUT, OPENING, OURS, ROLLBACK, nothing_was_changed, of_kind, told

SPECIALIST = "You are the specialist in Kubernetes"


def test_a_specialist_can_read_and_can_change_nothing(tmp_path: Path) -> None:
    here = this_repository(tmp_path, NEW)
    touched = tmp_path / "touched"
    specialist: tuple[Step, ...] = (
        [call(OURS + "diagnose_workload", **CHECKOUT)],
        [
            call(OURS + "rollback_workload", **ROLLBACK),
            call(OURS + "record_entry", kind="note", text="It was me."),
            call("Bash", command=f"touch {touched}"),
        ],
        [say("They want PAYMENT_URL.")],
    )
    asked = {"specialist": "kubernetes-architect", "question": "Why do the pods of checkout crash?"}
    steps: tuple[Step, ...] = (
        [call(OURS + "open_incident", title="checkout is down")],
        [call(OURS + "hand_off", **asked)],
        [call("Agent", subagent_type="kubernetes-architect", description="Why they crash", prompt="The brief.")],
        [say("It looks.")],
        [call(OURS + "record_entry", kind="note", text="The specialist: they want PAYMENT_URL.")],
        [say("Recorded.")],
    )
    with scripted(*steps, **{SPECIALIST: specialist}) as model:
        here.without_a_person(model, "why do they crash?", "--permission-mode", "default")
    heard = model.heard(SPECIALIST)
    for tool in (OURS + "rollback_workload", OURS + "record_entry", "Bash"):
        assert f"No such tool available: {tool}" in heard
    assert "checkout:1.42 wants PAYMENT_URL" in heard  # it can read
    assert not touched.exists()
    assert nothing_was_changed(here)
    assert "The specialist: they want PAYMENT_URL." in [entry.text for entry in here.entries()]


def strict(folder: Path) -> Place:
    here = this_repository(folder, NEW)
    command = [str(here.project / ".venv/bin/incident-mcp"), "init", "--strict", "--write"]
    subprocess.run(command, cwd=here.project, env={"HOME": str(here.home)}, check=True, capture_output=True, timeout=30)
    return here


def test_under_strict_rules_the_client_asks_legibly_before_the_form_does_and_a_no_ends_it(tmp_path: Path) -> None:
    here = strict(tmp_path)
    with scripted(*OPENING, told) as model, here.with_a_person(model, size=(80, 24)) as terminal:
        terminal.type("checkout is down")
        screen = terminal.shows("Do you want to proceed")
        terminal.press("Escape", "User rejected|Interrupted|What should")
    for line in (
        "incident — Rollback Workload Tool: (MCP)",
        'name: "checkout"',
        "revision: 6",
        f"Rule {OURS}rollback_",
    ):
        assert line in screen
    assert "…" not in screen
    assert not of_kind(here, EntryKind.QUESTION)
    assert nothing_was_changed(here)


def test_under_strict_rules_the_client_refuses_by_itself_where_nobody_can_be_asked(tmp_path: Path) -> None:
    here = strict(tmp_path)
    with scripted(*OPENING, told) as model:
        printed = here.without_a_person(model, "checkout is down", "--permission-mode", "default")
    assert "haven't granted" in printed
    assert nothing_was_changed(here)


def test_a_kubectl_that_would_change_something_is_asked_about_and_one_that_reads_is_not(tmp_path: Path) -> None:
    here = this_repository(tmp_path, NEW)
    kubectl, ran = here.home / "bin" / "kubectl", tmp_path / "ran"
    kubectl.write_text(f'#!/bin/sh\necho "$@" >>{ran}\n')
    kubectl.chmod(0o755)
    shell: tuple[Step, ...] = (
        [call("Bash", command="kubectl get pods"), call("Bash", command="kubectl -n shop delete pod checkout-1")],
        told,
    )
    with scripted(*shell) as model:
        here.without_a_person(model, "look", "--permission-mode", "default", "--allowedTools", "Bash")
    assert ran.read_text() == "get pods\n"
    assert "past the incident's gate" in model.heard()
