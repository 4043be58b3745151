"""A note of the console that runs over a state folder, so that an answer in the chat can name its address."""

import json
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = "console.json"
SECONDS = 0.2


@contextmanager
def note_running(home: Path, port: int) -> Generator[None]:
    """Keep the note while it runs. A folder that can't be written only costs the note."""
    path, text = home.expanduser() / NAME, json.dumps({"port": port})
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(text)
    try:
        yield
    finally:
        with suppress(OSError):
            if path.read_text() == text:
                path.unlink()


def running_at(home: Path) -> str:
    """The address of the console that was noted and still listens; empty where there is none."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        port = int(json.loads((home.expanduser() / NAME).read_text())["port"])
        with socket.create_connection(("127.0.0.1", port), SECONDS):
            return f"http://127.0.0.1:{port}/"
    return ""
