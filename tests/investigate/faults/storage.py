"""Volume claims. The neighbour's own claim waits for its first pod, as it may."""

from typing import Any

from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.storage_seen import ClaimSeen
from incident_mcp.vocabulary.untrusted import Untrusted
from tests.investigate.faults.fault import Fault, api
from tests.investigate.observations import at, container, event, observation, pod, ref

CLAIM = ref("PersistentVolumeClaim", "data")


def claim(**fields: Any) -> ClaimSeen:
    usual: dict[str, Any] = {"phase": "Pending", "storage_class": "standard", "created": at("02:00:00")}
    return ClaimSeen(ref=CLAIM, uid="uid-data", **{**usual, **fields})


def waiting_for(message: str, *things: Any) -> Observation:
    waits = pod(
        "api", "api-1", container(), phase="Pending", node=None, scheduling=Untrusted(message), claims=("data",)
    )
    return observation(api(), waits, *things)


UNBOUND = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
FAULTS = [
    Fault(
        waiting_for(UNBOUND, claim(), event(claim(), "ProvisioningFailed", "quota of disks exceeded")),
        "claim-pending",
        CLAIM,
        "it is not bound: no volume was made or found for it",
    ),
    Fault(
        waiting_for(UNBOUND, claim(storage_class="fast")),
        "storage-class-missing",
        CLAIM,
        "its storage class fast does not exist; there are standard",
    ),
    Fault(
        observation(claim(phase="Lost", volume="pv-7")),
        "claim-lost",
        CLAIM,
        "its volume pv-7 is gone",
    ),
    Fault(
        waiting_for('0/3 nodes are available: persistentvolumeclaim "data" not found. preemption: 0/3'),
        "claim-missing",
        CLAIM,
        "it does not exist, and Deployment shop/api names it",
    ),
]
