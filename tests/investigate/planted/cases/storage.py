"""Volumes that are not there, not free or not for this node."""

from tests.investigate.planted.fault import Fault
from tests.investigate.planted.kubelet import Script, Told, waiting
from tests.investigate.planted.objects import Json, claim, deployment, mounts, served, thing

API = "Deployment api"
CLAIM = "PersistentVolumeClaim data"


def _api() -> tuple[Json, ...]:
    return served(deployment("api", volumes=mounts("data")))


def volume() -> Json:
    """One that the claim `data` of this namespace is bound to."""
    spec = {
        "capacity": {"storage": "1Gi"},
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "made-{ns}",
        "csi": {"driver": "csi.example.com", "volumeHandle": "vol-{ns}"},
    }
    return thing("PersistentVolume", "{ns}-data", spec=spec)


def held_elsewhere() -> Script:
    told = 'Multi-Attach error for volume "{namespace}-data" Volume is already used by pod(s) api-6b7f9d5c4-x2x9p'
    return waiting(
        "ContainerCreating", "", Told("FailedAttachVolume", told, 1, container="", by="attachdetach-controller")
    )


FAULTS = (
    Fault(
        "a volume that another node holds",
        ("volume-attach", API),
        (
            volume(),
            claim("data", "made-{ns}"),
            *served(deployment("api", held_elsewhere().name, volumes=mounts("data"))),
        ),
        twins="mount",
    ),
    Fault(
        "a provisioner that nobody runs",
        ("claim-pending", CLAIM),
        (claim("data", "standard"), *_api()),
        twins="pending",
    ),
    Fault("no local volume left", ("claim-pending", CLAIM), (claim("data", "local"), *_api()), twins="pending"),
    Fault(
        "a claim of no class where none is the default",
        ("storage-class-missing", CLAIM),
        (claim("data", None), *_api()),
    ),
    Fault(
        "a claim whose volume is gone",
        ("claim-lost", CLAIM),
        (volume(), claim("data", "made-{ns}")),
        then=_api(),
        gone=(("PersistentVolume", "{ns}-data"),),
        sign=("PersistentVolumeClaim", "data", '"phase": "Lost"'),
    ),
)
