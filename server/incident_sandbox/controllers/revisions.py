"""ControllerRevisions: how StatefulSets and DaemonSets remember the templates they had.

A revision's data is a strategic merge patch that brings its template back. A template seen before gets the newest
number.
"""

from __future__ import annotations

from incident_sandbox.controllers.context import MANAGER, Context
from incident_sandbox.controllers.hashing import template_hash
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import (
    Object,
    annotations_of,
    clone,
    controller_reference,
    labels_of,
    name_of,
    namespace_of,
)

HASH = "controller-revision-hash"
"""On pods: the name of the revision (StatefulSet) or its hash (DaemonSet)."""


def hash_label(owner: Object) -> str:
    """The label of a revision itself: the two controllers do not agree on it."""
    return HASH if owner["kind"] == "DaemonSet" else "controller.kubernetes.io/hash"


def data_of(owner: Object) -> Object:
    return {"spec": {"template": {**clone(owner["spec"]["template"]), "$patch": "replace"}}}


def sync_revisions(context: Context, owner: Object) -> tuple[Object, list[Object]]:
    """The revision of the owner's present template, made or renumbered as needed, and all of them, oldest first."""
    known = sorted(context.store.controlled(r.REVISIONS, owner), key=lambda item: item["revision"])
    data = data_of(owner)
    newest = known[-1]["revision"] if known else 0
    same = next((item for item in known if item["data"] == data), None)
    if same is None:
        same = context.writer.create(r.REVISIONS, _new(owner, data, newest + 1), MANAGER)
    elif same["revision"] < newest:
        same = context.update(r.REVISIONS, same, {**same, "revision": newest + 1})
    others = [item for item in known if name_of(item) != name_of(same)]
    return same, [*others, same]


def _new(owner: Object, data: Object, number: int) -> Object:
    digest = template_hash(data)
    metadata: Object = {
        "name": f"{name_of(owner)}-{digest}",
        "namespace": namespace_of(owner),
        "labels": {**labels_of(owner["spec"]["template"]), hash_label(owner): digest},
        "ownerReferences": [controller_reference(owner)],
    }
    if annotations_of(owner):
        metadata["annotations"] = dict(annotations_of(owner))
    return {"metadata": metadata, "data": data, "revision": number}


def forget_revisions(context: Context, owner: Object, revisions: list[Object], live: set[str]) -> None:
    """Drop the oldest beyond the limit, never one that is still in use."""
    spare = [item for item in revisions if name_of(item) not in live]
    for item in spare[: max(len(spare) - owner["spec"]["revisionHistoryLimit"], 0)]:
        context.writer.delete(r.REVISIONS, item)
