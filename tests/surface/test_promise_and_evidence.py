"""What a plan promised is judged by the server; what it destroys is in the record before."""

from pathlib import Path
from typing import Any

import anyio
from mcp.types import ElicitResult

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.calls import MERGE_PATCH
from incident_mcp.vocabulary.entry import EntryKind
from tests.cluster.connection.harness import connected
from tests.surface.world import ACCEPT, CHECKOUT, DECLINE, World, always, data_of, world

SHOP = "/api/v1/namespaces/shop"
AGENT = "kubectl/v1"


async def repair(api: Api) -> None:
    """What a person does by hand: the missing key, and new pods; returns when they are ready."""
    key = {"data": {"PAYMENT_URL": "https://pay.example"}}
    await api.patch(f"{SHOP}/configmaps/checkout-config", key, content_type=MERGE_PATCH, user_agent=AGENT)
    for pod in (await api.get_json(f"{SHOP}/pods", params={"labelSelector": "app=checkout"}))["items"]:
        await api.delete(f"{SHOP}/pods/{pod['metadata']['name']}", {"gracePeriodSeconds": 0}, user_agent=AGENT)
    with anyio.fail_after(30):
        while not await healthy(api):
            await anyio.lowlevel.checkpoint()


async def healthy(api: Api) -> bool:
    status = (await api.get_json("/apis/apps/v1/namespaces/shop/deployments/checkout"))["status"]
    return status.get("readyReplicas") == 3 == status.get("updatedReplicas")


async def verdict(here: World) -> dict[str, Any]:
    return data_of(await here.call("verify_fix", **CHECKOUT, soak_seconds=1))


async def test_a_rollback_that_heals_is_credited_as_promised(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT)) as here:
        await here.rollback()
        told = await verdict(here)
    assert (told["verdict"], told["promise"]) == ("recovered", "as promised")


async def test_a_deployment_that_heals_before_the_answer_gives_the_rollback_no_credit(tmp_path: Path) -> None:
    reached: list[World] = []

    async def slow() -> ElicitResult:
        async with connected(reached[0].sandbox.kubeconfig) as api:
            await repair(api)
        return ACCEPT

    async with world(tmp_path, "legacy", slow) as here:
        reached.append(here)
        changed = data_of(await here.rollback())
        assert changed["changed"] is True, changed
        told = await verdict(here)
        written = data_of(await here.call("write_postmortem"))
    assert (told["verdict"], told["promise"]) == ("recovered", "better before the action")
    text = Path(written["path"]).read_text()
    assert "recovered, better before the action" in text
    assert "it healed by itself, the change gets no credit" in text
    assert "The first change that was carried out held" not in text


async def test_evidence_is_saved_with_the_plan_and_after_the_yes_only_what_is_new(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT)) as here:
        await here.call("preview_change", tool="rollback_workload", arguments=CHECKOUT)
        at_plan = evidence(here)
        await here.call("preview_change", tool="rollback_workload", arguments=CHECKOUT)
        assert evidence(here) == at_plan, "the same plan is not saved again"
        await here.rollback()
        _, after = evidence(here)
    [saved] = at_plan
    assert {"Deployment shop/checkout", "pods", "events"} <= set(saved)
    logs = [name for name in saved if name.startswith("log of checkout-")]
    assert any(name.endswith("previous instance") for name in logs)
    assert any("KeyError" in line for name in logs for line in saved[name])
    assert len(saved["pods"]) == 3
    assert "Deployment shop/checkout" not in after
    old = {line for name in logs for line in saved[name]}
    assert not old & {line for name in after if name.startswith("log of") for line in after[name]}


async def test_a_value_of_the_environment_is_described_and_not_kept(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(DECLINE)) as here:
        async with connected(here.sandbox.kubeconfig) as api:
            variables = [{"name": "DB_PASSWORD", "value": "hunter2-hunter2"}]
            [container] = (await api.get_json("/apis/apps/v1/namespaces/shop/deployments/checkout"))["spec"][
                "template"
            ]["spec"]["containers"]
            change = {"spec": {"template": {"spec": {"containers": [{**container, "env": variables}]}}}}
            path = "/apis/apps/v1/namespaces/shop/deployments/checkout"
            await api.patch(path, change, content_type=MERGE_PATCH, user_agent=AGENT)
        await here.call("preview_change", tool="rollback_workload", arguments=CHECKOUT)
        kept = str(evidence(here))
    assert "DB_PASSWORD" in kept
    assert "hunter2" not in kept


def evidence(here: World) -> list[dict[str, Any]]:
    """What was saved, one an entry."""
    kept = [entry for entry in here.entries() if entry.kind is EntryKind.EVIDENCE and entry.plan]
    return [saved for entry in kept if isinstance(saved := entry.data["saved"], dict)]
