"""The one way into the store, for requests, controllers and scenarios alike: create, update, delete.

Each write is completed (defaults, uid, times, generation), checked, attributed to its author and then stored, or only
computed when it is a dry run.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import datetime

from incident_sandbox.model import resources as r
from incident_sandbox.model.errors import already_exists, conflict, not_found
from incident_sandbox.model.objects import Object, annotations_of, clone, dig, name_of, namespace_of, uid_of
from incident_sandbox.model.resources import Resource
from incident_sandbox.model.timestamps import rfc3339
from incident_sandbox.store.store import Store
from incident_sandbox.writes.defaults import set_defaults
from incident_sandbox.writes.managed_fields import Author, record_author
from incident_sandbox.writes.validation import validate

ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""Kubernetes' own for random suffixes: no vowels, so no words."""


class Writer:
    """Writes objects at the cluster's time; random names and uids come from one seed, so a scenario repeats itself."""

    def __init__(self, store: Store, now: Callable[[], datetime], seed: str) -> None:
        self.store = store
        self.now = now
        self._random = random.Random(seed)  # noqa: S311  names, not secrets

    def random_suffix(self, length: int = 5) -> str:
        return "".join(self._random.choices(ALPHABET, k=length))

    def random_uid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def create(self, resource: Resource, obj: Object, author: Author, *, dry_run: bool = False) -> Object:
        """The stored object. Raises ApiError 409 where the name is taken, 404 without its namespace, 422 if invalid."""
        obj = clone(obj)
        obj["apiVersion"], obj["kind"] = resource.api_version, resource.kind
        metadata = obj.setdefault("metadata", {})
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = metadata["generateName"] + self.random_suffix()
        if resource.subresources and "status" in resource.subresources and resource is not r.NODES:
            obj.pop("status", None)  # a creation cannot set it; the scenario's nodes are their own kubelets
        set_defaults(resource, obj)
        self._check_place(resource, obj)
        time = rfc3339(self.now())
        metadata |= {"uid": self.random_uid(), "creationTimestamp": time}
        metadata.pop("resourceVersion", None)
        if resource.counts_generations:
            metadata["generation"] = 1
        validate(resource, None, obj)
        metadata["managedFields"] = record_author(None, obj, author, resource.api_version, time)
        return obj if dry_run else self.store.put(resource, obj)

    def _check_place(self, resource: Resource, obj: Object) -> None:
        namespace, name = namespace_of(obj), name_of(obj)
        if resource.namespaced and self.store.get(r.NAMESPACES, "", namespace) is None:
            raise not_found(r.NAMESPACES, namespace)
        if self.store.get(resource, namespace, name) is not None:
            raise already_exists(resource, name)

    def update(self, resource: Resource, old: Object, new: Object, author: Author, *, dry_run: bool = False) -> Object:
        """Store `new` in the place of `old`, which must be the version read; returns what is stored.

        A different resourceVersion in `new` is a conflict (409), an absent one overwrites. Where nothing changed,
        nothing is written. A write of the main resource leaves the status alone, and one of `status` everything else.
        """
        self._check_version(resource, old, new)
        if author.subresource == "status":
            return self._update_status(resource, old, new, author, dry_run=dry_run)
        new = clone(new)
        new["apiVersion"], new["kind"] = resource.api_version, resource.kind
        _keep_system_fields(old["metadata"], new.setdefault("metadata", {}))
        if "status" in resource.subresources:
            new.pop("status", None)
            if "status" in old:
                new["status"] = old["status"]
        set_defaults(resource, new)
        validate(resource, old, new)
        if old == new:
            return old
        if resource.counts_generations and _moves_generation(resource, old, new):
            new["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1
        return self._finish(resource, old, new, author, dry_run=dry_run)

    def _update_status(self, resource: Resource, old: Object, new: Object, author: Author, *, dry_run: bool) -> Object:
        """The status, and the annotations: the Deployment controller sets the revision along with it."""
        metadata: Object = {**old["metadata"]}
        annotations = annotations_of(new)
        if annotations != annotations_of(old):
            metadata["annotations"] = annotations
        elif new.get("status") == old.get("status"):
            return old
        changed = {**old, "metadata": metadata, "status": new.get("status") or {}}
        return self._finish(resource, old, changed, author, dry_run=dry_run)

    def _finish(self, resource: Resource, old: Object, new: Object, author: Author, *, dry_run: bool) -> Object:
        metadata = new["metadata"]
        metadata["managedFields"] = record_author(old, new, author, resource.api_version, rfc3339(self.now()))
        if dry_run:
            return new
        if metadata.get("deletionTimestamp") and not metadata.get("finalizers") and old["metadata"].get("finalizers"):
            return self.store.remove(resource, namespace_of(old), name_of(old))
        return self.store.put(resource, new)

    @staticmethod
    def _check_version(resource: Resource, old: Object, new: Object) -> None:
        sent = dig(new, "metadata", "resourceVersion")
        if sent and sent != old["metadata"]["resourceVersion"]:
            raise conflict(resource, name_of(old))

    def delete(self, resource: Resource, obj: Object, *, grace: int = 0, dry_run: bool = False) -> Object:
        """Remove the object, or mark it when it has finalizers or (pods) a grace period in seconds; returns it."""
        marked = grace > 0 or bool(dig(obj, "metadata", "finalizers"))
        if dig(obj, "metadata", "deletionTimestamp") and marked:
            return obj
        if not marked:
            return obj if dry_run else self.store.remove(resource, namespace_of(obj), name_of(obj))
        deadline = self.now().timestamp() + grace
        stamp = rfc3339(datetime.fromtimestamp(deadline, tz=self.now().tzinfo))
        metadata: Object = {**obj["metadata"], "deletionTimestamp": stamp, "deletionGracePeriodSeconds": grace}
        if resource.counts_generations:
            metadata["generation"] = metadata.get("generation", 0) + 1
        marked_obj = {**obj, "metadata": metadata}
        return marked_obj if dry_run else self.store.put(resource, marked_obj)

    def read(self, resource: Resource, namespace: str, name: str) -> Object:
        """Raises ApiError 404."""
        found = self.store.get(resource, namespace, name)
        if found is None:
            raise not_found(resource, name)
        return found

    def still_there(self, resource: Resource, obj: Object) -> Object | None:
        """The newest version of the very same object, if it still exists."""
        found = self.store.get(resource, namespace_of(obj), name_of(obj))
        return found if found is not None and uid_of(found) == uid_of(obj) else None


def _moves_generation(resource: Resource, old: Object, new: Object) -> bool:
    """A new specification; of a Deployment new annotations too, since its controller hands them on."""
    annotated = resource is r.DEPLOYMENTS and annotations_of(old) != annotations_of(new)
    return annotated or old.get("spec") != new.get("spec")


def _keep_system_fields(old: Object, new: Object) -> None:
    """What a client cannot set is taken from the old metadata; a wrong uid stays, for the validation to see."""
    for field in ("creationTimestamp", "deletionTimestamp", "generation", "managedFields", "resourceVersion", "uid"):
        if field == "uid" and new.get("uid") is not None:
            continue
        new.pop(field, None)
        if field in old:
            new[field] = old[field]
