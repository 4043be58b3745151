"""Taking a write back: the JSON patch that puts each touched field back to what the write itself tested for.

A plan's writes carry the old value of each field as a `test` and the new one as the change, so the way back needs
nothing else; and it tests for the new values, so it is refused where somebody has changed them since.
"""

from collections.abc import Iterable
from typing import Any, Literal, cast

from incident_mcp.cluster.calls import JSON_PATCH
from incident_mcp.cluster.json_parts import Json
from incident_mcp.mitigate.pointers import REVISION, UID, put, same, value_at
from incident_mcp.vocabulary.plan import Write

_CHANGES = ("add", "replace", "remove")


def inverse(write: Write, live: Json) -> Write | None:
    """The way back from `live`, the object at the write's path as it is now; None where the write is no patch of ours
    that says what it changed. The caller has checked with `stands` that nobody changed the fields since.
    """
    changes = touched(write)
    if not changes:
        return None
    back: list[Json] = [{"op": "test", "path": UID, "value": value_at(live, UID)}, *_guards(write, changes)]
    for path, (old, _) in reversed(changes.items()):
        back += put(live, path, old)
    return write.model_copy(update={"body": back, "shown": f"back: {write.shown}"})


def _guards(write: Write, changes: Iterable[str]) -> list[Json]:
    """What the write tested beside its fields (which container, which rule): the way back goes to the same one. A
    revision's number moves with the change itself.
    """
    beside = [one for one in cast("list[Json]", write.body) if one["op"] == "test"]
    own = (UID, REVISION, *changes)
    return [one for one in beside if one["path"] not in own and not any(path.startswith(one["path"]) for path in own)]


def stands(write: Write, live: Json) -> Literal["after", "before", "changed"]:
    """Whether the fields are as the write left them, as it found them, or neither."""
    found = [(same(value_at(live, path), new), same(value_at(live, path), old)) for path, (old, new) in _of(write)]
    if all(after for after, _ in found):
        return "after"
    return "before" if all(before for _, before in found) else "changed"


def touched(write: Write) -> dict[str, tuple[Any, Any]]:
    """The fields that a patch changes: by pointer, the value before and after. Empty for what can't be taken back: a
    deletion, an eviction, a field whose old value was not tested.
    """
    if write.method != "PATCH" or write.content_type != JSON_PATCH:
        return {}
    body = cast("list[Json]", write.body)
    before = {one["path"]: one["value"] for one in body if one["op"] == "test"}
    changes = [one for one in body if one["op"] in _CHANGES]
    if any(one["path"] not in before for one in changes):
        return {}
    return {one["path"]: (before[one["path"]], one.get("value")) for one in changes}


def _of(write: Write) -> list[tuple[str, tuple[Any, Any]]]:
    return list(touched(write).items())
