"""What stands beside a root in an answer: the failing share, rivals, owner, runbook, the last time it was here."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.calls import MERGE_PATCH
from incident_mcp.text.budget import tokens
from incident_mcp.vocabulary.entry import EntryKind
from incident_mcp.workflow.assessment import AssessmentReply, assess_incident
from incident_mcp.workflow.diagnosis import DiagnosisReply, diagnose_workload
from incident_sandbox import Sandbox
from incident_sandbox.cluster import Cluster
from incident_sandbox.kubelet.programs import read_program
from incident_sandbox.scenario import Step, load_scenario
from tests.cluster.connection.harness import connected
from tests.surface.world import ACCEPT, CHECKOUT, World, always, data_of, text_of, world
from tests.workflow.test_on_a_real_api_server import at_desk

EDITOR = "kubectl-edit/1.37"
SHOP = "/api/v1/namespaces/shop"
DEPLOYMENT = "/apis/apps/v1/namespaces/shop/deployments/checkout"


async def told(here: World, tool: str, **arguments: Any) -> dict[str, Any]:
    answer = data_of(await here.call(tool, **arguments))
    assert tokens(answer) < 2000
    return answer


async def mark(here: World, path: str, **metadata: Any) -> None:
    async with connected(here.sandbox.kubeconfig) as api:
        await _mark(api, path, metadata)


async def _mark(api: Api, path: str, metadata: dict[str, Any]) -> None:
    await api.patch(path, {"metadata": metadata}, content_type=MERGE_PATCH, user_agent=EDITOR)


# Runbooks

RUNBOOK = """\
---
codes: [missing-environment]
workloads: [shop/checkout]
---
# When checkout does not start

