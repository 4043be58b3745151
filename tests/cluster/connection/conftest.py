"""Real servers on loopback, real certificates, real plugins: what is tested is what goes over the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.connection.pki import Pki


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def pki() -> Pki:
    return Pki()


@pytest.fixture
def write_kubeconfig(tmp_path: Path) -> Callable[..., Path]:
    """Writes a kubeconfig with one cluster, one user and one context, each as given."""

    def write(
        cluster: Mapping[str, Any], user: Mapping[str, Any], *, name: str = "config", context: str = "prod"
    ) -> Path:
        path = tmp_path / name
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": context,
            "clusters": [{"name": "c", "cluster": dict(cluster)}],
            "users": [{"name": "admin", "user": dict(user)}],
            "contexts": [{"name": context, "context": {"cluster": "c", "user": "admin", "namespace": "shop"}}],
        }
        path.write_text(yaml.safe_dump(content))
        return path

    return write


@pytest.fixture
def write_plugin(tmp_path: Path) -> Callable[[str], str]:
    """Writes a credential plugin: a shell script with this body. Its runs are lines of the file `runs`."""

    def write(body: str) -> str:
        path = tmp_path / "plugin"
        path.write_text(f"#!/bin/sh\necho run >>'{tmp_path}/runs'\n{body}\n")
        path.chmod(0o755)
        return str(path)

    return write


@pytest.fixture
def runs(tmp_path: Path) -> Callable[[], int]:
    """How often the plugin was run."""

    def count() -> int:
        path = tmp_path / "runs"
        return len(path.read_text().splitlines()) if path.exists() else 0

    return count
