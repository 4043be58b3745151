"""How requests are counted in different shops: the metrics of the common frameworks, meshes and ingress controllers.

A family is a counter of requests, the label that tells a failed one, a histogram of how long they took, and how its
series are tied to a workload. Sources: the projects' own metric references (Micrometer, OpenTelemetry semantic
conventions, Istio standard metrics, ingress-nginx, Traefik, go-grpc-prometheus).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from incident_mcp.metrics.promql import Matcher
from incident_mcp.services.pods import pod_pattern
from incident_mcp.services.quoting import any_of
from incident_mcp.vocabulary.metrics_seen import Subject

Binding = tuple[Matcher, ...]

STATUS = ("status", "code", "status_code", "http_status", "http_response_status_code", "response_code")
FAILED = "5.."
NAMESPACES = ("namespace", "kubernetes_namespace", "k8s_namespace_name")
PODS = ("pod", "kubernetes_pod_name", "k8s_pod_name", "pod_name")
NAMED = ("deployment", "k8s_deployment_name", "workload", "service", "app", "job")
"""Labels that hold the name of a workload or of its Service, the most certain first."""


@dataclass(frozen=True, slots=True)
class Family:
    """One way to count requests. `edge`: counted before the workload, so also while none of its pods answers."""

    total: str
    buckets: str
    bind: Callable[[set[str], Subject], Iterable[Binding]]
    group: Callable[[set[str]], tuple[str | None, str | None]]
    """For a look at everything: the label of the namespace, and the one that tells what is asked."""
    status: tuple[str, ...] = STATUS
    failed: str = FAILED
    unit: float = 1
    """Seconds in one unit of the histogram."""
    edge: bool = False
    reporter: str = ""
    """Both sides of a connection count it, told apart by this label: the higher figure holds."""


def by_pod(labels: set[str], subject: Subject) -> Iterator[Binding]:
    """Scraped from the pods: by the pods' names, else by whatever holds the workload's or its Service's name."""
    workload = subject.workload
    place = next((label for label in NAMESPACES if label in labels), None)
    within = (Matcher(place, workload.namespace or ""),) if place else ()
    for label in PODS:
        if label in labels and place:
            yield (*within, Matcher(label, pod_pattern(workload), "=~"))
    names = any_of(dict.fromkeys((workload.name, *subject.services)))
    for label in NAMED:
        if label in labels:
            yield (*within, Matcher(label, names, "=~"))


def by_mesh(labels: set[str], subject: Subject) -> Iterator[Binding]:
    yield (
        Matcher("destination_workload_namespace", subject.workload.namespace or ""),
        Matcher("destination_workload", subject.workload.name),
    )


def by_ingress(labels: set[str], subject: Subject) -> Iterator[Binding]:
    """The controller is what is scraped; a label of its own may have moved aside."""
    place = Matcher(moved("namespace", labels), subject.workload.namespace or "")
    if subject.services:
        yield place, Matcher(moved("service", labels), any_of(subject.services), "=~")
    if subject.ingresses:
        yield place, Matcher(moved("ingress", labels), any_of(subject.ingresses), "=~")


def by_traefik(labels: set[str], subject: Subject) -> Iterator[Binding]:
    """It names a Service `namespace-service-port@kubernetes`, `@kubernetescrd` from its own resources."""
    if subject.services:
        names = "|".join(f"{any_of([f'{subject.workload.namespace}-{name}'])}-[0-9a-z]+" for name in subject.services)
        yield (Matcher(moved("service", labels), f"({names})@kubernetes(crd|gateway)?", "=~"),)


def moved(label: str, labels: set[str]) -> str:
    """A scraped label's own value, where Prometheus put it aside for one of the target's."""
    return f"exported_{label}" if f"exported_{label}" in labels else label


def own_names(labels: set[str]) -> tuple[str | None, str | None]:
    places = (label for label in NAMESPACES if label in labels)
    return next(places, None), next((label for label in NAMED if label in labels), None)


def mesh_names(_: set[str]) -> tuple[str | None, str | None]:
    return "destination_workload_namespace", "destination_workload"


def ingress_names(labels: set[str]) -> tuple[str | None, str | None]:
    return moved("namespace", labels), moved("service", labels)


def no_names(_: set[str]) -> tuple[str | None, str | None]:
    """Namespace and Service stand in one word that can't be taken apart with certainty."""
    return None, None


FAMILIES = (
    Family(
        "istio_requests_total",
        "istio_request_duration_milliseconds_bucket",
        by_mesh,
        mesh_names,
        status=("response_code",),
        unit=0.001,
        reporter="reporter",
    ),
    Family("http_server_requests_seconds_count", "http_server_requests_seconds_bucket", by_pod, own_names),
    Family(
        "http_server_request_duration_seconds_count", "http_server_request_duration_seconds_bucket", by_pod, own_names
    ),
    Family("http_requests_total", "http_request_duration_seconds_bucket", by_pod, own_names),
    Family("http_request_duration_seconds_count", "http_request_duration_seconds_bucket", by_pod, own_names),
    Family(
        "grpc_server_handled_total",
        "grpc_server_handling_seconds_bucket",
        by_pod,
        own_names,
        status=("grpc_code",),
        failed="Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss",
    ),
    Family(
        "nginx_ingress_controller_requests",
        "nginx_ingress_controller_request_duration_seconds_bucket",
        by_ingress,
        ingress_names,
        status=("status",),
        edge=True,
    ),
    Family(
        "traefik_service_requests_total",
        "traefik_service_request_duration_seconds_bucket",
        by_traefik,
        no_names,
        status=("code",),
        edge=True,
    ),
)

THROTTLED = "container_cpu_cfs_throttled_periods_total"
PERIODS = "container_cpu_cfs_periods_total"
MEMORY = "container_memory_working_set_bytes"
LIMITS = "kube_pod_container_resource_limits"
SATURATION = (THROTTLED, MEMORY, LIMITS)
