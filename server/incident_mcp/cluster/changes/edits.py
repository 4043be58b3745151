"""Objects that were made or edited: which field manager wrote to them, and when. Never what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from incident_mcp.cluster.changes.flag_files import holds_flags
from incident_mcp.cluster.changes.metadata import Known, Written
from incident_mcp.cluster.changes.window import Window
from incident_mcp.cluster.look import together
from incident_mcp.vocabulary.change import CREATED, ChangeKind, ChangeSeen


@dataclass(frozen=True, slots=True)
class Watched:
    """A kind whose edits matter, and what such an edit is."""

    kind: str
    what: str
    change: ChangeKind
    wide: bool = False
    """It has no namespace."""


WATCHED: tuple[Watched, ...] = (
    Watched("ConfigMap", "ConfigMaps", "configuration"),
    Watched("Service", "Services", "traffic"),
    Watched("Ingress", "Ingresses", "traffic"),
    Watched("NetworkPolicy", "NetworkPolicies", "policy"),
    Watched("HorizontalPodAutoscaler", "HPAs", "scaling"),
    Watched("PodDisruptionBudget", "PDBs", "policy"),
    Watched("ResourceQuota", "quotas", "policy"),
    Watched("LimitRange", "limit ranges", "policy"),
    Watched("Role", "Roles", "policy"),
    Watched("RoleBinding", "RoleBindings", "policy"),
    Watched("ClusterRole", "ClusterRoles", "policy", wide=True),
    Watched("ClusterRoleBinding", "ClusterRoleBindings", "policy", wide=True),
    Watched("ValidatingWebhookConfiguration", "webhooks", "policy", wide=True),
    Watched("MutatingWebhookConfiguration", "webhooks", "policy", wide=True),
)
_OWN_HOUSEKEEPING = ("kube-apiserver", "clusterrole-aggregation-controller")
"""Managers that write at every start of the control plane."""
_EVERYWHERE = ("kube-root-ca.crt", "cluster-autoscaler-status")
"""ConfigMaps that controllers make or write all the time."""


async def read_edits(window: Window) -> None:
    """Edits of all watched kinds; cluster-wide ones only where the whole cluster is looked at."""

    async def read(watched: Watched) -> None:
        things = await window.known(watched.what, watched.kind, wide=watched.wide)
        window.add(edit for thing in things if (edit := _edit(thing, watched, window.since)))

    kinds = [watched for watched in WATCHED if window.cluster_wide or not watched.wide]
    await together([partial(read, watched) for watched in kinds])


def _edit(thing: Known, watched: Watched, since: datetime) -> ChangeSeen | None:
    if watched.kind != "ConfigMap" or not holds_flags(thing):
        return edit_of(thing, watched.change, since)
    change = edit_of(thing, "flag", since)
    if change is None or change.text == CREATED:
        return change
    return change.model_copy(update={"text": f"feature flags {change.text}"})


def edit_of(thing: Known, change: ChangeKind, since: datetime) -> ChangeSeen | None:
    """The last write in this window to anything but labels and annotations; None when there is none."""
    if thing.ref.name in _EVERYWHERE:
        return None
    writes = [(at, entry) for at, entry in thing.writes(since) if _tells(entry)]
    made = thing.created is not None and thing.created >= since
    if not writes and not made:
        return None
    at, manager = max(((at, entry.manager) for at, entry in writes), default=(thing.created, ""))
    if at is None or manager in _OWN_HOUSEKEEPING:
        return None
    fresh = made and thing.created == at
    text = CREATED if fresh else f"edited{_what(writes)}"
    return ChangeSeen(target=thing.ref, at=at, kind=change, text=text, manager=manager or None)


def _tells(entry: Written) -> bool:
    return any(part != "f:metadata" for part in entry.parts())


def _what(writes: list[tuple[datetime, Written]]) -> str:
    """` (data)`: the parts that the last writer owns. Their content is not read."""
    _, last = max(writes, key=lambda write: write[0])
    names = sorted(_names(last))
    return f" ({', '.join(names)})" if names else ""


def _names(entry: Written) -> Iterator[str]:
    yield from (part.removeprefix("f:") for part in entry.parts() if part.startswith("f:") and part != "f:metadata")
