"""Who may answer outside the chat: persons with a passphrase each, of which only a scrypt hash is kept.

A `y` can be typed by an assistant that has a shell; a passphrase that it does not know can't. Whoever can write this
file can put a hash of their own into it: that is what *advisory* means, and what the separated executor ends.
"""

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from incident_mcp.vocabulary.errors import IncidentError, RecordError
from incident_mcp.vocabulary.value import Value

NAME = "approvers.json"
SHORTEST = 8
_COST: Literal[32768] = 32768
_BLOCK: Literal[8] = 8
_MEMORY = 64 * 1024 * 1024
"""Bytes that scrypt may take; these costs need 32 MiB (RFC 7914)."""


class NoPassphrase(IncidentError):
    """Nobody has set a passphrase, so no door outside the chat is open."""


class WrongPassphrase(IncidentError):
    """The passphrase is not that person's."""


class _Kept(Value):
    """What is kept of one passphrase; anything else was not written here, and is refused as it is read."""

    salt: str = Field(pattern=r"^[0-9a-f]{32}$")
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    cost: Literal[32768]
    block: Literal[8]


class Approvers:
    """The persons of one state folder."""

    def __init__(self, home: Path) -> None:
        self.path = home.expanduser() / NAME

    def names(self) -> list[str]:
        """Who has a passphrase. Raises `RecordError` where that can't be told."""
        return sorted(self._read())

    def set(self, name: str, passphrase: str) -> None:
        """Give a person a passphrase, or a new one. Raises `RecordError`, or `WrongPassphrase` for one too short."""
        if len(passphrase) < SHORTEST:
            raise WrongPassphrase(f"A passphrase has at least {SHORTEST} characters.", "Nothing was set.")
        salt = secrets.token_bytes(16)
        kept = _Kept(salt=salt.hex(), hash=_hash(passphrase, salt, _COST, _BLOCK), cost=_COST, block=_BLOCK)
        everybody = {other: one.model_dump() for other, one in self._read().items()} | {name: kept.model_dump()}
        draft = self.path.with_name(f".{NAME}.{secrets.token_hex(8)}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(json.dumps(everybody))
            draft.replace(self.path)
        except OSError as error:
            raise RecordError(f"{self.path} can't be written: {error}.", "Mend the folder's rights.") from error

    def check(self, name: str, passphrase: str) -> None:
        """Raise `NoPassphrase`, `WrongPassphrase` or `RecordError` unless this is that person's passphrase."""
        kept = self._read()
        if not kept:
            raise NoPassphrase(
                "No passphrase is set, so nothing can be approved outside the chat.",
                "Set one in a terminal of your own: incident-mcp init.",
            )
        found = kept.get(name)
        if found is None:
            raise WrongPassphrase(f"{name} has no passphrase.", f"Known: {', '.join(sorted(kept))}.")
        given = _hash(passphrase, bytes.fromhex(found.salt), found.cost, found.block)
        if not hmac.compare_digest(given, found.hash):
            raise WrongPassphrase("That is not the passphrase.", "Nothing was answered; try again.")

    def _read(self) -> dict[str, _Kept]:
        try:
            mode = self.path.stat().st_mode
            if mode & 0o022:
                raise ValueError("others may write to it")
            told: Any = json.loads(self.path.read_text())
            return {str(name): _Kept.model_validate(one) for name, one in told.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError) as error:
            raise RecordError(
                f"{self.path} can't be used: {str(error).splitlines()[0]}.",
                "Mend its rights (0600), or remove it and set passphrases anew: incident-mcp init.",
            ) from error


def _hash(passphrase: str, salt: bytes, cost: int, block: int) -> str:
    made = hashlib.scrypt(passphrase.encode(), salt=salt, n=cost, r=block, p=1, maxmem=_MEMORY, dklen=32)
    return made.hex()
