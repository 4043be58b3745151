"""One API for the two clusters of the contract: the sandbox, and a real control plane.

A contract test asks the same of both, with kubectl and with our own client. The sandbox lives in a thread of its own
and is then, for a test, a borrowed cluster like any other: whatever blocks the test does not block the API server.
"""

from __future__ import annotations

import json
import re
import ssl
import time
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from anyio.from_thread import start_blocking_portal

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.connection import ConnectOptions, connect
from incident_mcp.vocabulary.clock import Clock, system_clock
from incident_sandbox import AuditRecord, Sandbox, serve_sandbox
from tests.controlplane import bootstrap, build
from tests.controlplane.audit import AuditEvent
from tests.controlplane.components import CONF
from tests.controlplane.control_plane import ControlPlane, missing

ENDLESS = "tick tock"
"""What an image whose tag ends in -endless says, a hundred times a second."""
SPEED = 6
"""How much faster the sandbox's time runs: its pods are then no slower than kwok's."""
_PATH = re.compile(r"/(?:api|apis/[^/]+)/[^/]+/namespaces/(?P<namespace>[^/]+)/(?P<resource>[^/]+)/?(?P<rest>.*)")


@dataclass(frozen=True)
class Asked:
    """One request that may change something, as the API server's own record has it."""

    verb: str
    resource: str
    """With its subresource: `deployments/scale`."""
    user: str
    agent: str
    status: int
    dry_run: bool

    @property
    def wrote(self) -> bool:
        return self.status < 400 and not self.dry_run


@dataclass(frozen=True)
class Cluster:
    """What a contract test sees of either."""

    name: str
    plane: ControlPlane
    """kubectl, waiting, namespaces: a `ControlPlane`, though the sandbox is not one."""
    read: Callable[[str], dict[str, Any]]
    """One GET as the admin: waiting with kubectl would be slow."""
    viewer: Path
    """The kubeconfig of a user who reads the namespaces that `let_view` names."""
    clock: Clock
    """The cluster's own time, for whoever compares it with the times in objects."""
    asked_in: Callable[[str], Sequence[Asked]]
    """Every mutating request in a namespace, oldest first."""
    sandbox: Sandbox | None = None
    """None: a real control plane."""

    def let_view(self, namespace: str) -> None:
        self.plane.apply(list(bootstrap.documents(CONF / "viewer.yaml")), namespace)

    def ours(self, namespace: str) -> list[Asked]:
        return [one for one in self.asked_in(namespace) if one.agent.startswith("incident-mcp/")]

    @asynccontextmanager
    async def connected(self, kubeconfig: Path | None = None) -> AsyncGenerator[Api]:
        """Our client, as the admin or as the user of another kubeconfig."""
        api = await connect(ConnectOptions(kubeconfig=str(kubeconfig or self.plane.kubeconfig)), environment={})
        try:
            yield api
        finally:
            await api.aclose()


def real_cluster(control_plane: ControlPlane) -> Cluster:
    control_plane.require("controllers", "faults", "audit", "users")

    def asked_in(namespace: str) -> list[Asked]:
        return [_of_event(event) for event in control_plane.audit_events(namespace)]

    read, viewer = control_plane.api.get, control_plane.viewer_kubeconfig
    return Cluster("control plane", control_plane, read, viewer, system_clock, asked_in)


@contextmanager
def sandbox_cluster(folder: Path) -> Generator[Cluster]:
    """The embedded cluster, well, whose images do what they do on the control plane."""
    kubectl = build.cache_folder() / "bin" / "kubectl"
    if not kubectl.exists():
        missing("the contract needs the kubectl of `make control-plane`")

    clock = _fast()
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serve_sandbox("healthy", clock=clock, folder=folder)) as sandbox,
    ):
        for program in _programs():
            portal.call(sandbox.cluster.teach, program)
        plane = ControlPlane(sandbox.kubeconfig, kubectl, folder)
        asked_in = partial(_asked, sandbox)
        yield Cluster("sandbox", plane, partial(_read, sandbox), sandbox.viewer_kubeconfig, clock, asked_in, sandbox)


def _fast() -> Clock:
    begun, start = time.monotonic(), datetime.now(UTC)
    return lambda: start + SPEED * timedelta(seconds=time.monotonic() - begun)


def _read(sandbox: Sandbox, path: str) -> dict[str, Any]:
    request = Request(f"{sandbox.url}{path}", headers={"Authorization": f"Bearer {sandbox.token}"})
    with urlopen(request, context=ssl.create_default_context(cadata=sandbox.authority.decode())) as answer:
        return json.load(answer)


def _asked(sandbox: Sandbox, namespace: str) -> list[Asked]:
    return [one for record in list(sandbox.requests) if (one := _of_record(record, namespace))]


def _of_record(record: AuditRecord, namespace: str) -> Asked | None:
    found = _PATH.fullmatch(urlsplit(record.path).path)
    if found is None or found["namespace"] != namespace:
        return None
    subresource = found["rest"].partition("/")[2]
    resource = "/".join(filter(None, (found["resource"], subresource)))
    return Asked(record.verb, resource, record.user, record.user_agent, record.code, record.dry_run)


def _of_event(event: AuditEvent) -> Asked:
    resource = "/".join(filter(None, (event.resource, event.subresource)))
    return Asked(event.verb, resource, event.user, event.user_agent, event.status, event.dry_run)


def _programs() -> list[dict[str, Any]]:
    """What `tests/controlplane/conf/stages` plays, the last one first in line."""
    healthy: dict[str, Any] = {"ready-after": "200ms", "log": [{"text": _said("healthy")}]}
    last_words = _said("crash").replace("{version}", "1.42")
    crash: dict[str, Any] = {"exit": {"after": "900ms", "code": 1}, "log": [{"text": last_words}]}
    release: dict[str, Any] = {"image": "registry.example/shop/checkout:1.42", "pull": "0s"}
    begun = [{"text": "\n".join([ENDLESS] * 2500)}]  # more than is read of one log
    endless = {"log": begun, "repeat": {"every": "10ms", "lines": [ENDLESS]}, "ready-after": "200ms"}
    return [
        {"image": "registry.example/*", "pull": "0s", "behaves": [healthy]},
        {"image": "registry.example/*-endless", "pull": "0s", "behaves": [endless]},
        {"image": "registry.example/*-silent", "pull": "0s", "behaves": [{"ready-after": "200ms"}]},
        {"image": "registry.example/*-crash", "pull": "0s", "behaves": [crash]},
        release | {"behaves": [crash | {"when": {"missing-env": "PAYMENT_URL"}}, healthy]},
    ]


def _said(log: str) -> str:
    lines = (CONF / "logs" / f"{log}.txt").read_text().splitlines()
    return "\n".join(line.partition(" ")[2] for line in lines)