Roll back at once; call 555-0100 if payments are stuck. API_TOKEN=hunter2-correct-horse
"""


async def test_the_runbook_for_it_is_quoted_and_another_is_not(tmp_path: Path) -> None:
    books = tmp_path / "runbooks"
    books.mkdir()
    (books / "checkout.md").write_text(RUNBOOK)
    (books / "cart.md").write_text("# Cart")
    async with world(tmp_path, "legacy", None, runbooks=books) as here:
        assessed = (await told(here, "assess_incident"))["findings"][0]
        diagnosed = await told(here, "diagnose_workload", **CHECKOUT)
    for answer in (assessed, diagnosed):
        (book,) = answer["runbooks"]
        assert book["runbook"] == "«When checkout does not start» (checkout.md), for INC104 and shop/checkout"
        assert book["quote"].startswith("««« data from outside")
        assert "Roll back at once" in book["quote"]
        assert "hunter2" not in book["quote"]


async def test_an_alert_that_the_incidents_title_names_finds_its_runbook(tmp_path: Path) -> None:
    (tmp_path / "down.md").write_text("---\nalerts: [CheckoutDown]\n---\n# Down\n\nCall the lead.\n")
    async with world(tmp_path / "home", "legacy", None, runbooks=tmp_path, opened=False) as here:
        await here.call("open_incident", title="CheckoutDown is firing")
        answer = await told(here, "assess_incident")
    (book,) = answer["findings"][0]["runbooks"]
    assert book["runbook"] == "«Down» (down.md), for alert CheckoutDown"


async def test_without_a_folder_nothing_is_said_of_runbooks(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None, runbooks=tmp_path / "none") as here:
        answer = await told(here, "assess_incident")
    assert "runbooks" not in answer["findings"][0]
    assert not any("runbook" in missed for missed in answer["not_checked"])


async def test_a_runbook_that_cant_be_read_is_not_checked(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_text("---\ncodes: [\n---\n")
    async with world(tmp_path / "home", "legacy", None, runbooks=tmp_path) as here:
        answer = await told(here, "assess_incident")
    assert "runbook bad.md (its front matter is not YAML)" in answer["not_checked"]


# Owners


async def test_the_owner_stands_beside_the_root_with_the_way_to_reach_them(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        before = await told(here, "assess_incident")
        await mark(here, SHOP, labels={"team": "storefront"})
        await mark(here, f"{SHOP}/services/checkout", annotations={"a8r.io/slack": "#checkout-oncall"})
        after = await told(here, "assess_incident")
        await mark(here, DEPLOYMENT, labels={"team": "payments", "app.kubernetes.io/managed-by": "Helm"})
        diagnosed = await told(here, "diagnose_workload", **CHECKOUT)
    contact = "contact «#checkout-oncall» (annotation a8r.io/slack of Service shop/checkout)"
    assert before["findings"][0]["owner"] == "shop (label team of Namespace shop)"
    assert after["findings"][0]["owner"] == f"storefront (label team of Namespace shop); {contact}"
    assert diagnosed["owner"] == f"payments (label team of Deployment shop/checkout); {contact}"


# Earlier incidents


async def break_again(here: World) -> None:
    async with connected(here.sandbox.kubeconfig) as api:
        container = {"name": "checkout", "image": "registry.example/shop/checkout:1.42"}
        body = {"spec": {"template": {"spec": {"containers": [container]}}}}
        await api.patch(
            DEPLOYMENT, body, content_type="application/strategic-merge-patch+json", user_agent="deploy-bot"
        )
    here.sandbox.cluster.advance(60)
    here.clock.forward(seconds=60)


async def test_an_earlier_incident_with_the_same_finding_is_named_with_what_ended_it(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", always(ACCEPT)) as here:
        first = await told(here, "assess_incident")
        await here.rollback(revision=6)
        here.sandbox.cluster.settle()
        verdict = data_of(await here.call("verify_fix", **CHECKOUT, soak_seconds=0))["verdict"]
        await here.call("update_incident", status="resolved")
        await here.call("open_incident", title="checkout is down once more")
        await break_again(here)
        again = await told(here, "assess_incident")
        diagnosed = await told(here, "diagnose_workload", **CHECKOUT)
    assert verdict == "recovered"
    assert "earlier" not in first["findings"][0]
    (line,) = again["findings"][0]["earlier"]
    assert first["incident"] in line
    assert "(resolved): roll back Deployment shop/checkout" in line
    assert ", then recovered (e" in line
    assert diagnosed["earlier"] == [line]


async def test_an_earlier_incident_about_something_else_is_not_named(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", always(ACCEPT), scenario="oom") as here:
        await told(here, "assess_incident")
        await here.call("update_incident", status="resolved")
    async with world(tmp_path, "legacy", always(ACCEPT)) as here:
        answer = await told(here, "assess_incident")
    assert answer["findings"][0]["code"] == "INC104"
    assert "earlier" not in answer["findings"][0]


async def test_what_is_untidy_goes_to_the_record_and_not_into_the_answer(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        answer = await told(here, "assess_incident")
        looks = [entry for entry in here.entries() if entry.kind is EntryKind.LOOK and "hygiene" in entry.data]
    items: Any = looks[-1].data["hygiene"]
    assert {"HYG301"} <= {item["code"] for item in items}
    assert {item["target"]["name"] for item in items} == {"checkout"}
    assert "HYG" not in str(answer)


async def test_a_proven_cause_has_no_rivals(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        answer = await told(here, "assess_incident")
    assert "weighed" not in answer["findings"][0]
    assert not any("What decides" in line for line in answer["summary"])


# The failing share, read from a cluster

ONE_NODE = {
    "image": "registry.example/shop/frontend:5.*",
    "behaves": [
        {"when": {"env": {"NODE": "node-2"}}, "unready": "HTTP probe failed with statuscode: 503"},
        {"ready-after": "1s"},
    ],
}
ANYWHERE = {
    "image": "registry.example/shop/frontend:5.*",
    "behaves": [
        *(
            {"when": {"env": {"POD": f"twin-{n}"}}, "unready": "HTTP probe failed with statuscode: 503"}
            for n in (1, 3, 5, 8)
        ),
        {"ready-after": "1s"},
    ],
}


def spread(replicas: int) -> dict[str, Any]:
    """A frontend that knows on which node it runs."""
    node = {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}
    container = {
        "name": "frontend",
        "image": "registry.example/shop/frontend:5.0",
        "env": [node],
        "readinessProbe": {"httpGet": {"path": "/", "port": 3000}, "periodSeconds": 1, "failureThreshold": 1},
    }
    labels = {"app": "spread"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "spread", "namespace": "shop"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


@asynccontextmanager
async def sharing(folder: Path, program: dict[str, Any], *objects: dict[str, Any]) -> AsyncGenerator[Sandbox]:
    """The shop, with a program of our own in it since ten minutes."""
    shop = load_scenario("healthy")
    steps = [*shop.steps, Step(timedelta(minutes=10), "deploy-bot", list(objects))]
    scenario = replace(shop, programs=[read_program(program), *shop.programs], steps=steps)
    folder.mkdir()
    sandbox = Sandbox(Cluster(scenario, None), folder)
    await sandbox.start()
    ticking = asyncio.create_task(sandbox.tick())
    try:
        yield sandbox
    finally:
        ticking.cancel()
        outcome = await asyncio.gather(ticking, return_exceptions=True)
        await sandbox.stop()
    sandbox.raise_own_faults(outcome)


async def looked(home: Path, sandbox: Sandbox, kind: str, name: str) -> tuple[AssessmentReply, DiagnosisReply]:
    async with at_desk(sandbox.kubeconfig, home) as desk:
        assessed = await assess_incident(desk, desk.person, namespace=None, incident=None)
        diagnosed = await diagnose_workload(desk, desk.person, kind=kind, namespace="shop", name=name, incident=None)
    return assessed, diagnosed


async def test_pods_that_fail_in_one_zone_only_are_told_by_it(tmp_path: Path) -> None:
    async with sharing(tmp_path / "sandbox", ONE_NODE, spread(12)) as sandbox:
        assessed, diagnosed = await looked(tmp_path, sandbox, "Deployment", "spread")
    line = "4 of 4 failing pods run in zone zone-b, 0 of 8 healthy ones do; they also run on node node-2"
    assert assessed.findings[0].share == line
    assert diagnosed.share == line
    assert f"{line}." in assessed.summary
    assert assessed.findings[0].weighed
    assert assessed.findings[0].weighed.rivals[0].cause == "where the failing pods run: in zone zone-b"
    assert tokens(assessed.compact()) < 2000


async def test_as_many_pods_that_fail_here_and_there_have_nothing_in_common(tmp_path: Path) -> None:
    """The twin: four of twelve again, wherever they run."""
    twin: dict[str, Any] = spread(12) | {"kind": "StatefulSet", "metadata": {"name": "twin", "namespace": "shop"}}
    twin["spec"] |= {"serviceName": "twin", "podManagementPolicy": "Parallel"}
    name = {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    twin["spec"]["template"]["spec"]["containers"][0]["env"].append(name)
    async with sharing(tmp_path / "sandbox", ANYWHERE, twin) as sandbox:
        assessed, diagnosed = await looked(tmp_path, sandbox, "StatefulSet", "twin")
    (root,) = assessed.findings
    assert root.state.startswith("8 of 12 ready")
    assert root.share == diagnosed.share == ""
    assert root.weighed
    assert root.weighed.rivals == ()
    assert root.weighed.verdict == "no cause found"
    assert root.weighed.missing
    assert root.weighed.look_next


@pytest.mark.parametrize("tool", ["assess_incident", "diagnose_workload"])
async def test_a_viewer_of_one_namespace_is_told_what_he_may_not_see(tmp_path: Path, tool: str) -> None:
    async with world(tmp_path, "legacy", None, viewer=True) as here:
        arguments = {"namespace": "shop"} if tool == "assess_incident" else CHECKOUT
        answer = await here.call(tool, **arguments)
    assert not answer.is_error, text_of(answer)
    assert tokens(data_of(answer)) < 2000


async def test_owners_that_come_too_late_do_not_hold_up_the_answer(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        here.sandbox.faults.delay_next(20, 20_000, path=f"{SHOP}/services/checkout")
        answer = await told(here, "assess_incident")
    assert answer["findings"][0]["code"] == "INC104"
    assert any(missed.startswith("owners") and "timed out" in missed for missed in answer["not_checked"])
