"""JSON Patch (RFC 6902)."""

from __future__ import annotations

from typing import Any, cast

from incident_sandbox.model.objects import clone, same_json


class PatchFailed(Exception):
    """An operation does not apply: its path is missing, its `test` failed, or it makes no sense."""


def apply_json_patch(document: Any, operations: list[Any]) -> Any:
    """The patched copy. Raises PatchFailed at the first operation that does not apply."""
    document = clone(document)
    for operation in operations:
        try:
            document = _apply(document, operation)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise PatchFailed(str(error)) from error
    return document


def _apply(document: Any, operation: dict[str, Any]) -> Any:
    path = _pointer(operation["path"])
    match operation["op"]:
        case "add":
            return _put(document, path, clone(operation["value"]), insert=True)
        case "remove":
            return _remove(document, path)
        case "replace":
            _get(document, path)
            return _put(document, path, clone(operation["value"]), insert=False)
        case "move":
            moved = _get(document, _pointer(operation["from"]))
            return _put(_remove(document, _pointer(operation["from"])), path, moved, insert=True)
        case "copy":
            return _put(document, path, clone(_get(document, _pointer(operation["from"]))), insert=True)
        case "test":
            _test(document, path, operation.get("value"))
            return document
        case other:
            raise PatchFailed(f"unexpected kind: {other}")


def _test(document: Any, path: list[str], value: Any) -> None:
    try:
        found = _get(document, path)
    except (KeyError, IndexError):
        found = None  # evanphx/json-patch: a missing field equals null
    if not same_json(found, value):
        raise PatchFailed(f"testing value /{'/'.join(path)} failed")


def _pointer(text: str) -> list[str]:
    if text and not text.startswith("/"):
        raise PatchFailed(f"{text!r} is not a JSON pointer")
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def _step(parent: Any, part: str, *, end: int = 0) -> Any:
    """The key or index that `part` means in `parent`; `end` 1 allows the place after the last item."""
    if isinstance(parent, dict):
        return part
    items = cast("list[Any]", parent)
    index = len(items) if part == "-" and end else int(part)
    if not 0 <= index < len(items) + end:
        raise IndexError(f"index {part} out of bounds")
    return index


def _get(document: Any, path: list[str]) -> Any:
    for part in path:
        if not isinstance(document, dict | list):
            raise KeyError(part)
        document = cast("Any", document)[_step(document, part)]
    return document


def _put(document: Any, path: list[str], value: Any, *, insert: bool) -> Any:
    if not path:
        return value
    parent = _get(document, path[:-1])
    if isinstance(parent, list) and insert:
        items = cast("list[Any]", parent)
        items.insert(_step(items, path[-1], end=1), value)
    elif isinstance(parent, dict | list):
        cast("Any", parent)[_step(parent, path[-1])] = value
    else:
        raise KeyError(path[-1])
    return document


def _remove(document: Any, path: list[str]) -> Any:
    parent = _get(document, path[:-1])
    if not isinstance(parent, dict | list):
        raise KeyError(path[-1])
    del cast("Any", parent)[_step(parent, path[-1])]
    return document
