"""Free text that somebody outside wrote: a log line, an event's message, an annotation, an alert.

It is not a `str`, so it can't be formatted into an answer by accident: its way out is `text/`, which cleans,
masks and fences it. Rules may look into it, and may take *identifiers* out of it (a variable's name, a host),
never sentences.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_IDENTIFIER = re.compile(r"[A-Za-z0-9_.:/@-]{1,253}")
_ESCAPED = re.compile(r'\\+"')


@dataclass(frozen=True, slots=True, repr=False)
class Untrusted:
    """Outside text. Only `text/` opens it."""

    _raw: str

    def __str__(self) -> NoReturn:
        raise TypeError("Untrusted text leaves through incident_mcp.text only")

    def __repr__(self) -> str:
        return f"Untrusted({len(self._raw)} characters)"

    def __bool__(self) -> bool:
        return bool(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def contains(self, phrase: str) -> bool:
        return phrase in self._raw

    def mentioned(self, words: Iterable[str]) -> frozenset[str]:
        """Which of these lower-case texts it holds, in whatever case."""
        lowered = self._raw.lower()
        return frozenset(word for word in words if word in lowered)

    def identifiers(self, pattern: re.Pattern[str]) -> tuple[str, ...] | None:
        """The groups of the first match, if each is a plain identifier; None otherwise.

        Whatever is not `[A-Za-z0-9_.:/@-]`, at most 253 characters, is refused: a sentence can't pass as a name.
        """
        found = pattern.search(self._raw)
        if found is None:
            return None
        groups = found.groups()
        return groups if all(g and _IDENTIFIER.fullmatch(g) for g in groups) else None

    def unescaped(self) -> "Untrusted":
        r"""The same with `\"` as `"`: structured logs quote what others said, sometimes twice."""
        return Untrusted(_ESCAPED.sub('"', self._raw)) if '\\"' in self._raw else self

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # Serialising raises: a value that holds outside text must be rendered by text/ first.
        return core_schema.is_instance_schema(cls)


def open_untrusted(text: Untrusted) -> str:
    """The raw text. For `text/` alone: a test reads the source and fails when another room calls this."""
    return text._raw  # pyright: ignore[reportPrivateUsage]
