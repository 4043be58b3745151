"""Connecting as the product does, with a deadline over everything that a test waits for."""

from __future__ import annotations

import json
import os
import shutil
from base64 import b64encode
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.connection import ConnectOptions, connect
from tests.cluster.connection.pki import Pki
from tests.cluster.connection.recorder import Handler, Recorder, recording

WAIT = 20
KUBECTL = shutil.which("kubectl")
needs_kubectl = pytest.mark.skipif(KUBECTL is None, reason="compares with kubectl, which is not installed")
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}


@asynccontextmanager
async def connected(
    kubeconfig: Path | str | None = None, environment: Mapping[str, str] | None = None, **options: Any
) -> AsyncGenerator[Api]:
    with anyio.fail_after(WAIT):
        written = str(kubeconfig) if kubeconfig else None
        api = await connect(ConnectOptions(written, **options), environment={**ENVIRONMENT, **(environment or {})})
        try:
            yield api
        finally:
            await api.aclose()


async def kubectl(*arguments: str, environment: Mapping[str, str] | None = None) -> bytes:
    """What kubectl printed; its failures are in the returned text too."""
    with anyio.fail_after(WAIT):
        done = await anyio.run_process(
            [KUBECTL or "kubectl", *arguments], check=False, env={**ENVIRONMENT, **(environment or {})}
        )
    return done.stdout + done.stderr


def b64(content: bytes) -> str:
    return b64encode(content).decode()


def cluster_of(server: Recorder, pki: Pki) -> dict[str, Any]:
    """A kubeconfig's cluster that trusts the recorder."""
    return {"server": server.url, "certificate-authority-data": b64(pki.ca.pem)}


@asynccontextmanager
async def api_of(
    pki: Pki, folder: Path, handler: Handler | None = None, **options: Any
) -> AsyncGenerator[tuple[Api, Recorder]]:
    """A recorder with this handler over TLS, and an Api that is connected to it with a token."""
    async with recording(handler, issued=pki.server) as server:
        config = {
            "current-context": "prod",
            "clusters": [{"name": "c", "cluster": cluster_of(server, pki)}],
            "users": [{"name": "admin", "user": {"token": "t"}}],
            "contexts": [{"name": "prod", "context": {"cluster": "c", "user": "admin"}}],
        }
        path = folder / "kubeconfig"
        path.write_text(json.dumps(config))
        async with connected(path, **options) as api:
            yield api, server
