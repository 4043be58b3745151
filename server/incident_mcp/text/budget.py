"""How large an answer is, and how to keep it small: lists are cut at an item's edge, and the answer says so.

A token is counted as four bytes of JSON, which is near enough for every model and needs no tokenizer.
"""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec
from pydantic import BaseModel

from incident_mcp.text.words import shown

T = TypeVar("T")


class Part(Generic[T]):
    """The items that are shown, and the words for what is not (`20 of 143 shown`; empty when all are)."""

    def __init__(self, items: Sequence[T], whole: int) -> None:
        self.items = tuple(items)
        self.whole = whole

    @property
    def note(self) -> str:
        return shown(len(self.items), self.whole)


def tokens(value: Any) -> int:
    """Size of anything JSON-able: models, lists, dictionaries, texts."""
    return -(-len(msgspec.json.encode(value, enc_hook=_plain)) // 4)


def first(items: Sequence[T], most: int) -> Part[T]:
    """At most `most` items."""
    return Part(items[:most], len(items))


def fitting(items: Sequence[T], budget: int, *, at_least: int = 1) -> Part[T]:
    """As many items from the front as `budget` tokens hold, and never fewer than `at_least`."""
    used, taken = 0, 0
    for item in items:
        used += tokens(item)
        if used > budget and taken >= at_least:
            break
        taken += 1
    return Part(items[:taken], len(items))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    raise TypeError(f"{type(value).__name__} is not JSON")
