"""The tools' table of rights says what the tools ask the API server for: no more, and no less.

Each tool is played over the embedded cluster, through the client, and every request of ours is written down as the
verb and the resource that RBAC will want for it.
"""

from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from incident_mcp.cluster.access import Need
from incident_mcp.cluster.api import USER_AGENT
from incident_mcp.cluster.calls import MERGE_PATCH, Call
from incident_mcp.cluster.kinds import path_of
from incident_mcp.cluster.outgoing import Outgoing
from incident_mcp.cluster.tls import ClientCertificate
from incident_mcp.cluster.transport import Answer, Transport
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.workflow.permissions import TOOLS
from tests.cluster.connection.harness import connected
from tests.surface.world import ACCEPT, CHECKOUT, World, always, world

BY_NAME = {tool.tool: tool for tool in TOOLS}
STATEFUL = {"kind": "StatefulSet", "namespace": "payments", "name": "payments-db"}
DAEMON = {"kind": "DaemonSet", "namespace": "kube-system", "name": "kube-proxy"}
WORKLOADS = (CHECKOUT, STATEFUL, DAEMON)
MISSING = [
    {"kind": kind, "namespace": "shop", "name": "chekout"} for kind in ("Deployment", "StatefulSet", "DaemonSet")
]
NOWHERE = {"kind": "Deployment", "namespace": "shp", "name": "checkout"}
RECORD_ONLY = {"open_incident", "update_incident", "record_entry", "get_incident", "write_postmortem"}


class Asked:
    """What was asked for, by the tool that was being called."""

    def __init__(self) -> None:
        self.tool = ""
        self.tools: set[str] = set()
        self.needs: defaultdict[str, set[Need]] = defaultdict(set)

    def note(self, outgoing: Outgoing) -> None:
        url = urlsplit(outgoing.target)
        method: Any = outgoing.method
        call = Call(method, url.path, dict(parse_qsl(url.query)))
        verb: Any = call.verb
        if call.resource.startswith("/"):  # discovery, which every authenticated user may read
            return
        self.needs[self.tool].add(Need(verb, call.resource))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Reads along at the one place where bytes leave for the API server."""
    notes, send = Asked(), Transport.send

    @asynccontextmanager
    async def read_along(
        self: Transport, outgoing: Outgoing, certificate: ClientCertificate | None
    ) -> AsyncGenerator[Answer]:
        notes.note(outgoing)
        async with send(self, outgoing, certificate) as answer:
            yield answer

    monkeypatch.setattr(Transport, "send", read_along)
    return notes


async def play(here: World, asked: Asked) -> None:
    """Each tool on each kind, on what is there and on what is not, on a cluster with something of everything amiss."""

    async def call(tool: str, /, **arguments: Any) -> None:
        asked.tool = tool
        await here.call(tool, **arguments)

    await call("assess_incident")
    for arguments in ({}, {"namespace": "shop"}, {"namespace": "shp"}):
        await call("check_health", **arguments)
    for workload in (*WORKLOADS, *MISSING, NOWHERE):
        for tool in ("check_health", "rollout_history", "analyze_logs"):
            await call(tool, **workload)
        await call("verify_fix", **workload, soak_seconds=0)
        await call("preview_change", tool="rollback_workload", arguments=workload)
        await call("preview_change", tool="scale_workload", arguments={**workload, "replicas": 2})
    await call("rollback_workload", **STATEFUL)
    await call("rollback_workload", **CHECKOUT)
    await call("scale_workload", **CHECKOUT, replicas=4)
    await call("scale_workload", **STATEFUL, replicas=2)
    for tool in sorted(RECORD_ONLY - {"open_incident"}):
        asked.tool = tool
        await here.call(tool, **RECORDS.get(tool, {}))


RECORDS: dict[str, dict[str, Any]] = {
    "update_incident": {"severity": "SEV-2"},
    "record_entry": {"kind": "note", "text": "a note"},
}


async def make_trouble(here: World) -> None:
    """A node that is cordoned, and a second revision of the StatefulSet and the DaemonSet."""
    async with connected(here.sandbox.kubeconfig) as api:
        cordon = {"spec": {"unschedulable": True}}
        names = [row.cells[0] for row in (await api.table("/api/v1/nodes")).rows]
        await api.patch(f"/api/v1/nodes/{names[0]}", cordon, content_type=MERGE_PATCH, user_agent=USER_AGENT)
        again = {"spec": {"template": {"metadata": {"annotations": {"restarted": "now"}}}}}
        for workload in (STATEFUL, DAEMON):
            path = path_of(Ref(**workload))
            await api.patch(path, again, content_type=MERGE_PATCH, user_agent=USER_AGENT)


@pytest.fixture
async def played(asked: Asked, tmp_path: Path) -> Asked:
    async with world(tmp_path, "legacy", always(ACCEPT)) as here:
        await make_trouble(here)
        asked.needs.clear()
        await play(here, asked)
        asked.tools = {tool.name for tool in (await here.client.list_tools()).tools}
    return asked


async def test_the_table_is_what_the_tools_ask_for(played: Asked) -> None:
    beyond = {tool: needs - set(BY_NAME[tool].all) for tool, needs in played.needs.items() if tool not in RECORD_ONLY}
    assert {tool: sorted(map(str, needs)) for tool, needs in beyond.items() if needs} == {}, (
        "asked, but not in the table"
    )
    idle = {need for tool in BY_NAME for need in BY_NAME[tool].all} - set().union(*played.needs.values())
    assert {str(need) for need in idle} <= {"get secrets"}, "in the table, but never asked"


async def test_tools_that_keep_the_record_ask_the_cluster_for_nothing(played: Asked) -> None:
    assert {tool: played.needs[tool] for tool in RECORD_ONLY if played.needs[tool]} == {}


async def test_every_tool_is_in_the_table_or_only_keeps_the_record(played: Asked) -> None:
    assert played.tools == set(BY_NAME) | RECORD_ONLY
