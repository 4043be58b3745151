"""`metadata.managedFields`: who last set which field, and when. Incident people read it to learn who changed what.

The time of an entry moves only when its manager changed something, as in the real server.
"""

from __future__ import annotations

from dataclasses import dataclass

from incident_sandbox.model.objects import Object, dig
from incident_sandbox.writes.field_paths import Fields, all_fields, changed_fields, subtract, union

_UNTRACKED = {
    "managedFields",
    "resourceVersion",
    "generation",
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "name",
    "namespace",
    "selfLink",
}


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: the field manager, and how."""

    manager: str
    operation: str = "Update"
    subresource: str = ""


def record_author(old: Object | None, new: Object, author: Author, api_version: str, time: str) -> list[Object]:
    """The entries for `new`, from those of `old` and what `author` changed."""
    entries: list[Object] = dig(old, "metadata", "managedFields", default=[])
    if old is None:
        added, removed = all_fields(_tracked(new)), Fields()
    else:
        added, removed = changed_fields(_tracked(old), _tracked(new))
    if not added and not removed:
        return entries
    gone = union(added, removed)
    mine: Fields = {}
    result: list[Object] = []
    for entry in entries:
        if _is(entry, author):
            mine = entry["fieldsV1"]
            continue
        rest = subtract(entry["fieldsV1"], gone)
        if rest == entry["fieldsV1"]:
            result.append(entry)
        elif rest:
            result.append({**entry, "fieldsV1": rest})
    mine = union(subtract(mine, removed), added)
    if mine:
        result.append(_entry(author, api_version, time, mine))
    return sorted(result, key=lambda entry: (entry["operation"], entry["time"], entry["manager"]))


def _tracked(obj: Object) -> Object:
    metadata = {key: value for key, value in obj.get("metadata", {}).items() if key not in _UNTRACKED}
    rest = {key: value for key, value in obj.items() if key not in ("metadata", "apiVersion", "kind")}
    return rest | ({"metadata": metadata} if metadata else {})


def _is(entry: Object, author: Author) -> bool:
    return (entry["manager"], entry["operation"], entry.get("subresource", "")) == (
        author.manager,
        author.operation,
        author.subresource,
    )


def _entry(author: Author, api_version: str, time: str, fields: Fields) -> Object:
    entry: Object = {
        "manager": author.manager,
        "operation": author.operation,
        "apiVersion": api_version,
        "time": time,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }
    return entry | ({"subresource": author.subresource} if author.subresource else {})
