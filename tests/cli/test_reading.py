"""`incident-mcp assess`, `health`, `diagnose`, `changes`: the chat's answers in a terminal, and as JSON for scripts."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from incident_mcp.cli.serving import Serving, note_serving
from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.clock import system_clock
from incident_sandbox import Sandbox, serve_sandbox
from tests.cli.running import Finished, incident_mcp

FINDING = {"code", "cause", "severity", "target", "root", "summary", "evidence", "next_step"}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with serve_sandbox("bad-rollout") as served:
        yield served


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


async def told(home: Path, kubeconfig: Path | str, *arguments: str) -> Finished:
    environment = {"INCIDENT_HOME": str(home), "INCIDENT_USER": "oncall-2"}
    return await incident_mcp(*arguments, "--kubeconfig", str(kubeconfig), environment=environment)


async def as_json(home: Path, sandbox: Sandbox, *arguments: str) -> dict[str, Any]:
    done = await told(home, sandbox.kubeconfig, *arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def recorded(home: Path) -> list[tuple[str, str]]:
    """Who looked with which tool, outside any incident."""
    journal = Journal(home / "journal.sqlite3", system_clock)
    try:
        return [(entry.actor.name, entry.tool) for entry in journal.entries(None) if entry.tool]
    finally:
        journal.close()


async def test_assess_reads_like_the_demo_with_the_clusters_name_first(sandbox: Sandbox, home: Path) -> None:
    done = await told(home, sandbox.kubeconfig, "assess")
    assert (done.returncode, done.stderr) == (0, "")
    headline, *lines = done.stdout.splitlines()
    assert headline == "sandbox: 1 of 9 workloads is not well."
    assert any(line.startswith("  1  Deployment shop/checkout   0 of 3 ready, 3 pods in CrashLoop") for line in lines)
    assert any("So: roll back to revision 6" in line for line in lines)
    assert "  The call: rollback_workload kind=Deployment namespace=shop name=checkout revision=6" in lines
    assert lines[-1].startswith("Recorded as u")


@pytest.mark.parametrize(
    "command", [["assess"], ["health"], ["health", "shop"], ["health", "deploy/checkout", "-nshop"]]
)
async def test_each_finding_has_all_its_keys_and_the_root_comes_first(
    sandbox: Sandbox, home: Path, command: list[str]
) -> None:
    answer = await as_json(home, sandbox, *command)
    assert all(finding.keys() >= FINDING for finding in answer["findings"])
    first = answer["findings"][0]
    assert (first["code"], first["cause"], first["root"]) == ("INC104", "missing-environment", True)
    assert first["target"] == {"kind": "Deployment", "namespace": "shop", "name": "checkout"}
    assert first["evidence"]


async def test_a_look_from_the_terminal_is_recorded_under_the_persons_name(sandbox: Sandbox, home: Path) -> None:
    await told(home, sandbox.kubeconfig, "health", "shop")
    assert recorded(home) == [("oncall-2", "check_health")]


async def test_a_diagnosis_ticks_off_the_common_issues_and_ends_with_the_call(sandbox: Sandbox, home: Path) -> None:
    done = await told(home, sandbox.kubeconfig, "diagnose", "deploy/checkout", "-n", "shop")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert sum(line.startswith(("  [x] ", "  [ ] ", "  [?] ")) for line in lines) == 7
    assert any(line.startswith("  [x] CrashLoopBackOff (application errors): found, 3 pods") for line in lines)
    assert "  Caused by a recent deployment? yes (9 s before the first crash)" in lines
    assert "  The call: rollback_workload kind=Deployment namespace=shop name=checkout revision=6" in lines


async def test_changes_are_one_line_each_and_the_same_as_in_the_answer_for_scripts(
    sandbox: Sandbox, home: Path
) -> None:
    done = await told(home, sandbox.kubeconfig, "changes", "--hours", "168")
    answer = await as_json(home, sandbox, "changes", "--hours", "168")
    lines = [line for line in done.stdout.splitlines() if line.startswith("   ")]
    assert len(lines) == len(answer["changes"]) == 3
    assert lines[0].endswith("image checkout:1.41 -> 1.42  (9 s before the onset, fails)")
    assert recorded(home) == [("oncall-2", "what_changed")] * 2


async def test_a_healthy_cluster_has_no_findings_and_says_what_was_looked_at(home: Path) -> None:
    async with serve_sandbox("healthy") as healthy:
        found = await as_json(home, healthy, "health")
        page = await told(home, healthy.kubeconfig, "assess")
    assert (found["findings"], found["healthy"]) == ([], True)
    assert page.stdout.startswith("sandbox: no fault found in the whole cluster: all 9 workloads are well. Looked at: ")


async def test_the_server_of_this_folder_decides_which_cluster_is_read(
    sandbox: Sandbox, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_PROJECT_DIR", str(tmp_path))
    environment = {"INCIDENT_HOME": str(home), "KUBECONFIG": str(tmp_path / "none")}
    with note_serving(home, Serving(os.getpid(), str(sandbox.kubeconfig), None, "bad-rollout")):
        done = await incident_mcp("health", environment=environment)
    alone = await incident_mcp("health", environment=environment)
    assert done.stdout.startswith("sandbox: 1 cause found in the whole cluster")
    assert (alone.returncode, alone.stdout) == (1, "")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["health", "shop", "-n", "payments"], "Two namespaces are named: shop and payments."),
        (["health", "deploy/chekout", "-n", "shop"], "sandbox has no Deployment shop/chekout."),
        (["health", "a/b/c"], "'a/b/c' names no workload."),
        (["assess", "-n", "shp"], "Did you mean shop?"),
        (["changes", "-n", "shp"], "Did you mean shop?"),
        (["diagnose", "checkout", "-n", "shop"], "'checkout' names no workload."),
    ],
)
async def test_a_wrong_name_is_one_paragraph(sandbox: Sandbox, home: Path, command: list[str], says: str) -> None:
    done = await told(home, sandbox.kubeconfig, *command)
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr


async def test_what_is_untidy_is_listed_only_where_somebody_asks_for_it(sandbox: Sandbox, home: Path) -> None:
    plain_page = await told(home, sandbox.kubeconfig, "health", "shop")
    page = await told(home, sandbox.kubeconfig, "health", "shop", "--hygiene")
    answer = await as_json(home, sandbox, "health", "shop", "--hygiene")
    assert "HYG" not in plain_page.stdout
    assert "  Untidy, and no cause of anything:" in page.stdout.splitlines()
    codes = {line["code"]: line for line in answer["hygiene"]}
    assert codes["HYG301"]["targets"] == "Deployment shop/checkout"
    assert codes["HYG301"]["do"] == "Set maxUnavailable below 100 % on Deployment shop/checkout"
    assert all(line["count"] >= 1 for line in answer["hygiene"])


async def test_a_hygiene_code_is_explained_too() -> None:
    done = await incident_mcp("explain", "hyg301")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("HYG301  hygiene\nA rollout replaces all pods at once.\n")


async def test_what_stands_beside_a_root_is_printed_below_it(sandbox: Sandbox, home: Path, tmp_path: Path) -> None:
    books = tmp_path / "runbooks"
    books.mkdir()
    (books / "checkout.md").write_text("# When checkout is down\n\nRoll back first.\n")
    environment = {"INCIDENT_HOME": str(home), "INCIDENT_RUNBOOKS": str(books)}
    for command in (["assess"], ["diagnose", "deploy/checkout", "-n", "shop"]):
        done = await incident_mcp(*command, "--kubeconfig", str(sandbox.kubeconfig), environment=environment)
        lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
        assert "owner shop (label team of Namespace shop)" in lines
        assert "runbook «When checkout is down» (checkout.md), for shop/checkout" in lines
        assert "Roll back first." in lines


async def test_logs_of_a_workload_read_like_the_chats_answer(sandbox: Sandbox, home: Path) -> None:
    done = await told(home, sandbox.kubeconfig, "logs", "deploy/checkout", "-n", "shop", "--level", "error")
    assert (done.returncode, done.stderr) == (0, "")
    headline, read, compared, first, detail, *_ = done.stdout.splitlines()
    assert headline.startswith("sandbox: Deployment shop/checkout: ")
    assert "of 3 pods, last 1 h, from the API server; at most 2,000 lines and 1 MiB a container" in read
    assert compared.startswith("  compared with ")
    assert "«KeyError: 'PAYMENT_URL'»" in first
    assert "missing-environment: variable PAYMENT_URL" in detail
    value = await as_json(home, sandbox, "logs", "-n", "shop", "-l", "app=catalog", "--match", "query")
    assert all("query" in line["pattern"] for line in value["patterns"])
    assert recorded(home) == [("oncall-2", "analyze_logs")] * 2


async def test_logs_are_followed_in_a_terminal_for_the_seconds_that_are_named(sandbox: Sandbox, home: Path) -> None:
    done = await told(home, sandbox.kubeconfig, "logs", "sts/payments-db", "-n", "payments", "--follow", "4")
    assert done.returncode == 0
    assert "Ended after 4 s." in done.stdout.splitlines()[0]
    assert " of 4 s: " in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("deploy/chekout", "-n", "shop"), "Did you mean checkout?"),
        (("deploy/checkout", "-n", "shop", "--level", "bad"), "none of error, warning, info"),
        (("deploy/checkout", "-n", "shop", "--since", "soon"), "is no time"),
    ],
)
async def test_logs_that_can_not_be_meant_are_told(
    sandbox: Sandbox, home: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = await told(home, sandbox.kubeconfig, "logs", *arguments)
    assert done.returncode in (1, 2)
    assert said in " ".join(done.stderr.split())
