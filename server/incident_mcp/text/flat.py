"""A nested value as lines with the path in front, so that each line is evidence by itself: object, field, value.

`spec.template.spec.containers[checkout].resources: {requests: {cpu: 100m}, limits: {memory: 256Mi}}`. What is short
stands on one line; list items are called by their name or type where they have one. It opens nothing: its lines are
outside text, to be fenced by the caller.
"""

from collections.abc import Iterator
from typing import Any, cast

INLINE = 180
"""Characters up to which a nested value stays on one line."""
_NAMES = ("name", "type", "host", "path", "key")


def flat(value: Any, path: str = "") -> Iterator[str]:
    """The lines, in the value's own order."""
    told = flow(value)
    if not isinstance(value, (dict, list)) or (path and len(told) <= INLINE):
        yield f"{path}: {told}" if path else told
        return
    for step, inner in _steps(cast("dict[str, Any] | list[Any]", value)):
        yield from flat(inner, f"{path}.{step}" if path and not step.startswith("[") else f"{path}{step}")


def flow(value: Any) -> str:
    """On one line, without quotes: `{cpu: 100m, memory: 128Mi}`."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {flow(inner)}' for key, inner in cast('dict[str, Any]', value).items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(flow(inner) for inner in cast('list[Any]', value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _steps(value: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
        return
    for number, item in enumerate(value):
        yield f"[{called(item) or number}]", item


def called(item: Any) -> str:
    """What an item of a list is called; empty when it has no name."""
    if not isinstance(item, dict):
        return ""
    fields = cast("dict[str, Any]", item)
    return next((str(fields[name]) for name in _NAMES if isinstance(fields.get(name), str)), "")
