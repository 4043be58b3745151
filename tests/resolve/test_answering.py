"""Which Service is asked what, so that it is the readiness probe's own question and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incident_mcp.resolve.answering import Ask, answered, as_usual, from_outside, probe_of
from incident_mcp.vocabulary.front import Front, Outcome, Tried
from incident_mcp.vocabulary.metrics_seen import SignalSeen
from incident_mcp.vocabulary.network_seen import PortSeen
from incident_mcp.vocabulary.observation import ServiceSeen, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.verdict import Verdict
from tests.investigate.observations import workload

NOW = datetime(2026, 11, 24, 2, 14, 3, tzinfo=UTC)
CHECKOUT = Ref(kind="Deployment", namespace="shop", name="checkout")


def serving(port: PortSeen) -> tuple[ServiceSeen, ...]:
    ref = Ref(kind="Service", namespace="shop", name="checkout")
    return (ServiceSeen(ref=ref, selector={"app": "checkout"}, ready=3, ports=(port,)),)


def probed(**probe: Any) -> WorkloadSeen:
    ports = [{"name": "web", "containerPort": 8080}]
    return workload("checkout", 3, 3, container={"ports": ports, "readinessProbe": {"httpGet": probe}})


@pytest.mark.parametrize(
    ("probe", "port", "asked"),
    [
        ({"path": "/healthz", "port": 8080}, PortSeen(number=80, target="8080"), "shop/checkout:80"),
        ({"path": "/healthz", "port": "web"}, PortSeen(number=80, target="8080"), "shop/checkout:80"),
        ({"path": "/healthz", "port": 8080}, PortSeen(number=80, target="web"), "shop/checkout:80"),
        ({"path": "/healthz", "port": 8080}, PortSeen(number=8080), "shop/checkout:8080"),
        ({"path": "/healthz", "port": 8080, "scheme": "HTTPS"}, PortSeen(number=443, target="web"),
         "shop/https:checkout:443"),
    ],
)  # fmt: skip
def test_the_service_that_leads_to_the_probes_port_is_asked(probe: dict[str, Any], port: PortSeen, asked: str) -> None:
    assert probe_of(probed(**probe), serving(port)) == Ask(service=asked, path="/healthz")


@pytest.mark.parametrize(
    "path", ["/../../secrets", "/a/../b", "//evil", "/%2e%2e/secrets", "/ok?delete=all", "/a b", "healthz", "/.hidden"]
)
def test_a_path_that_could_lead_elsewhere_is_never_asked(path: str) -> None:
    assert probe_of(probed(path=path, port=8080), serving(PortSeen(number=80, target="8080"))) is None


def test_a_port_that_no_service_leads_to_and_a_probe_that_is_no_http_are_not_asked() -> None:
    assert probe_of(probed(path="/", port=9090), serving(PortSeen(number=80, target="8080"))) is None
    bare = workload("checkout", 3, 3, container={"readinessProbe": {"tcpSocket": {"port": 8080}}})
    assert probe_of(bare, serving(PortSeen(number=80, target="8080"))) is None


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(200, Verdict.RECOVERED), (302, Verdict.RECOVERED), (401, Verdict.RECOVERED), (404, Verdict.RECOVERED),
     (500, Verdict.NOT_RECOVERED), (503, Verdict.NOT_RECOVERED)],
)  # fmt: skip
def test_only_a_failing_server_counts_as_failing(status: int, verdict: Verdict) -> None:
    check = answered(Ask(service="shop/checkout:80", path="/healthz"), status, timedelta(milliseconds=12))
    assert (check.verdict, check.seen) == (
        verdict,
        f"GET /healthz of Service shop/checkout:80: {status} in 12 ms",
    )


@pytest.mark.parametrize("outcome", ["unresolved", "not connected", "too slow"])
def test_a_host_that_this_machine_does_not_reach_says_nothing_of_the_fix(outcome: Outcome) -> None:
    front = Front(host="shop.example.com", port=443, secure=True)
    assert from_outside(Tried(front=front, outcome=outcome, took=timedelta(seconds=1)), "words") is None


@pytest.mark.parametrize(
    ("now", "since", "verdict"),
    [(0.0, None, Verdict.RECOVERED), (0.3, NOW, Verdict.NOT_YET_KNOWN), (None, None, None)],
)
def test_a_rate_that_is_not_back_yet_is_not_yet_known(
    now: float | None, since: datetime | None, verdict: Verdict | None
) -> None:
    signal = SignalSeen(what="error rate", unit="share", target=CHECKOUT, now=now, since=since, query="q")
    check = as_usual(signal, "error rate")
    assert (check.verdict if check else None) == verdict
