"""Evictions, as `kubectl drain` asks for them: a deletion that a disruption budget may hold back (policy/v1).

Which pods a drain leaves alone, and why, is kubectl's choice too (kubectl drain/filters.go, Kubernetes 1.37).
"""

from dataclasses import dataclass, field

from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.kinds import path_of
from incident_mcp.cluster.object_meta import ref_of, uid_of
from incident_mcp.cluster.owners import controller
from incident_mcp.vocabulary.plan import Write
from incident_mcp.vocabulary.refs import Ref

MIRROR = "kubernetes.io/config.mirror"


def eviction(pod: Json, *, patient: bool) -> Write:
    """The eviction of exactly this pod: one of its name that came later has another uid."""
    ref = ref_of(pod, "Pod")
    return Write(
        method="POST",
        path=f"{path_of(ref)}/eviction",
        content_type="application/json",
        body={
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": ref.name, "namespace": ref.namespace},
            "deleteOptions": {"preconditions": {"uid": uid_of(pod)}},
        },
        target=ref,
        shown=f"evict {ref}",
        may_be_gone=patient,
        patient=patient,
    )


def is_mirror(pod: Json) -> bool:
    """A static pod, shown by its kubelet: it can't be evicted."""
    return MIRROR in part(pod, "metadata", "annotations")


def has_local_data(pod: Json) -> bool:
    return any("emptyDir" in volume for volume in items(pod, "spec", "volumes"))


def is_over(pod: Json) -> bool:
    return text(pod, "status", "phase") in ("Succeeded", "Failed")


@dataclass(frozen=True)
class Sorted:
    """The pods of a node by what a drain does with them."""

    go: list[Json] = field(default_factory=list[Json])
    daemons: list[Ref] = field(default_factory=list[Ref])
    alone: list[Ref] = field(default_factory=list[Ref])
    """Without a controller: nothing would bring them back."""
    local: list[Ref] = field(default_factory=list[Ref])
    """With data in an emptyDir that would be lost."""


def sort_pods(pods: list[Json], *, local_data: bool) -> Sorted:
    """Mirror pods and those that go already are in none of the lists."""
    found = Sorted()
    for pod in pods:
        if is_mirror(pod) or text(pod, "metadata", "deletionTimestamp"):
            continue
        owner, ref = controller(pod), ref_of(pod, "Pod")
        if is_over(pod):
            found.go.append(pod)
        elif owner is not None and owner.get("kind") == "DaemonSet":
            found.daemons.append(ref)
        elif owner is None:
            found.alone.append(ref)
        elif has_local_data(pod) and not local_data:
            found.local.append(ref)
        else:
            found.go.append(pod)
    return found
