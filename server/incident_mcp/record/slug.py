"""Names for incidents and their files: `2026-11-24-checkout-is-down`, safe in any file system and any shell."""

import re
from datetime import datetime

_LONGEST = 60


def slug(title: str) -> str:
    """The title in lower-case ASCII letters, digits and single hyphens, at most 60 characters."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:_LONGEST].strip("-")
    return words or "incident"


def incident_id(title: str, opened: datetime, taken: list[str]) -> str:
    """Date and slug; a number is added when that id is taken."""
    base = f"{opened:%Y-%m-%d}-{slug(title)}"
    names = (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
