"""An ingress controller's access log, where there is no Prometheus: on the sandbox, and on a real control plane."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incident_mcp.cluster.log_slices import Slice
from incident_mcp.vocabulary.observation import Observation, RouteSeen
from incident_mcp.vocabulary.refs import Cluster, Ref, Scope
from incident_mcp.workflow.access_traffic import EVERY, Traffic, curves, moved
from tests.contract.cluster import real_cluster
from tests.contract.desk import desk
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.podlogs import cri_line
from tests.investigate.observations import pod
from tests.investigate.planted.objects import deployment, thing
from tests.surface.world import data_of, world

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CONTROLLER = {"kind": "Deployment", "namespace": "ingress-nginx", "name": "ingress-nginx-controller"}


def request(at: datetime, host: str, status: int = 200, seconds: float = 0.04, path: str = "/cart/17") -> str:
    return (
        f'10.0.0.7 - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET {path}?id=1 HTTP/1.1" {status} 17 "-" "curl/8" 330 '
        f"{seconds:.3f} [{host}] [] 10.1.1.1:8080 17 {seconds:.3f} {status} 4be12a9f04be12a9f04be12a9f04be12"
    )


def minute(begin: datetime, host: str, count: int) -> str:
    return "".join(f"{request(begin + timedelta(seconds=60 * at / count), host)}\n" for at in range(count))


def slices(*rates: int) -> Iterator[Slice]:
    """One every five minutes, each cut after a minute; requests a minute, the latest last."""
    for number, rate in enumerate(rates):
        begin = NOW - EVERY * (len(rates) - number)
        body = minute(begin, "shop-cart-80", rate) + minute(begin, "shop-mail-80", 60)
        yield Slice(Ref(kind="Pod", namespace="ingress", name="controller"), begin, begin, None, body.encode())


def seen(*routes: RouteSeen) -> Observation:
    return Observation(cluster=Cluster(name="c", server="https://c"), scope=Scope(), at=NOW, routes=routes)


def test_a_host_whose_requests_rose_is_told_with_its_service_and_since_when() -> None:
    cart = Ref(kind="Service", namespace="shop", name="cart")
    route = RouteSeen(
        ingress=Ref(kind="Ingress", namespace="shop", name="shop"),
        host="shop.example.com",
        path="/",
        service=cart,
        port="80",
    )
    told = list(moved(Traffic(curves(list(slices(*[60] * 12, 240, 240))), (pod("web", "web-1"),)), seen(route), None))
    assert [(each.kind, each.target, each.at) for each in told] == [("traffic", cart, NOW - 3 * EVERY)]
    assert told[0].text.startswith("traffic 4x the hour before (4")
    assert "to shop-cart-80" in told[0].text
    assert "by the access log of 1 ingress controller pod" in told[0].text


@pytest.mark.parametrize("rates", [[60] * 14, [60] * 2, [60, 66, 58, 70] * 3, []])
def test_traffic_that_is_as_usual_is_no_change(rates: list[int]) -> None:
    assert not list(moved(Traffic(curves(list(slices(*rates))), (pod("web", "web-1"),)), seen(), None))


def test_traffic_that_fell_after_an_onset_explains_nothing() -> None:
    traffic = Traffic(curves(list(slices(*[240] * 12, 20, 20))), (pod("web", "web-1"),))
    assert not list(moved(traffic, seen(), NOW - timedelta(minutes=9)))
    assert len(list(moved(traffic, seen(), None))) == 1


async def test_the_sandboxs_ingress_controller_tells_of_its_hosts(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None, scenario="healthy") as here:
        answer = data_of(await here.call("analyze_logs", **CONTROLLER))
        changes = data_of(await here.call("what_changed"))
    hosts = {each["host"]: each for each in answer["hosts"]}
    assert hosts.keys() == {"shop-frontend-3000", "shop-catalog-8080"}
    frontend = hosts["shop-frontend-3000"]
    assert frontend["now"]["failed"] == 0
    assert frontend["now"]["per_second"] == pytest.approx(frontend["before"]["per_second"], rel=0.6)
    assert not [each for each in changes["changes"] if each["what"].startswith("traffic ")]
    assert not [each for each in changes.get("not_checked", []) if "traffic" in each]


def busy(now: datetime) -> str:
    """Seventy minutes: a request a second, four in the last quarter of an hour, a third of them failing slowly in the
    last five minutes.
    """
    draw = random.Random(3)  # noqa: S311
    lines: list[str] = []
    for ago in range(70 * 60, 0, -1):
        at = now - timedelta(seconds=ago)
        for _ in range(4 if ago <= 900 else 1):
            failed = ago <= 300 and draw.random() < 1 / 3
            lines.append(cri_line(at, request(at, "shop-cart-80", 503 if failed else 200, 2.5 if failed else 0.04)))
        if ago % 4 == 0:
            lines.append(cri_line(at, request(at, "shop-mail-80", path="/mail")))
    return "".join(lines)


@pytest.fixture
def controllers(control_plane: ControlPlane, namespace: str) -> dict[str, Any]:
    """Two replicas of an ingress controller, each with its access log."""
    control_plane.require("controllers", "faults", "audit", "users")
    labels = {"app.kubernetes.io/name": "ingress-nginx"}
    control_plane.apply(deployment("controller", replicas=2, labels=labels), namespace)
    pods = control_plane.wait("two pods", lambda: _ready(control_plane, namespace))
    for each in pods or ():
        name = each["metadata"]["name"]
        file = control_plane.folder / f"{name}.access.log"
        file.write_text(busy(datetime.now(UTC)))
        spec = {"logs": [{"containers": ["app"], "logsFile": str(file)}]}
        control_plane.apply(thing("Logs", name, "kwok.x-k8s.io/v1alpha1", spec=spec), namespace)
    return {"kind": "Deployment", "namespace": namespace, "name": "controller"}


def _ready(control_plane: ControlPlane, namespace: str) -> list[dict[str, Any]] | None:
    pods = control_plane.get("pods", "-n", namespace)["items"]
    ready = [
        each
        for each in pods
        if any(c["type"] == "Ready" and c["status"] == "True" for c in each["status"].get("conditions", []))
    ]
    return ready if len(ready) == 2 else None


async def test_a_busy_controllers_hosts_now_and_in_the_hour_before(
    control_plane: ControlPlane, controllers: dict[str, Any], tmp_path: Path
) -> None:
    async with desk(real_cluster(control_plane), tmp_path) as here:
        answer = await here.call("analyze_logs", **controllers)
        changed = await here.call("what_changed", namespace=controllers["namespace"])
    first, second = answer["hosts"]
    assert (first["host"], second["host"]) == ("shop-cart-80", "shop-mail-80")
    assert first["now"]["failed"] == pytest.approx(1 / 3, abs=0.06)
    assert first["now"]["per_second"] == pytest.approx(8, rel=0.15)
    assert first["now"]["p99"] == pytest.approx(2500, rel=0.08)
    assert first["before"]["failed"] < 0.01  # the log is a second or two older than the question
    assert 2 <= first["before"]["per_second"] < 4.5
    assert "«GET /cart/…»" in first["worst"]
    assert second["now"]["per_second"] == pytest.approx(second["before"]["per_second"], rel=0.3)
    (traffic,) = [each for each in changed["changes"] if each["what"].startswith("traffic ")]
    assert "to shop-cart-80" in traffic["what"]
    assert "by the access log of 2 ingress controller pods" in traffic["what"]
