"""Quantities (`250m`, `128Mi`) and whole-or-percent values (`25%`)."""

from __future__ import annotations

import math
from typing import Any

_SUFFIXES = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "Ki": 1024.0,
    "Mi": 1024.0**2,
    "Gi": 1024.0**3,
    "Ti": 1024.0**4,
}


def quantity(text: Any) -> float:
    """Cores or bytes. Raises ValueError for what is not a quantity."""
    head = str(text).rstrip("numkKMGTi")
    suffix = str(text)[len(head) :]
    try:
        return float(head) * _SUFFIXES[suffix]
    except (ValueError, KeyError) as error:
        raise ValueError(f"{text!r} is not a quantity such as 250m or 128Mi") from error


def scaled(value: Any, total: int, *, up: bool) -> int:
    """An absolute number, or a percentage of `total`, rounded up (surge) or down (unavailable)."""
    if isinstance(value, str) and value.endswith("%"):
        share = int(value[:-1]) * total / 100
        return math.ceil(share) if up else math.floor(share)
    return int(value)
