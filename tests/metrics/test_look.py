"""The curves of a workload, by a real Prometheus with three hours of a shop's history, whatever counts its requests."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import anyio
import pytest

from incident_mcp.cluster.outside import Address, Outside
from incident_mcp.metrics.look import MonitoringLook
from incident_mcp.metrics.monitoring import Monitoring
from incident_mcp.metrics.place import Queries
from incident_mcp.metrics.prometheus import Prometheus
from incident_mcp.metrics.promql import Matcher, select
from incident_mcp.services.quoting import any_of
from incident_mcp.vocabulary.metrics_seen import SignalSeen, Subject, TrafficSeen
from incident_mcp.vocabulary.refs import Ref
from tests.metrics.servers import prometheus
from tests.metrics.shop import ODD, SURGE_SECONDS, shop

AGO = timedelta(minutes=8)
ROUNDING = 0.02
WAIT = 30


class Served:
    """A Prometheus, and when the trouble in it began."""

    def __init__(self, url: str, onset: datetime) -> None:
        self.url, self.onset = url, onset

    async def look(self, name: str, own: Queries | None = None, **more: tuple[str, ...]) -> MonitoringLook:
        subject = Subject(workload=Ref(kind="Deployment", namespace="shop", name=name), **more)
        look = self.monitoring(own).look(datetime.now(UTC))
        with anyio.fail_after(WAIT):
            await look.gather()
            await look.about(subject, self.onset)
        return look

    async def signals(self, name: str, own: Queries | None = None, **more: tuple[str, ...]) -> dict[str, SignalSeen]:
        look = await self.look(name, own, **more)
        assert look.missed == []
        return {each.what: each for each in look.seen.signals}

    def monitoring(self, own: Queries | None = None) -> Monitoring:
        return Monitoring(Outside(Address(self.url, {}), 10), own=own or Queries(), seconds=10)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    onset = datetime.now(UTC) - AGO
    with prometheus(tmp_path_factory.mktemp("prometheus"), shop(onset)) as url:
        yield Served(url, onset)


@pytest.mark.parametrize(
    ("name", "more", "metric"),
    [
        ("checkout", {}, "http_requests_total"),
        ("orders", {}, "http_server_requests_seconds_count"),
        ("search", {}, "http_server_request_duration_seconds_count"),
        ("cart", {}, "istio_requests_total"),
        ("blog", {"services": ("blog",)}, "traefik_service_requests_total"),
    ],
)
async def test_the_error_rate_is_found_whatever_counts_the_requests(
    served: Served, name: str, more: dict[str, tuple[str, ...]], metric: str
) -> None:
    rate = (await served.signals(name, None, **more))["error rate"]
    assert rate.now == pytest.approx(0.25, abs=ROUNDING)
    assert rate.before == 0
    assert metric in rate.query
    assert rate.since is not None
    assert abs(rate.since - served.onset) <= timedelta(seconds=30)
    assert rate.moving == "steady"


async def test_of_grpc_only_a_servers_fault_is_an_error(served: Served) -> None:
    rate = (await served.signals("rates"))["error rate"]
    assert rate.now == pytest.approx(5 / 25, abs=ROUNDING)


@pytest.mark.parametrize("name", ["checkout", "orders", "cart"])
async def test_latency_is_told_in_seconds_now_and_before(served: Served, name: str) -> None:
    signals = await served.signals(name)
    assert signals["latency p99"].before == pytest.approx(0.199, abs=0.01)
    assert signals["latency p99"].now == pytest.approx(3.98, abs=0.1)
    assert signals["latency p95"].now == pytest.approx(3.9, abs=0.1)


async def test_where_no_pod_answers_the_ingress_before_them_tells(served: Served) -> None:
    rate = (await served.signals("web", services=("web",), ingresses=("web",)))["error rate"]
    assert rate.now == pytest.approx(1, abs=ROUNDING)
    assert 'exported_namespace="shop"' in rate.query


async def test_without_an_edge_a_workload_that_is_gone_has_no_figure_of_now(served: Served) -> None:
    rate = (await served.signals("web"))["error rate"]
    assert (rate.now, rate.before, rate.since) == (None, 0, None)


async def test_a_service_without_a_failed_request_has_an_error_rate_of_0(served: Served) -> None:
    rate = (await served.signals("catalog"))["error rate"]
    assert (rate.now, rate.before, rate.since) == (0, 0, None)


async def test_a_service_that_nobody_asks_has_no_error_rate_at_all(served: Served) -> None:
    look = await served.look("idle")
    assert look.seen.signals == ()
    assert look.missed == [("Prometheus", "no data about Deployment shop/idle")]


async def test_a_workload_that_nothing_counts_is_said_to_have_no_data(served: Served) -> None:
    look = await served.look("unknown")
    assert look.seen.signals == ()
    assert look.missed == [("Prometheus", "no data about Deployment shop/unknown")]


async def test_a_workload_is_not_taken_for_another_whose_name_begins_alike(served: Served) -> None:
    assert (await served.look("check")).seen.signals == ()


async def test_throttling_and_memory_are_told_beside_the_limit(served: Served) -> None:
    signals = await served.signals("checkout")
    assert signals["CPU throttled"].now == pytest.approx(0.8, abs=0.05)
    assert signals["CPU throttled"].before == pytest.approx(0.1, abs=0.05)
    assert signals["memory of its limit"].now == pytest.approx(0.95, abs=ROUNDING)
    assert signals["memory of its limit"].before == pytest.approx(0.5, abs=ROUNDING)


async def test_each_query_that_is_told_gives_its_figure_again(served: Served) -> None:
    client = Prometheus(Outside(Address(served.url, {}), 10), 10)
    for signal in (await served.signals("checkout")).values():
        assert signal.at is not None
        (series,) = await client.query(signal.query, signal.at)
        assert series.points[0][1] == signal.now


async def test_a_surge_before_the_onset_is_told_with_its_factor_and_its_beginning(served: Served) -> None:
    (surge,) = (await served.look("promo")).seen.traffic
    assert surge.factor == pytest.approx(3.1, rel=0.05)
    assert abs(surge.since - (served.onset - timedelta(seconds=SURGE_SECONDS))) <= timedelta(seconds=30)
    assert surge.query.startswith('sum(rate(http_requests_total{namespace="shop",pod=~"promo-')


async def test_steady_traffic_is_no_change(served: Served) -> None:
    assert (await served.look("checkout")).seen.traffic == ()


async def test_where_nothing_fails_all_that_moved_is_told_and_nothing_else(served: Served) -> None:
    look = served.monitoring().look(datetime.now(UTC))
    with anyio.fail_after(WAIT):
        await look.gather()
        await look.everywhere("shop")
    told: dict[str, TrafficSeen] = {each.target.name: each for each in look.seen.traffic}
    assert set(told) == {"promo", "left"}  # of web nothing is known: no data is no drop
    assert told["promo"].factor == pytest.approx(3.1, rel=0.1)
    assert told["left"].factor == pytest.approx(0.1, rel=0.1)


async def test_a_shops_own_query_stands_in_place_of_what_is_found(served: Served) -> None:
    own = Queries(
        error_rate='sum(rate(http_requests_total{namespace="{namespace}",job="{workload}",code="503"}[2m])) / 100',
        saturation='max(container_memory_working_set_bytes{pod=~"{pods}",container!=""}) / 1e9',
    )
    signals = await served.signals("checkout", own)
    assert signals["error rate"].now == pytest.approx(0.05, abs=0.005)
    assert 'job="checkout"' in signals["error rate"].query
    assert signals["saturation"].now == pytest.approx(0.095)
    assert "latency p99" in signals
    assert "CPU throttled" not in signals


async def test_a_shops_query_that_is_wrong_is_told_in_prometheus_own_words(served: Served) -> None:
    look = await served.look("checkout", Queries(error_rate="sum(rate("))
    ((what, why),) = look.missed
    assert what == "Prometheus"
    assert "400 bad_data" in why
    assert "parse error" in why
    assert any(each.what == "latency p99" for each in look.seen.signals)


@pytest.mark.parametrize("value", ODD)
async def test_whatever_stands_in_a_label_is_matched_as_itself(served: Served, value: str) -> None:
    client = Prometheus(Outside(Address(served.url, {}), 10), 10)
    for matcher in (Matcher("value", value), Matcher("value", any_of([value]), "=~")):
        (series,) = await client.query(select("odd_labels", [matcher]), datetime.now(UTC))
        assert series.labels["value"] == value
