"""Names for incidents and their files: `2026-11-24-checkout-is-down`, safe in any file system and any shell."""

import re
from datetime import datetime

_LONGEST = 60


def slug(title: str) -> str:
    """The title in lower-case ASCII letters, digits and single hyphens, at most 60 characters."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:_LONGEST].strip("-")
    return words or "incident"


TAG = 4
"""Letters of a writer's name that tell it from others: in the id of an incident that several may write to, and of an
entry that joins another writer's incident (`e13-9f3a`).
"""


def incident_id(title: str, opened: datetime, taken: list[str], writer: str = "") -> str:
    """Date and slug; a number is added when that id is taken. With a `writer`, where others may open one at the same
    time unseen, its tag: two incidents never get one id.
    """
    base = "-".join(filter(None, (f"{opened:%Y-%m-%d}", slug(title), writer[:TAG])))
    names = (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
