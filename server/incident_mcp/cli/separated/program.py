"""Whether what the executor would run belongs to root: code that the assistant's user may write is the assistant's."""

import os
import stat
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from incident_mcp.cli.separated.layout import Layout

_PACKAGE = Path(__file__).resolve().parents[2]


def strangers(layout: Layout) -> list[Path]:
    """What others than root may write of the program: its files, and the folders on the way to them."""
    return sorted(path for path in _code(layout) if _writable(path))


def _code(layout: Layout) -> set[Path]:
    started = {Path(sys.executable), Path(sys.executable).resolve()}
    started |= {Path(word) for word in layout.program if word.startswith("/")}
    packages = {_PACKAGE, Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("stdlib"))}
    found = {path for root in packages for path in _below(root)} | started
    return found | {parent for path in (*started, *packages) for parent in path.parents}


def _below(root: Path) -> Iterator[Path]:
    for folder, _, files in os.walk(root):
        yield Path(folder)
        yield from (Path(folder, file) for file in files)


def _writable(path: Path) -> bool:
    """Whether anybody but root may put something else there. In a sticky folder root's files stay root's."""
    try:
        at = path.lstat()
    except OSError:
        return False
    if at.st_uid != 0:
        return True
    if stat.S_ISLNK(at.st_mode):
        return False
    others = at.st_mode & (0o002 if at.st_gid == 0 else 0o022)
    return bool(others) and not (stat.S_ISDIR(at.st_mode) and at.st_mode & stat.S_ISVTX)
