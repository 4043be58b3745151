"""What a server makes once and keeps in its state folder, readable by its user alone: the key that seals questions, and
the token of its URL.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from incident_mcp.vocabulary.errors import RecordError

KEY_BYTES = 32


def state_key(home: Path) -> bytes:
    """The key that seals questions between protocol rounds; kept, so that they survive a restart.

    Raises `RecordError` when it can't be read or made: without it no question can be bound to its answer.
    """
    key = _kept(home.expanduser() / "state.key", secrets.token_bytes(KEY_BYTES))
    if len(key) < KEY_BYTES:
        raise RecordError(
            f"The key {home.expanduser() / 'state.key'} is damaged.",
            "Remove it: a new one is made, and open questions are asked again.",
        )
    return key


def http_token(home: Path) -> tuple[str, Path]:
    """The bearer token of `serve --http`, kept so that a client is set up once, and its file. Raises `RecordError`."""
    path = home.expanduser() / "http.token"
    token = _kept(path, secrets.token_hex(KEY_BYTES).encode()).decode(errors="replace").strip()
    if len(token) < KEY_BYTES:
        raise RecordError(f"The token in {path} is too short.", "Remove the file: a new token is made.")
    return token, path


def _kept(path: Path, fresh: bytes) -> bytes:
    """What the file holds; `fresh` where there was none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            _publish(path, fresh)
        return path.read_bytes()
    except OSError as error:
        raise RecordError(
            f"{path} can't be used: {error}.", "Mend the folder's rights, or set INCIDENT_HOME."
        ) from error


def _publish(path: Path, key: bytes) -> None:
    """Write it whole or not at all, and never over another server's: link fails if the name is taken."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
        os.link(draft, path)
    finally:
        draft.unlink()
