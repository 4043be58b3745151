"""Reaching into a Kubernetes object, where any part may be missing or null: both mean *nothing there*."""

from typing import Any, cast

Json = dict[str, Any]


def part(thing: Json, *path: str) -> Json:
    """The object at this path; an empty one when there is none."""
    for key in path:
        inner = thing.get(key)
        if not isinstance(inner, dict):
            return {}
        thing = cast("Json", inner)
    return thing


def items(thing: Json, *path: str) -> list[Json]:
    """The list of objects at this path; an empty one when there is none."""
    found = part(thing, *path[:-1]).get(path[-1])
    return cast("list[Json]", found) if isinstance(found, list) else []


def text(thing: Json, *path: str) -> str:
    """The string at this path; empty when there is none. Numbers are printed."""
    found = part(thing, *path[:-1]).get(path[-1])
    return "" if found is None else str(found)


def count(thing: Json, *path: str, default: int = 0) -> int:
    """The integer at this path. Kubernetes leaves out what is zero."""
    found = part(thing, *path[:-1]).get(path[-1])
    return found if isinstance(found, int) else default
