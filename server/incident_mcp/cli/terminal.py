"""Asking a person in their own terminal: what is typed comes from the terminal itself, never from a pipe."""

import getpass
from collections.abc import Callable

from incident_mcp.vocabulary.errors import BadRequest

NO_TERMINAL = BadRequest("This wants a person at a terminal, and there is none.", "Run it in a terminal of your own.")


def check_terminal() -> None:
    """Raise `BadRequest` where there is no terminal to ask in."""
    try:
        with open("/dev/tty", "rb"):
            return
    except OSError as error:
        raise NO_TERMINAL from error


def ask_line(question: str) -> str:
    """One line, as it is typed."""
    return _typed(lambda: _line(question))


def ask_secret(question: str) -> str:
    """One line that is not shown."""
    return _typed(lambda: getpass.getpass(question))


def _line(question: str) -> str:
    with open("/dev/tty", "r+b", buffering=0) as terminal:
        terminal.write(question.encode())
        text = b""
        while not text.endswith(b"\n"):
            if not (piece := terminal.read(4096)):
                raise EOFError
            text += piece
    return text.decode(errors="replace").strip()


def _typed(ask: Callable[[], str]) -> str:
    check_terminal()
    try:
        return ask()
    except EOFError as error:
        raise BadRequest("Nothing was typed.", "Nothing was answered.") from error
