"""A few of many, so that they stand for the whole of it."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def spread(items: Sequence[T], most: int) -> Sequence[T]:
    """All, or `most` of them, evenly; the first and the last among them."""
    if len(items) <= most:
        return items
    step = (len(items) - 1) / max(most - 1, 1)
    return [items[round(at * step)] for at in range(most)]
