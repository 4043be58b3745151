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
    """Run a command of ours with a terminal of its own; each answer is typed when its question has appeared."""
    words = [sys.executable, "-m", "incident_mcp.cli.__main__", *arguments]
    return run_in_a_terminal(words, answers, {"PYTHONPATH": str(ROOT / "server"), **(environment or {})})


def run_in_a_terminal(
    words: Sequence[str], answers: Sequence[tuple[str, str]], environment: Mapping[str, str]
) -> Session:
    """The same for any command, with this process's environment and what is given."""
    child, master = pty.fork()
    if child == 0:
        os.execvpe(words[0], [*words], {**os.environ, "COLUMNS": "200", **environment})  # noqa: S606
    shown, waiting, end = "", list(answers), time.monotonic() + LONGEST
    seen = 0
    ready = select.poll()
    ready.register(master, select.POLLIN)
    try:
        while time.monotonic() < end:
            if ready.poll(1000):
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
