"""A transcript is a script: what follows `$ ` is run as a command, what follows `> ` is called on the served sandbox.

The lines below each are what it answered, without what differs from run to run: times, and ids that are drawn.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.stdio import session

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples"
CLI = [sys.executable, "-m", "incident_mcp.cli.__main__"]
_DIFFERS = (
    (re.compile(r"\d{4}-\d\d-\d\d[ T]"), "DATE "),
    (re.compile(r"\b\d\d:\d\d(:\d\d)?\b"), "TIME"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\bdigest    [0-9a-f]{64}"), "digest    DIGEST"),
    (re.compile(r"\bplan [0-9a-f]{8}\b"), "plan PLAN"),
)


def names() -> list[str]:
    return sorted(path.parent.name for path in FOLDER.glob("*/transcript.txt"))


def replayed(name: str, home: Path) -> str:
    """The transcript as it is today."""
    script = (FOLDER / name / "transcript.txt").read_text().splitlines()
    steps = [line for line in script if line.startswith(("$ ", "> "))]
    return "\n\n".join("\n".join([step, *map(_plain, _answer(name, step, home))]) for step in steps) + "\n"


def _answer(name: str, step: str, home: Path) -> Iterator[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT / "server")}
    environment |= {"INCIDENT_HOME": str(home / "record"), "INCIDENT_USER": "you"}
    if step.startswith("$ "):
        words = shlex.split(step)[2:]
        done = subprocess.run([*CLI, *words], env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        yield from done.stdout.splitlines()
        return
    _, tool, arguments = step.split(" ", 2)
    with session([*CLI, "serve", "--sandbox", name], environment) as server:
        _, result = server.call(tool, json.loads(arguments))
    answer = result["structuredContent"]
    yield from (*answer["summary"], *answer.get("page", ()))


def _plain(line: str) -> str:
    for pattern, word in _DIFFERS:
        line = pattern.sub(word, line)
    return line.rstrip()
