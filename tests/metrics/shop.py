"""A shop's history in a real Prometheus: each service counts its requests in another way, and something went wrong."""

from __future__ import annotations

from datetime import datetime

from tests.metrics.servers import Curve, History

POD = "547dd6c64c-8rtnl"
SURGE_SECONDS = 120.0
"""Before the onset."""


def failing(rate: float, share: float) -> tuple[Curve, Curve]:
    """Requests that succeed and that fail; from the onset on, `share` of them do."""
    return (lambda at: rate * (1 - share) if at > 0 else rate), (lambda at: rate * share if at > 0 else 0)


def requests(
    history: History, metric: str, labels: dict[str, str], status: str, *, rate: float = 20, share: float = 0.25
) -> None:
    """A counter, 2xx and 5xx apart."""
    good, bad = failing(rate, share)
    history.counter(metric, {**labels, status: "200"}, good)
    history.counter(metric, {**labels, status: "503"}, bad)


def slower(history: History, metric: str, labels: dict[str, str], unit: float = 1) -> None:
    """A histogram whose requests all took 0.1 to 0.2 s, and from the onset on 2 to 4 s."""
    for bound in (0.1, 0.2, 2, 4):
        held = {**labels, "le": f"{bound / unit:g}"}
        history.counter(metric, held, lambda at, bound=bound: 10 if bound >= (4 if at > 0 else 0.2) else 0)
    history.counter(metric, {**labels, "le": "+Inf"}, lambda _: 10)


def pods(history: History, name: str, **more: str) -> dict[str, str]:
    return {"namespace": "shop", "pod": f"{name}-{POD}", "job": name, "service": name, **more}


def shop(onset: datetime) -> History:
    """All of it."""
    history = History(onset)
    _frameworks(history)
    _edges(history)
    _room(history)
    _odd(history)
    return history


def _frameworks(history: History) -> None:
    checkout = pods(history, "checkout")
    requests(history, "http_requests_total", checkout, "code")
    slower(history, "http_request_duration_seconds_bucket", checkout)
    java = {"namespace": "shop", "pod": f"orders-{POD}", "uri": "/orders"}
    requests(history, "http_server_requests_seconds_count", java, "status")
    slower(history, "http_server_requests_seconds_bucket", java)
    otel = {"k8s_namespace_name": "shop", "k8s_deployment_name": "search"}
    requests(history, "http_server_request_duration_seconds_count", otel, "http_response_status_code")
    grpc = pods(history, "rates")
    good, bad = failing(20, 0.25)
    history.counter("grpc_server_handled_total", {**grpc, "grpc_code": "OK"}, good)
    history.counter("grpc_server_handled_total", {**grpc, "grpc_code": "NotFound"}, lambda _: 5)
    history.counter("grpc_server_handled_total", {**grpc, "grpc_code": "Unavailable"}, bad)
    mesh = {"destination_workload_namespace": "shop", "destination_workload": "cart"}
    requests(history, "istio_requests_total", {**mesh, "reporter": "source"}, "response_code")
    requests(history, "istio_requests_total", {**mesh, "reporter": "destination"}, "response_code", rate=10, share=0)
    slower(history, "istio_request_duration_milliseconds_bucket", {**mesh, "reporter": "source"}, unit=0.001)
    # Well all the time, no failed request ever: its rate is a true 0.
    history.counter("http_requests_total", {**pods(history, "catalog"), "code": "200"}, lambda _: 8)
    # Nobody asks: neither an error nor a success.
    history.counter("http_requests_total", {**pods(history, "idle"), "code": "200"}, lambda _: 0)
    surge = pods(history, "promo")
    history.counter("http_requests_total", {**surge, "code": "200"}, lambda at: 31 if at > -SURGE_SECONDS else 10)
    history.counter("http_requests_total", {**pods(history, "left"), "code": "200"}, lambda at: 1 if at > 0 else 10)


def _edges(history: History) -> None:
    """Of `web` no pod answers after the onset; the controller in front goes on counting."""
    gone = {**pods(history, "web"), "code": "200"}
    history.counter("http_requests_total", gone, lambda _: 20, until=0)
    nginx = {"namespace": "ingress-nginx", "pod": "controller-1", "exported_namespace": "shop", "ingress": "web"}
    requests(history, "nginx_ingress_controller_requests", {**nginx, "exported_service": "web"}, "status", share=1)
    traefik = {"namespace": "traefik", "service": "shop-blog-80@kubernetes"}
    requests(history, "traefik_service_requests_total", traefik, "code")


def _room(history: History) -> None:
    """By the kubelet, and by a kube-state-metrics whose own labels came first."""
    kubelet = {"namespace": "shop", "pod": f"checkout-{POD}", "container": "app"}
    history.gauge("container_memory_working_set_bytes", kubelet, lambda at: 95e6 if at > 0 else 50e6)
    history.gauge("container_memory_working_set_bytes", {**kubelet, "container": ""}, lambda _: 900e6)
    history.counter("container_cpu_cfs_periods_total", kubelet, lambda _: 10)
    history.counter("container_cpu_cfs_throttled_periods_total", kubelet, lambda at: 8 if at > 0 else 1)
    moved = {f"exported_{label}": value for label, value in kubelet.items()}
    own = {"namespace": "monitoring", "pod": "ksm-0", "container": "ksm", "resource": "memory"}
    history.gauge("kube_pod_container_resource_limits", {**own, **moved}, lambda _: 100e6)
    history.gauge("kube_pod_container_resource_limits", {**own, **moved, "resource": "cpu"}, lambda _: 0.5)


ODD = ('a"} or vector(1) #', "back\\slash", "two\nlines", ".*", "it's", "${x}", "«outside»")


def _odd(history: History) -> None:
    for number, value in enumerate(ODD):
        history.gauge("odd_labels", {"value": value}, lambda _, number=number: number + 1)
