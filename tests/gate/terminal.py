"""A person's own terminal, for the commands that read what is typed there and nowhere else."""

import os
import pty
import select
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.cli.running import ROOT

LONGEST = 60.0


@dataclass(frozen=True)
class Session:
    """What a command printed in its terminal, and how it ended."""

    returncode: int
    shown: str


def in_a_terminal(
    *arguments: str, answers: Sequence[tuple[str, str]] = (), environment: Mapping[str, str] | None = None
) -> Session:
    """Run a command with a terminal of its own; each answer is typed when its question has appeared."""
    child, master = pty.fork()
    if child == 0:
        inherited = {**os.environ, "PYTHONPATH": str(ROOT / "server"), "COLUMNS": "200", **(environment or {})}
        os.execve(sys.executable, [sys.executable, "-m", "incident_mcp.cli.__main__", *arguments], inherited)  # noqa: S606
    shown, waiting, end = "", list(answers), time.monotonic() + LONGEST
    seen = 0
    try:
        while time.monotonic() < end:
            ready, _, _ = select.select([master], [], [], 1.0)
            if ready:
                try:
                    piece = os.read(master, 4096)
                except OSError:  # the child has closed its side
                    break
                if not piece:
                    break
                shown += piece.decode(errors="replace")
            if waiting and waiting[0][0] in shown[seen:]:
                seen = len(shown)
                os.write(master, (waiting.pop(0)[1] + "\n").encode())
    finally:
        os.close(master)
    _, status = os.waitpid(child, 0)
    return Session(os.waitstatus_to_exitcode(status), shown)
