"""Reading the folder of runbooks: bounded, and nothing outside of it, whatever links lie in it."""

from collections.abc import Iterator
from pathlib import Path

from incident_mcp.investigate.runbooks.runbook import Runbook, parse
from incident_mcp.vocabulary.observation import NotChecked

FILES = 300
BYTES = 128 * 1024
"""Of one file."""


def read_folder(folder: Path) -> tuple[tuple[Runbook, ...], tuple[NotChecked, ...]]:
    """All `*.md` in it and below, by name, and those that can't be used. No folder, no runbooks: most have none."""
    found: list[Runbook] = []
    missed: list[NotChecked] = []
    for path, name in _files(folder):
        try:
            found.append(parse(name, _text(path)))
        except (OSError, ValueError) as error:
            missed.append(NotChecked(what=f"runbook {name[:80]}", why=_why(error)))
    return tuple(found), tuple(missed)


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    root = folder.expanduser()
    try:
        inside = root.resolve(strict=True)
        paths = sorted(root.rglob("*.md"))[:FILES]
    except OSError:
        return
    for path in paths:
        if path.is_file() and path.resolve().is_relative_to(inside):
            yield path, path.relative_to(root).as_posix()


def _text(path: Path) -> str:
    with path.open("rb") as file:
        body = file.read(BYTES + 1)
    if len(body) > BYTES:
        raise ValueError(f"larger than {BYTES // 1024} KiB")
    return body.decode("utf-8")


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return error.strerror or "can't be read" if isinstance(error, OSError) else str(error)
