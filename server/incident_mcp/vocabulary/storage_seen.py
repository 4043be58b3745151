"""What one look saw of volumes: claims that are not bound, and the storage classes there are."""

from datetime import datetime

from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value


class ClaimSeen(Value):
    """A PersistentVolumeClaim that is not bound, or on its way out."""

    ref: Ref
    uid: str = ""
    phase: str
    storage_class: str | None = None
    """None: the default one. Empty: none at all, only a volume made by hand fits."""
    volume: str = ""
    created: datetime
    deleted: datetime | None = None
    finalizers: tuple[str, ...] = ()


class StorageClassSeen(Value):
    """A StorageClass, read when a claim waits."""

    name: str
    provisioner: str = ""
    default: bool = False
    waits_for_pod: bool = False
    """WaitForFirstConsumer: a claim that no pod uses stays pending, and that is well."""
