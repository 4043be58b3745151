"""`diagnose_workload` and what `assess_incident` says beside its findings, as a client gets them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.surface.world import CHECKOUT, World, data_of, text_of, world

TOKENS = 2000


async def told(here: World, tool: str, **arguments: Any) -> dict[str, Any]:
    answer = data_of(await here.call(tool, **arguments))
    assert len(json.dumps(answer)) / 4 < TOKENS
    return answer


def states(answer: dict[str, Any]) -> dict[str, str]:
    return {line["issue"].partition(" (")[0]: line["state"] for line in answer["checklist"]}


async def test_a_bad_rollout_is_diagnosed_down_to_the_call_that_takes_it_back(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        answer = await told(here, "diagnose_workload", **CHECKOUT)
    assert answer["findings"][0]["code"] == "INC104"
    assert answer["decision_tree"] == ["Caused by a recent deployment? yes (9 s before the first crash)"]
    assert answer["propose"] == {"tool": "rollback_workload", "arguments": {**CHECKOUT, "revision": 6}}
    assert "revision 7 since" in answer["rollout"]
    assert "field manager deploy-bot; 3 of 3 updated, 0 available" in answer["rollout"]
    assert states(answer) == {
        "OOMKilled pods": "ruled out",
        "CrashLoopBackOff": "found",
        "Connection refused": "ruled out",
        "Database connection pool exhaustion": "ruled out",
        "External API failures": "ruled out",
        "Certificate expiration": "ruled out",
        "DNS resolution failures": "ruled out",
    }
    assert all(line["why"] for line in answer["checklist"])


async def test_the_proposed_call_can_be_previewed_as_it_is(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        answer = await told(here, "diagnose_workload", **CHECKOUT)
        page = await here.call("preview_change", **answer["propose"])
    assert not page.is_error, text_of(page)


async def test_a_healthy_workload_is_no_suspect_and_shows_what_it_uses(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None, scenario="healthy") as here:
        answer = await told(here, "diagnose_workload", **CHECKOUT)
    assert answer["summary"] == ["sandbox: no fault found in Deployment shop/checkout. It is no suspect."]
    assert answer["findings"] == []
    assert "propose" not in answer
    assert set(states(answer).values()) == {"ruled out"}
    assert answer["usage"].startswith("at most, of 3 ready pods: cpu ")


async def test_a_container_killed_for_memory_is_found_on_the_list(tmp_path: Path) -> None:
    catalog = {**CHECKOUT, "name": "catalog"}
    async with world(tmp_path, "legacy", None, scenario="oom") as here:
        answer = await told(here, "diagnose_workload", **catalog)
    assert states(answer)["OOMKilled pods"] == "found"
    assert answer["propose"]["arguments"] == {**catalog, "revision": 1}


async def test_what_may_not_be_read_is_not_checked(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None, viewer=True) as here:
        answer = await told(here, "diagnose_workload", **CHECKOUT)
        elsewhere = await here.call("diagnose_workload", kind="StatefulSet", namespace="payments", name="payments-db")
    assert "Secrets in shop (Forbidden: get secrets)" in answer["not_checked"]
    assert "metrics (no metrics server)" in answer["not_checked"]
    assert elsewhere.is_error
    assert "may not" in text_of(elsewhere)


async def test_logs_that_come_too_late_rule_nothing_out(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None, tool_timeout=3) as here:
        here.sandbox.faults.delay_next(200, 20_000, path="/log")
        answer = await told(here, "diagnose_workload", **CHECKOUT)
    assert states(answer)["DNS resolution failures"] == "not checked"
    assert any("timed out" in missed for missed in answer["not_checked"])


async def test_a_wrong_name_brings_near_misses(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        answer = await here.call("diagnose_workload", **{**CHECKOUT, "name": "chekout"})
    assert answer.is_error
    assert "Did you mean checkout?" in text_of(answer)


# What an assessment says beside its findings


async def test_what_people_reported_stands_beside_what_was_measured(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        said = data_of(await here.call("record_entry", kind="impact", text="customers cannot pay"))
        answer = await told(here, "assess_incident")
    (report,) = answer["reported"]
    assert report["text"].endswith("UTC: customers cannot pay")
    assert report["entry"] == said["entry"]


async def test_the_quick_questions_are_answered_with_what_is_not_known(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        answer = await told(here, "assess_incident")
    impact, start, changed, worse = answer["quick_questions"]
    assert impact.startswith(
        "What is the impact? from outside: shop.example.com/checkout; inside: Service shop/checkout"
    )
    assert impact.endswith("Not known: how many users, since no traffic is measured.")
    assert start.startswith("When did it start? ")
    assert changed == "What changed? Deployment shop/checkout, rollout, 9 s before."
    assert worse == "Is it getting worse? no, it is steady."
    assert answer["common_issues"]["found"] == [
        "CrashLoopBackOff: 3 pods in CrashLoopBackOff: container checkout ends with exit code 1"
    ]
    assert "DNS resolution failures" in answer["common_issues"]["ruled_out"]
    assert answer["common_issues"]["by"].startswith("3 pods, ")


async def test_the_answer_is_due_until_somebody_decides(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        due = (await told(here, "assess_incident"))["severity"]
        here.clock.forward(minutes=20)
        overdue = (await told(here, "assess_incident"))["severity"]
        await here.call("update_incident", severity="SEV-2")
        answered = (await told(here, "assess_incident"))["severity"]
    assert due["response"].startswith("due by ")
    assert due["escalation"] == "On-call team"
    assert overdue["response"].startswith("overdue since ")
    assert re.fullmatch(r"answered after 20 min( \d+ s)?, late", answered["response"])


@pytest.mark.parametrize("tool", ["assess_incident", "check_health", "what_changed", "resource_usage"])
async def test_a_healthy_cluster_gives_no_suspect(tmp_path: Path, tool: str) -> None:
    async with world(tmp_path, "legacy", None, scenario="healthy") as here:
        answer = await told(here, tool)
    assert answer.get("findings", []) == []
    assert {"propose", "decision_tree", "quick_questions", "common_issues"}.isdisjoint(answer)
