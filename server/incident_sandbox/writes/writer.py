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
from incident_sandbox.model.objects import Object, clone, dig, name_of, namespace_of, same_json, uid_of
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
        self._random = random.Random(seed)

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

    def update(
        self, resource: Resource, old: Object, new: Object, author: Author, *, dry_run: bool = False
    ) -> Object:
        """Store `new` in the place of `old`, which must be the version read; returns what is stored.

        A different resourceVersion in `new` is a conflict (409), an absent one overwrites. Nothing changed means nothing
        written. A write of the main resource leaves the status alone, and one of `status` everything else.
        """
        new = clone(new)
        self._check_version(resource, old, new)
        metadata = new.setdefault("metadata", {})
        new["apiVersion"], new["kind"] = resource.api_version, resource.kind
        for field in ("creationTimestamp", "deletionTimestamp", "generation", "managedFields", "resourceVersion", "uid"):
            if field == "uid" and metadata.get("uid") is not None:
                continue  # a wrong one must be seen by the validation
            metadata.pop(field, None)
            if field in old["metadata"]:
                metadata[field] = old["metadata"][field]
        self._keep_other_half(resource, old, new, author)
        set_defaults(resource, new)
        validate(resource, old, new)
        if same_json(old, new):
            return old
        if resource.counts_generations and author.subresource != "status" and not same_json(
            old.get("spec"), new.get("spec")
        ):
            metadata["generation"] = old["metadata"].get("generation", 0) + 1
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

    @staticmethod
    def _keep_other_half(resource: Resource, old: Object, new: Object, author: Author) -> None:
        if "status" not in resource.subresources:
            return
        if author.subresource == "status":
            kept = {key: value for key, value in old.items() if key not in ("status", "metadata")}
            status = new.get("status")
            new.clear()
            new.update(clone(kept))
            new["metadata"] = clone(old["metadata"])
            if status is not None:
                new["status"] = status
        else:
            new.pop("status", None)
            if "status" in old:
                new["status"] = clone(old["status"])

    def delete(self, resource: Resource, obj: Object, *, grace: int = 0, dry_run: bool = False) -> Object:
        """Remove the object, or mark it when it has finalizers or (pods) a grace period in seconds; returns it."""
        marked = grace > 0 or bool(dig(obj, "metadata", "finalizers"))
        if dig(obj, "metadata", "deletionTimestamp") and marked:
            return obj
        if not marked:
            return obj if dry_run else self.store.remove(resource, namespace_of(obj), name_of(obj))
        deadline = self.now().timestamp() + grace
        stamp = rfc3339(datetime.fromtimestamp(deadline, tz=self.now().tzinfo))
        metadata = {**obj["metadata"], "deletionTimestamp": stamp, "deletionGracePeriodSeconds": grace}
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
