"""The tools' table of rights says what the tools ask the API server for: no more, and no less.

Each tool is played over the embedded cluster, through the client, and every request of ours is written down as the
verb and the resource that RBAC will want for it.
"""

from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from incident_mcp.cluster.access import Need
from incident_mcp.cluster.calls import Call
from incident_mcp.cluster.outgoing import Outgoing
from incident_mcp.cluster.tls import ClientCertificate
from incident_mcp.cluster.transport import Answer, Transport
from incident_mcp.workflow.permissions import TOOLS, reader_role, writer_role
from tests.surface.world import ACCEPT, CHECKOUT, World, always, data_of, world

BY_NAME = {tool.tool: tool for tool in TOOLS}
STATEFUL = {"kind": "StatefulSet", "namespace": "payments", "name": "ledger"}
DAEMON = {"kind": "DaemonSet", "namespace": "kube-system", "name": "node-agent"}
"""Filled in from the scenario by the fixture: whichever there are."""
MISSING = {"kind": "Deployment", "namespace": "shop", "name": "chekout"}
RECORD_ONLY = {"open_incident", "update_incident", "record_entry", "get_incident", "write_postmortem"}


class Asked:
    """What was asked for, by the tool that was being called."""

    def __init__(self) -> None:
        self.tool = ""
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
