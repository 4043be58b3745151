"""What a kind of secret is: its name, its pattern, and the words without which it can't be there.

Patterns must run in linear time on any text, since outside text chooses what they run on. Two shapes do: a prefix
and one class of characters to its end (`ghp_[A-Za-z0-9]{36,}`), which either fails early or takes all that it read;
and a run that starts at an edge, where each run of characters is read from one start only. Whatever follows an
unbounded run must not be in that run's class.
"""

import re
from dataclasses import dataclass
from functools import cached_property

EDGE = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))"
"""Left edge of a word, also after a line end that a JSON log wrote as two characters."""
RUN_EDGE = r"(?:(?<![\w-])|(?<=\\[nrt]))"
"""Left edge of a run of base64url characters."""


@dataclass(frozen=True)
class Kind:
    """`hints` are lower-case; without one of them in the text (lower-cased) the pattern is not tried. None: always.

    What is masked is the group whose name starts with `secret` and that took part; the whole match where there is
    none. Compiled when first needed.
    """

    name: str
    pattern: str
    hints: tuple[str, ...] = ()
    ignore_case: bool = False

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE if self.ignore_case else 0)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where this kind of secret stands in `text`."""
        groups = [number for name, number in self.compiled.groupindex.items() if name.startswith("secret")]
        return [self._span(found, groups) for found in self.compiled.finditer(text)]

    @staticmethod
    def _span(found: re.Match[str], groups: list[int]) -> tuple[int, int]:
        return next((found.span(group) for group in groups if found.start(group) >= 0), found.span())


def prefixed(name: str, *patterns: str, hints: tuple[str, ...]) -> Kind:
    """A token that tells by its prefix what it is; it starts at the edge of a word."""
    return Kind(name, f"{EDGE}(?:{'|'.join(patterns)})", hints)
