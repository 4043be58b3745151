"""The whole incident against a real API server, through an MCP client over stdio, in both protocol eras.

Found, asked, approved, rolled back, verified, written; and the API server's own audit log shows one write of ours,
which names the approved plan.
"""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult

from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.scenario import bad_rollout
from tests.surface.world import MODES, Mode, at_once, data_of

BIN = Path(sys.executable).parent / "incident-mcp"


def served(control_plane: ControlPlane, home: Path) -> StdioServerParameters:
    environment = {
        **os.environ,
        "KUBECONFIG": str(control_plane.kubeconfig),
        "INCIDENT_HOME": str(home),
        "INCIDENT_POSTMORTEMS": str(home / "postmortems"),
        "INCIDENT_USER": "oncall-2",
        "INCIDENT_POLICY": str(at_once(home)),
        "INCIDENT_SOAK": "3",
    }
    return StdioServerParameters(command=str(BIN), args=["serve", "--allow-writes"], env=environment)


@pytest.mark.parametrize("mode", MODES)
async def test_a_bad_rollout_is_found_approved_rolled_back_verified_and_written_up(
    control_plane: ControlPlane, namespace: str, tmp_path: Path, mode: Mode
) -> None:
    control_plane.require("controllers", "faults", "audit")
    shop = bad_rollout(control_plane, namespace)
    checkout = {"kind": "Deployment", "namespace": namespace, "name": "checkout"}
    questions: list[str] = []

    async def person(context: Any, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    async with Client(served(control_plane, tmp_path), mode=mode, elicitation_callback=person) as client:

        async def call(tool: str, /, **arguments: Any) -> dict[str, Any]:
            result = await client.call_tool(tool, arguments)
            assert isinstance(result, CallToolResult)
            assert not result.is_error, result.content
            return data_of(result)

        await call("open_incident", title="checkout is down")
        found = await call("assess_incident", namespace=namespace)
        root = found["findings"][0]
        assert root["target"] == checkout
        assert "PAYMENT_URL" in root["summary"]
        assert "field manager deploy-bot: image checkout:1.41 -> 1.42" in root["changed"]["text"]
        assert found["propose"] == {
            "tool": "rollback_workload",
            "arguments": {**checkout, "revision": shop.good_revision},
        }
        assert found["decision_tree"][0].startswith("Caused by a recent deployment? yes")

        page = await call("preview_change", **found["propose"])
        changed = await call(found["propose"]["tool"], **found["propose"]["arguments"])
        assert page["plan"] in questions[0]
        assert len(questions) == 1
        assert (changed["changed"], changed["ready"]) == (True, True)

        fixed = await call("verify_fix", **checkout)
        assert fixed["verdict"] == "recovered", fixed
        written = await call("write_postmortem")

    assert shop.revision() == shop.bad_revision + 1
    text = Path(written["path"]).read_text()
    assert text.startswith("# Incident Postmortem: checkout is down")
    assert f"plan {page['plan']}" in text
    ours = [e for e in control_plane.audit_events(namespace) if e.user_agent.startswith("incident-mcp/") and e.wrote]
    assert [event.verb for event in ours] == ["patch"]
    assert ours[0].user_agent.split()[1].startswith("plan/")
