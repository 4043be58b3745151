"""One executor a state folder: a second one would ask the cluster what came of writes that the first is still sending.

The kernel holds the lock (flock(2)) as long as the process lives, so a killed one leaves none behind.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from incident_mcp.vocabulary.errors import RecordError, SettingsError

NAME = "executor.lock"


@contextmanager
def alone(home: Path) -> Generator[None]:
    """Raises `SettingsError` where another executor has this folder, `RecordError` where nobody can tell."""
    path = home.expanduser() / NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise RecordError(f"{path} can't be used: {error}.", "Mend the folder's rights.") from error
    try:
        _take(lock, path.parent)
        yield
    finally:
        os.close(lock)


def _take(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SettingsError(
            f"Another executor has the state folder {folder}.", "There is one; this one was not started."
        ) from None
