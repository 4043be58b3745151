"""The kinds of objects this cluster serves, with the names and verbs that discovery tells about them."""

from __future__ import annotations

from dataclasses import dataclass

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """One served resource; compared by identity, so it is a cheap key."""

    group: str
    version: str
    kind: str
    plural: str
    short: tuple[str, ...] = ()
    namespaced: bool = True
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    counts_generations: bool = False
    """Whether `metadata.generation` counts the changes of the specification."""
    verbs: tuple[str, ...] = ALL_VERBS

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """`deployments.apps`: how messages name it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def singular(self) -> str:
        return self.kind.lower()


def _core(
    kind: str,
    plural: str,
    *short: str,
    namespaced: bool = True,
    categories: tuple[str, ...] = (),
    subresources: tuple[str, ...] = (),
    counts_generations: bool = False,
) -> Resource:
    return Resource("", "v1", kind, plural, short, namespaced, categories, subresources, counts_generations)


NAMESPACES = Resource(
    "",
    "v1",
    "Namespace",
    "namespaces",
    ("ns",),
    False,
    (),
    ("status",),
    verbs=tuple(v for v in ALL_VERBS if "coll" not in v),
)
NODES = _core("Node", "nodes", "no", namespaced=False, subresources=("status",))
PODS = _core(
    "Pod",
    "pods",
    "po",
    categories=("all",),
    subresources=("eviction", "log", "status"),
    counts_generations=True,
)
SERVICES = _core("Service", "services", "svc", categories=("all",), subresources=("status",))
CONFIG_MAPS = _core("ConfigMap", "configmaps", "cm")
SECRETS = _core("Secret", "secrets")
SERVICE_ACCOUNTS = _core("ServiceAccount", "serviceaccounts", "sa")
EVENTS = _core("Event", "events", "ev")
ENDPOINTS = _core("Endpoints", "endpoints", "ep")
CLAIMS = _core("PersistentVolumeClaim", "persistentvolumeclaims", "pvc", subresources=("status",))
VOLUMES = _core("PersistentVolume", "persistentvolumes", "pv", namespaced=False, subresources=("status",))
QUOTAS = _core("ResourceQuota", "resourcequotas", "quota", subresources=("status",))
LIMIT_RANGES = _core("LimitRange", "limitranges", "limits")


def _apps(kind: str, plural: str, *short: str, scale: bool = True) -> Resource:
    subresources = ("scale", "status") if scale else ("status",)
    return Resource("apps", "v1", kind, plural, short, True, ("all",), subresources, True)


DEPLOYMENTS = _apps("Deployment", "deployments", "deploy")
REPLICA_SETS = _apps("ReplicaSet", "replicasets", "rs")
STATEFUL_SETS = _apps("StatefulSet", "statefulsets", "sts")
DAEMON_SETS = _apps("DaemonSet", "daemonsets", "ds", scale=False)
REVISIONS = Resource("apps", "v1", "ControllerRevision", "controllerrevisions")
JOBS = Resource("batch", "v1", "Job", "jobs", (), True, ("all",), ("status",), True)
CRON_JOBS = Resource("batch", "v1", "CronJob", "cronjobs", ("cj",), True, ("all",), ("status",), True)
AUTOSCALERS = Resource(
    "autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", ("hpa",), True, ("all",), ("status",)
)
BUDGETS = Resource("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", ("pdb",), True, (), ("status",), True)
INGRESSES = Resource("networking.k8s.io", "v1", "Ingress", "ingresses", ("ing",), True, (), ("status",), True)
INGRESS_CLASSES = Resource("networking.k8s.io", "v1", "IngressClass", "ingressclasses", (), False, (), (), True)
NETWORK_POLICIES = Resource(
    "networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", ("netpol",), True, (), (), True
)
ENDPOINT_SLICES = Resource("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", (), True, (), (), True)
EVENTS_V1 = Resource("events.k8s.io", "v1", "Event", "events", ("ev",), verbs=("get", "list", "watch"))
LEASES = Resource("coordination.k8s.io", "v1", "Lease", "leases")
STORAGE_CLASSES = Resource("storage.k8s.io", "v1", "StorageClass", "storageclasses", ("sc",), False)
PRIORITY_CLASSES = Resource("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", ("pc",), False)
ROLES = Resource("rbac.authorization.k8s.io", "v1", "Role", "roles")
ROLE_BINDINGS = Resource("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings")
CLUSTER_ROLES = Resource("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", (), False)
CLUSTER_ROLE_BINDINGS = Resource(
    "rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", (), False
)
DEFINITIONS = Resource(
    "apiextensions.k8s.io",
    "v1",
    "CustomResourceDefinition",
    "customresourcedefinitions",
    ("crd", "crds"),
    False,
    ("api-extensions",),
    ("status",),
    True,
)
API_SERVICES = Resource(
    "apiregistration.k8s.io", "v1", "APIService", "apiservices", (), False, ("api-extensions",), ("status",)
)
MUTATING_WEBHOOKS = Resource(
    "admissionregistration.k8s.io",
    "v1",
    "MutatingWebhookConfiguration",
    "mutatingwebhookconfigurations",
    (),
    False,
    ("api-extensions",),
    (),
    True,
)
VALIDATING_WEBHOOKS = Resource(
    "admissionregistration.k8s.io",
    "v1",
    "ValidatingWebhookConfiguration",
    "validatingwebhookconfigurations",
    (),
    False,
    ("api-extensions",),
    (),
    True,
)
ACCESS_REVIEWS = Resource(
    "authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", (), False, verbs=("create",)
)
RULES_REVIEWS = Resource(
    "authorization.k8s.io", "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", (), False, verbs=("create",)
)
SUBJECT_REVIEWS = Resource(
    "authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", (), False, verbs=("create",)
)
SELF_REVIEWS = Resource(
    "authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", (), False, verbs=("create",)
)
POD_METRICS = Resource("metrics.k8s.io", "v1beta1", "PodMetrics", "pods", verbs=("get", "list"))
NODE_METRICS = Resource("metrics.k8s.io", "v1beta1", "NodeMetrics", "nodes", (), False, verbs=("get", "list"))

METRICS = (NODE_METRICS, POD_METRICS)
RESOURCES: tuple[Resource, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Resource) and value not in METRICS
)
REVIEWS = (ACCESS_REVIEWS, RULES_REVIEWS, SUBJECT_REVIEWS, SELF_REVIEWS)
STORED = tuple(item for item in RESOURCES if item not in REVIEWS and item is not EVENTS_V1)

_BY_KIND = {(item.api_version, item.kind): item for item in RESOURCES}


def of_kind(api_version: str, kind: str) -> Resource:
    """The resource of an object's `apiVersion` and `kind`. Raises KeyError for what this cluster does not serve."""
    return _BY_KIND[api_version, kind]
