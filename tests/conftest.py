"""What all tests share: asyncio only, a clean environment, a clock that a test moves, and the real control plane."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest_plugins = ["tests.controlplane.fixtures"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the state, settings or kubeconfig of whoever runs it."""
    for name in list(os.environ):
        if name.startswith("INCIDENT_") and not name.startswith(("INCIDENT_TEST_", "INCIDENT_REQUIRE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("INCIDENT_TRY_HOSTS", "0")  # a test asks nobody outside; those that try hosts bring their own
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "no-kubeconfig"))
    monkeypatch.delenv("CLAUDE_PROJECT_DIR", raising=False)
    monkeypatch.delenv("MCP_TOOL_TIMEOUT", raising=False)


class Ticking:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 2, 14, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Ticking:
    return Ticking()
