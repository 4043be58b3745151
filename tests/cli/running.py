"""Running the command line as a person or a slash command does: another process, its own environment."""

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio

ROOT = Path(__file__).parents[2]
LONGEST = 30.0


@dataclass(frozen=True)
class Finished:
    """How a command ended, and how long it took from its start."""

    returncode: int
    stdout: str
    stderr: str
    seconds: float


async def incident_mcp(
    *arguments: str, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Finished:
    """Run one command to its end, in `folder`, with this process's environment and what is given."""
    began = time.monotonic()
    with anyio.fail_after(LONGEST):
        done = await anyio.run_process(
            [sys.executable, "-m", "incident_mcp.cli.__main__", *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT / "server"), **(environment or {})},
            cwd=folder or ROOT,
            check=False,
        )
    return Finished(done.returncode, done.stdout.decode(), done.stderr.decode(), time.monotonic() - began)
