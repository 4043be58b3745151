"""The kinds this server reads and changes: where the API keeps them, and the many ways people write their names."""

import difflib
import re
from dataclasses import dataclass

from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.refs import Ref, WorkloadKind


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: the root of its group and version, its plural, and what kubectl also calls it."""

    name: str
    root: str
    plural: str
    short: tuple[str, ...] = ()
    namespaced: bool = True


_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_ADMISSION = "/apis/admissionregistration.k8s.io/v1"

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("Deployment", "/apis/apps/v1", "deployments", ("deploy",)),
        Kind("StatefulSet", "/apis/apps/v1", "statefulsets", ("sts",)),
        Kind("DaemonSet", "/apis/apps/v1", "daemonsets", ("ds",)),
        Kind("ReplicaSet", "/apis/apps/v1", "replicasets", ("rs",)),
        Kind("ControllerRevision", "/apis/apps/v1", "controllerrevisions"),
        Kind("Job", "/apis/batch/v1", "jobs"),
        Kind("CronJob", "/apis/batch/v1", "cronjobs", ("cj",)),
        Kind("HorizontalPodAutoscaler", "/apis/autoscaling/v2", "horizontalpodautoscalers", ("hpa",)),
        Kind("PodDisruptionBudget", "/apis/policy/v1", "poddisruptionbudgets", ("pdb",)),
        Kind("Pod", "/api/v1", "pods", ("po",)),
        Kind("Service", "/api/v1", "services", ("svc",)),
        Kind("ConfigMap", "/api/v1", "configmaps", ("cm",)),
        Kind("Secret", "/api/v1", "secrets"),
        Kind("ServiceAccount", "/api/v1", "serviceaccounts", ("sa",)),
        Kind("PersistentVolumeClaim", "/api/v1", "persistentvolumeclaims", ("pvc",)),
        Kind("ResourceQuota", "/api/v1", "resourcequotas", ("quota",)),
        Kind("Event", "/api/v1", "events", ("ev",)),
        Kind("Node", "/api/v1", "nodes", ("no",), namespaced=False),
        Kind("Namespace", "/api/v1", "namespaces", ("ns",), namespaced=False),
        Kind("EndpointSlice", "/apis/discovery.k8s.io/v1", "endpointslices"),
        Kind("Ingress", "/apis/networking.k8s.io/v1", "ingresses", ("ing",)),
        Kind("NetworkPolicy", "/apis/networking.k8s.io/v1", "networkpolicies", ("netpol",)),
        Kind("LimitRange", "/api/v1", "limitranges", ("limits",)),
        Kind("Role", _RBAC, "roles"),
        Kind("RoleBinding", _RBAC, "rolebindings"),
        Kind("ClusterRole", _RBAC, "clusterroles", namespaced=False),
        Kind("ClusterRoleBinding", _RBAC, "clusterrolebindings", namespaced=False),
        Kind(
            "ValidatingWebhookConfiguration",
            _ADMISSION,
            "validatingwebhookconfigurations",
            namespaced=False,
        ),
        Kind("MutatingWebhookConfiguration", _ADMISSION, "mutatingwebhookconfigurations", namespaced=False),
        Kind("IngressClass", "/apis/networking.k8s.io/v1", "ingressclasses", namespaced=False),
        Kind("StorageClass", "/apis/storage.k8s.io/v1", "storageclasses", ("sc",), namespaced=False),
        Kind("APIService", "/apis/apiregistration.k8s.io/v1", "apiservices", namespaced=False),
    )
}
WORKLOAD_KINDS: tuple[WorkloadKind, ...] = ("Deployment", "StatefulSet", "DaemonSet")

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?")


def collection(kind: str, namespace: str | None) -> str:
    """The path of a kind's list: of one namespace, or of the whole cluster when there is none."""
    known = KINDS[kind]
    if known.namespaced and namespace is not None:
        return f"{known.root}/namespaces/{checked_name(namespace)}/{known.plural}"
    return f"{known.root}/{known.plural}"


def path_of(ref: Ref) -> str:
    """The path of one object. Raises `BadRequest` when its name can't be one of Kubernetes' names."""
    return f"{collection(ref.kind, ref.namespace)}/{checked_name(ref.name)}"


def checked_name(name: str) -> str:
    """The name itself, if it is one: whatever a caller invents must not become another path."""
    if _NAME.fullmatch(name) is None:
        raise BadRequest(f"{name[:60]!r} is not a name that Kubernetes accepts.", "Check the object's name.")
    return name


def is_name(text: str) -> bool:
    """Whether it can be an object's name: nobody checks whom an event is about."""
    return _NAME.fullmatch(text) is not None


def workload_kind(text: str) -> WorkloadKind:
    """`deploy`, `Deployments`, `sts` ... as the kind's own name. Raises `BadRequest` with the known kinds."""
    wanted = text.strip().lower().split(".", 1)[0]
    names: dict[str, WorkloadKind] = {spelling: kind for kind in WORKLOAD_KINDS for spelling in _spellings(KINDS[kind])}
    if wanted in names:
        return names[wanted]
    near = difflib.get_close_matches(wanted, names, n=1)
    meant = f"Did you mean {names[near[0]]}? " if near else ""
    raise BadRequest(
        f"{text.strip()[:40]!r} is not a kind of workload that has revisions.",
        f"{meant}Known kinds: {', '.join(WORKLOAD_KINDS)}.",
    )


def kind_of(text: str) -> str | None:
    """Any known kind, however it is spelled; None when it is not known."""
    wanted = text.strip().lower().split(".", 1)[0]
    return next((name for name, kind in KINDS.items() if wanted in _spellings(kind)), None)


ROLLOUTS = ("rollout", "rollouts", "ro")
"""How people write the kind of Argo Rollouts, its group cut off."""


def workload_ref(kind: str, namespace: str, name: str) -> Ref:
    """The workload of that name. Raises `BadRequest` for other kinds, and for an Argo Rollouts `Rollout` with words of
    its own: its controller owns replicas, pauses and steps, none of them where a Deployment has it.
    """
    if kind.strip().lower().split(".", 1)[0] in ROLLOUTS:
        raise BadRequest(
            f"{namespace}/{name} as a Rollout of Argo Rollouts is not handled: it is not treated as a Deployment.",
            f"A person can: kubectl argo rollouts get rollout {name} -n {namespace}; then abort, undo, pause, promote "
            "or restart in place of get rollout. read_object shows its pods.",
        )
    return Ref(kind=workload_kind(kind), namespace=namespace, name=name)


def as_workload_kind(ref: Ref) -> WorkloadKind | None:
    return next((kind for kind in WORKLOAD_KINDS if kind == ref.kind), None)


def _spellings(kind: Kind) -> tuple[str, ...]:
    return (kind.name.lower(), kind.plural, *kind.short)
