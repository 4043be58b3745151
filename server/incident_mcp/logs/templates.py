"""A message with its variable parts masked: what is left is the same for all messages of one kind."""

import re

# The order matters: what is longer and more particular comes first.
_VARIABLE = re.compile(
    r"""
      (?P<uuid>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)
    | (?P<time>\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?\b)
    | (?P<ip>\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b)
    | (?P<hex>\b0x[0-9a-fA-F]+\b|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b)
    | (?P<n>(?<![A-Za-z_])[-+]?\d+(?:\.\d+)*)
    """,
    re.VERBOSE,
)
LONGEST = 500


def template_of(message: str) -> str:
    """`GET /orders/<n> took <n>ms`: masks start with `<` and end with `>`."""
    masked = _VARIABLE.sub(lambda found: f"<{found.lastgroup}>", message[: LONGEST * 4])
    return " ".join(masked.split())[:LONGEST]
