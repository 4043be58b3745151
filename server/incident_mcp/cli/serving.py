"""Which cluster a running server serves, noted for its project folder, so that `incident-mcp status` in that folder and
the tools in the chat never speak of two clusters.
"""

import hashlib
import json
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Serving:
    """A note of one server process: how to reach the cluster that it serves."""

    pid: int
    kubeconfig: str | None
    context: str | None
    sandbox: str | None = None
    """The scenario's name where the cluster is an embedded one."""


def project_folder() -> Path:
    """The folder that the chat client works in; it starts the server there, and tells it so."""
    return Path(os.environ.get("CLAUDE_PROJECT_DIR") or Path.cwd()).resolve()


@contextmanager
def note_serving(home: Path, serving: Serving) -> Generator[None]:
    """Keep the note while the server runs. A folder that can't be written only costs the note."""
    path = _path(home)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(json.dumps(asdict(serving)))
    try:
        yield
    finally:
        with suppress(OSError):
            if _read(path) == serving:
                path.unlink()


def served_here(home: Path) -> Serving | None:
    """The note of a server that still runs for this project folder; None when there is none."""
    serving = _read(_path(home))
    return serving if serving and _alive(serving.pid) else None


def _path(home: Path) -> Path:
    name = hashlib.sha256(str(project_folder()).encode()).hexdigest()[:16]
    return home.expanduser() / "serving" / f"{name}.json"


def _read(path: Path) -> Serving | None:
    try:
        return Serving(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
