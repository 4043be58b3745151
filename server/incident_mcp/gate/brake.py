"""The stop: a file beside the record. While it is there, no plan is made, approved or carried out, and one of several
writes ends before its next one.

A file and not an entry, so that it also holds when the record can't be written, and so that any hand can pull it
(`touch`). Where nobody can tell whether it is there, it is.
"""

import json
from contextlib import suppress
from pathlib import Path

from incident_mcp.text.cleaning import one_line
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import IncidentError, RecordError

NAME = "stopped"
LARGEST = 2000
"""Bytes of it that are read: who pulled it, when and why."""


HOW_TO_LIFT = (
    "The stop holds back rollbacks, undos and aborts too. To let one through, a person lifts it in a terminal "
    "(incident-mcp stop --lift), or takes the change back by hand with kubectl."
)


class Stopped(IncidentError):
    """A person stopped all changes."""


class Brake:
    """One state folder's stop."""

    def __init__(self, home: Path) -> None:
        self.path = home.expanduser() / NAME

    def pulled(self) -> str:
        """Who stopped all changes, when and why, in words; empty while nobody did."""
        try:
            self.path.lstat()  # also a link that leads nowhere was put there by somebody
        except FileNotFoundError:
            return ""
        except OSError as error:
            return f"Nobody can tell whether changes are stopped: {error}."
        told: dict[str, str] = {}
        with suppress(OSError, ValueError), self.path.open("rb") as file:
            read = json.loads(file.read(LARGEST))
            told = {key: one_line(str(value)) for key, value in read.items()} if isinstance(read, dict) else {}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        who, why = told.get("by", "somebody"), told.get("why", "")
        at = f" at {told['at'][11:19]} UTC" if "at" in told else ""
        return f"All changes were stopped by {who}{at}{f': {why}' if why else ''}."

    def check(self, cluster: str) -> None:
        """Raise `Stopped` while it is pulled."""
        if words := self.pulled():
            raise Stopped(f"{cluster}: {words}", HOW_TO_LIFT)

    def pull(self, by: Actor, why: str, clock: Clock) -> None:
        """Stop all changes. Pulled twice, the first word stands. Raises `RecordError` when the file can't be made."""
        told = json.dumps({"by": by.name, "at": clock().isoformat(), "why": why})
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with suppress(FileExistsError), self.path.open("x") as file:
                file.write(told)
        except OSError as error:
            raise RecordError(
                f"The stop {self.path} can't be made: {error}.",
                "Take the server's right to write away instead: end its process, or its credential.",
                not_done="Changes are NOT stopped.",
            ) from error

    def lift(self) -> bool:
        """Allow changes again; False when they were not stopped. Raises `RecordError`."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise RecordError(
                f"The stop {self.path} can't be removed: {error}.", "Mend the folder's rights."
            ) from error
        return True
