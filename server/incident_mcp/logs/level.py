"""How serious a line is, and the words that programs have for it."""

from typing import Literal

Level = Literal["error", "warning", "info"]

WORDS: dict[str, Level] = {
    **dict.fromkeys(
        ["error", "err", "fail", "e", "fatal", "f", "critical", "crit", "panic", "severe", "alert"], "error"
    ),
    **dict.fromkeys(["warn", "warning", "w"], "warning"),
    **dict.fromkeys(["info", "debug", "trace", "notice", "information", "verbose", "i", "d"], "info"),
}
