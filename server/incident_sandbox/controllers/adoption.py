"""Adoption: what fits a controller's selector and belongs to nobody becomes its own, as after `--cascade=orphan`."""

from __future__ import annotations

from incident_sandbox.controllers.context import Context
from incident_sandbox.model.label_selector import matches, selector_of
from incident_sandbox.model.objects import (
    Object,
    controller_of,
    controller_reference,
    dig,
    is_deleting,
    labels_of,
    namespace_of,
    owners_of,
)
from incident_sandbox.model.resources import Resource


def adopt(context: Context, owner: Object, *resources: Resource) -> None:
    if is_deleting(owner):
        return
    selector = selector_of(dig(owner, "spec", "selector"))
    for resource in resources:
        for obj in context.store.each(resource, namespace_of(owner)):
            if controller_of(obj) is None and not is_deleting(obj) and matches(selector, labels_of(obj)):
                metadata = {**obj["metadata"], "ownerReferences": [*owners_of(obj), controller_reference(owner)]}
                context.update(resource, obj, {**obj, "metadata": metadata})
