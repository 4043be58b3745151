"""Where the separated mode lives on a machine: one OS user, two groups, three folders, a unit."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from incident_mcp.executor.place import ListenPlace

_LISTEN = ListenPlace()


def _program() -> tuple[str, ...]:
    """How this installation is started, by whole paths: never by what a PATH says."""
    script = Path(sys.executable).with_name("incident-mcp")
    return (str(script),) if script.exists() else (sys.executable, "-P", "-m", "incident_mcp.cli")


@dataclass(frozen=True)
class Layout:
    """The names of everything that is made. Only tests use others than these."""

    user: str = "incident-mcp"
    clients: str = _LISTEN.clients
    approvers: str = _LISTEN.approvers
    config: Path = Path("/etc/incident-mcp")
    state: Path = Path("/var/lib/incident-mcp")
    run: Path = _LISTEN.socket.parent
    units: Path = Path("/etc/systemd/system")
    unit: str = "incident-mcp-executor.service"
    program: tuple[str, ...] = field(default_factory=_program)

    @property
    def socket(self) -> Path:
        return self.run / _LISTEN.socket.name

    @property
    def settings(self) -> Path:
        return self.config / "settings.toml"

    @property
    def policy(self) -> Path:
        return self.config / "policy.toml"

    @property
    def kubeconfig(self) -> Path:
        return self.config / "kubeconfig"

    @property
    def token(self) -> Path:
        return self.config / "token"

    @property
    def unit_file(self) -> Path:
        return self.units / self.unit

    def as_executor(self, *arguments: str) -> tuple[str, ...]:
        """The words of a command of ours, run as the executor's user with its settings."""
        settings = f"INCIDENT_SETTINGS={self.settings}"
        return ("sudo", "-u", self.user, "env", settings, *self.program, *arguments)
