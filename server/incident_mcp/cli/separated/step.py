"""One step of the set-up, as data: what is printed is what is done, since both are the same commands."""

import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from incident_mcp.vocabulary.errors import IncidentError

_SECONDS = 60
_END = "END"
_AGAIN = "Mend this, and run the same again: what is so already stays."


class StepFailed(IncidentError):
    """A command of the set-up ended with an error."""

    not_done = "The steps before it are done, the others not."


@dataclass(frozen=True)
class Command:
    """The words of one command, and what it reads."""

    words: tuple[str, ...]
    text: str = ""

    @property
    def shown(self) -> str:
        """As it would be typed into a shell."""
        line = shlex.join(self.words)
        return f"{line} <<'{_END}'\n{self.text}{_END}" if self.text else line

    def run(self) -> None:
        """Raises `StepFailed` with what the command complained of."""
        try:
            done = subprocess.run(self.words, input=self.text, capture_output=True, text=True, timeout=_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StepFailed(f"{self.words[0]} can't be run: {error}.", _AGAIN) from error
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or [f"code {done.returncode}"]
            raise StepFailed(f"`{shlex.join(self.words)}` failed: {said[0]}.", _AGAIN)


def command(*words: object, text: str = "") -> Command:
    return Command(tuple(str(word) for word in words), text)


def never() -> bool:
    return False


@dataclass(frozen=True)
class Step:
    """What is to be so, how to look, how to make it so, and how to take it away."""

    title: str
    look: Callable[[], bool]
    """Whether it is so already. Changes nothing."""
    do: tuple[Command, ...] = ()
    undo: tuple[Command, ...] = ()
    there: Callable[[], bool] = never
    """Whether there is something of it to undo."""
    by_hand: str = ""
    """Lines for a person's own shell, in place of `do`: root's set-up never uses anybody's credentials."""

    @property
    def shown(self) -> str:
        return self.by_hand or "\n".join(each.shown for each in self.do)
