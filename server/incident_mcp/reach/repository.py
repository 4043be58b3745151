"""The source repository at hand: which commits lie between two images, where their names or marks tell a commit.

An image says what it was built from by its tag (`1.42-3f9a2c1`), or its pods by a label or annotation. A repository is
somebody else's text and configuration: git runs with an environment of ours, and nothing in it may start a program.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio

from incident_mcp.vocabulary.untrusted import Untrusted

SECONDS = 3.0
MOST = 15
"""Commits that are named."""
_MARKS = re.compile(r"(?:^|[./_-])(?:commit|revision|sha|git-?sha|vcs-ref|version)$", re.IGNORECASE)
_REVISION = re.compile(r"[0-9A-Za-z][\w.+-]{0,99}")
_HASH = re.compile(r"(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])")
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "log.showSignature=false")
_ENVIRONMENT = {"PATH": f"/usr/local/bin:{os.defpath}", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}


async def commits_between(old: Mapping[str, Any], new: Mapping[str, Any], folder: Path) -> tuple[Untrusted, ...] | None:
    """The newest commits that `new` has and `old` has not, by what two pod templates name; None where they, or the
    repository around `folder`, do not tell.
    """
    with anyio.move_on_after(SECONDS):
        before, after = await _commit(named_by(old), folder), await _commit(named_by(new), folder)
        if before and after:
            told = await _git(folder, "log", f"-{MOST}", "--format=%h %as %s", f"{before}..{after}", "--")
            return None if told is None else tuple(Untrusted(line) for line in told.splitlines())
    return None


def named_by(template: Mapping[str, Any]) -> tuple[str, ...]:
    """What a pod template says it was built from: hashes first, then names that may be tags."""
    said = [text for text in _said(template) if _REVISION.fullmatch(text)]
    hashes = [found for text in said for found in _HASH.findall(text)]
    tags = [name for text in said for name in (text, f"v{text}")]
    return tuple(dict.fromkeys((*hashes, *tags)))


def _said(template: Mapping[str, Any]) -> Iterator[str]:
    about: dict[str, dict[str, str] | None] = template.get("metadata") or {}
    for part in ("annotations", "labels"):
        yield from (str(value) for key, value in (about.get(part) or {}).items() if _MARKS.search(key))
    spec: dict[str, Any] = template.get("spec") or {}
    containers: list[dict[str, Any]] = spec.get("containers") or []
    for container in containers:
        _, _, tag = str(container.get("image", "")).rpartition("/")[2].partition("@")[0].partition(":")
        yield tag


async def _commit(names: Sequence[str], folder: Path) -> str | None:
    for name in names:
        found = await _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if found:
            return found.strip()
    return None


async def _git(folder: Path, *arguments: str) -> str | None:
    """What git says; None where there is no git, no repository, or no such thing in it."""
    try:
        done = await anyio.run_process(["git", *_SAFE, *arguments], cwd=folder, env=_ENVIRONMENT, check=False)
    except OSError:
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None
