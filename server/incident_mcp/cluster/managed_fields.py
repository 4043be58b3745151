"""Which field manager changed a part of an object last, as far as the managed fields tell.

An entry's time is the last change of *some* field that this manager owns, and is not moved by writes that change
nothing. The person behind a manager is in the audit log only.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, cast

from incident_mcp.cluster.moments import moment


def last_manager(thing: dict[str, Any], *path: str) -> tuple[str | None, datetime | None]:
    """The manager that owns something under `path` (`spec`, `template`) and changed last; nothing when nobody does. An
    item of a list is named as in fieldsV1: `k:{"name":"app"}`.
    """
    return _latest(_owners(thing, path), lambda fields: 0)


def last_changer(
    thing: dict[str, Any], path: tuple[str, ...], before: Any, after: Any
) -> tuple[str | None, datetime | None]:
    """As `last_manager`, for a known change under `path`: times have whole seconds only, so of two managers in one
    second it is the one that owns most of what differs between `before` and `after`.
    """
    changed = [_spelled(path) + rest for rest in _changed(before, after)]
    return _latest(_owners(thing, path), lambda fields: sum(_holds(fields, where) for where in changed))


def _owners(thing: dict[str, Any], path: tuple[str, ...]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = thing.get("metadata", {}).get("managedFields") or []
    if not path:
        return entries
    depths = [_depth(entry.get("fieldsV1") or {}, _spelled(path)) for entry in entries]
    deepest = max(depths, default=0)
    return [entry for entry, depth in zip(entries, depths, strict=True) if depth == deepest > 0]


def _spelled(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part if part.startswith("k:") else f"f:{part}" for part in path)


def _latest(
    entries: list[dict[str, Any]], share: Callable[[dict[str, Any]], int]
) -> tuple[str | None, datetime | None]:
    dated = [(time, share(entry["fieldsV1"]), entry) for entry in entries if (time := moment(entry.get("time")))]
    if not dated:
        return None, None
    time, _, entry = max(dated, key=lambda item: (item[0], item[1]))
    return str(entry.get("manager", "")), time


def _changed(before: Any, after: Any, here: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths of what differs, spelled as in fieldsV1; lists are compared by name where their items have one."""
    old, new = _parts(before), _parts(after)
    if before == after:
        return
    if old is None or new is None:
        yield here
        return
    for key in dict.fromkeys((*old, *new)):
        yield from _changed(old.get(key), new.get(key), (*here, key))


def _parts(value: Any) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return {f"f:{key}": inner for key, inner in cast("dict[str, Any]", value).items()}
    if isinstance(value, list) and all(isinstance(item, dict) and "name" in item for item in cast("list[Any]", value)):
        named = cast("list[dict[str, Any]]", value)
        return {f"k:{json.dumps({'name': item['name']}, separators=(',', ':'))}": item for item in named}
    return None


def _holds(fields: dict[str, Any], path: tuple[str, ...]) -> bool:
    return _depth(fields, path) == len(path)


def _depth(fields: dict[str, Any], path: tuple[str, ...]) -> int:
    """How far down the path it owns: all of it, or as far as something that is owned as a whole (an atomic list, say).
    Zero: not at all.
    """
    for depth, part in enumerate(path):
        inner = fields.get(part)
        if inner is None:
            return 0
        if not inner:
            return depth + 1
        fields = inner
    return len(path)
