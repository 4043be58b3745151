"""Volume claims that are not bound, or on their way out, and the storage classes they may wait for."""

from collections.abc import Iterator
from typing import Any

from incident_mcp.cluster.json_parts import part, text
from incident_mcp.cluster.moments import created, moment
from incident_mcp.cluster.object_meta import finalizers_of, ref_of, uid_of
from incident_mcp.cluster.tables import Table
from incident_mcp.vocabulary.storage_seen import ClaimSeen, StorageClassSeen

_DEFAULTS = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


def unbound(table: Table) -> Iterator[str]:
    name, status = table.column("Name"), table.column("Status")
    yield from (str(row.cells[name]) for row in table.rows if status >= 0 and row.cells[status] != "Bound")


def claim_seen(claim: dict[str, Any]) -> ClaimSeen:
    spec = part(claim, "spec")
    return ClaimSeen(
        ref=ref_of(claim, "PersistentVolumeClaim"),
        uid=uid_of(claim),
        phase=text(claim, "status", "phase") or "Pending",
        storage_class=spec.get("storageClassName"),
        volume=text(spec, "volumeName"),
        created=created(claim),
        deleted=moment(claim["metadata"].get("deletionTimestamp")),
        finalizers=finalizers_of(claim),
    )


def storage_class_seen(thing: dict[str, Any]) -> StorageClassSeen:
    notes = part(thing, "metadata", "annotations")
    return StorageClassSeen(
        name=thing["metadata"]["name"],
        provisioner=text(thing, "provisioner"),
        default=any(notes.get(key) == "true" for key in _DEFAULTS),
        waits_for_pod=text(thing, "volumeBindingMode") == "WaitForFirstConsumer",
    )
