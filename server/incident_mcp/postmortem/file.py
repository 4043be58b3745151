"""The postmortem on disk: inside the chosen folder and nowhere else, never over a file, and whole or not at all.

Everything happens relative to the opened folder, and no link is followed at its name or the file's: whatever somebody
puts there in between, the text can't land elsewhere.
"""

import os
import re
from contextlib import suppress
from pathlib import Path

from incident_mcp.text.cleaning import one_line
from incident_mcp.vocabulary.errors import IncidentError

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_MOST = 100
_NOT_DONE = "No postmortem was written; the record is whole."
_NEXT = "Choose a folder that can be written and is no link (setting `postmortems`), then call write_postmortem again."


def write(folder: Path, name: str, text: str, suffix: str = ".md") -> Path:
    """Write `NAME.md` (a date and a slug) into `folder`, which is made if need be, and return its path.

    Where that file exists, `NAME-2.md` and so on. Raises `IncidentError` when it can't be written.
    """
    if not _NAME.fullmatch(name):
        raise IncidentError(
            f"{one_line(name, 80)!r} is no name for a postmortem: lower-case letters, digits and hyphens only.",
            not_done=_NOT_DONE,
        )
    if folder.is_symlink():
        raise IncidentError(f"{folder} is a link, and a postmortem stays in its folder.", _NEXT, not_done=_NOT_DONE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        inside = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            return folder / _written(inside, name, suffix, text.encode())
        finally:
            os.close(inside)
    except OSError as error:
        raise IncidentError(
            f"The postmortem can't be written to {folder}: {error.strerror or error}.",
            _NEXT,
            not_done=_NOT_DONE,
        ) from error


def _written(inside: int, name: str, suffix: str, text: bytes) -> str:
    for number in range(1, _MOST):
        file = f"{name}{suffix}" if number == 1 else f"{name}-{number}{suffix}"
        with suppress(FileExistsError):
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644, dir_fd=inside)
            _fill(inside, handle, file, text)
            return file
    raise FileExistsError(f"{name}{suffix} and {_MOST - 2} more of that name exist")


def _fill(inside: int, handle: int, file: str, text: bytes) -> None:
    """All of it, on the disk; on failure the half-written file is taken away again."""
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.fsync(inside)
    except OSError:
        with suppress(OSError):
            os.unlink(file, dir_fd=inside)
        raise
