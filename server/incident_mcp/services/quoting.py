"""Values from the cluster inside somebody's query: escaped, so that a value can only ever be a value.

PromQL, LogQL and LogsQL share Go's rules for strings (go.dev/ref/spec#String_literals) and RE2's for patterns
(github.com/google/re2/wiki/Syntax).
"""

import re
from collections.abc import Iterable

_META = re.compile(r"[\\.+*?()|\[\]{}^$]")


def quoted(value: str) -> str:
    """As a string literal in double quotes."""
    return f'"{escaped(value, chr(34))}"'


def escaped(value: str, quote: str) -> str:
    """What stands between such quotes (`"` or `'`) for this value."""
    safe = value.encode("utf-8", "replace").decode()
    return safe.replace("\\", "\\\\").replace(quote, f"\\{quote}").replace("\n", "\\n").replace("\r", "\\r")


def literal(value: str) -> str:
    """As a pattern that matches this value and nothing else."""
    return _META.sub(lambda found: f"\\{found.group()}", value)


def any_of(values: Iterable[str]) -> str:
    """A pattern that matches each of these values."""
    return "|".join(literal(value) for value in values)
