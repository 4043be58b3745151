"""Running the command line as a person or a slash command does: another process, its own environment."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def incident_mcp(
    *arguments: str, environment: dict[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end. `folder` is where it works; the environment is this process's, and more."""
    paths = [str(ROOT / "server"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.run(
        [sys.executable, "-m", "incident_mcp.cli.__main__", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **(environment or {})},
        cwd=folder or ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
