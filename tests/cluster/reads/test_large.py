"""A large cluster is read by other ways than a small one, and they find the same."""

from typing import Any

import pytest

from incident_mcp.cluster.pods import grouped, worth_reading
from incident_mcp.cluster.table_rows import PodRow
from incident_mcp.investigate.find import find_chains
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref
from tests.cluster.reads.embedded import Embedded, embedded

BY_NAME, BY_NAMESPACE = "/discovery.k8s.io/v1/endpointslices", "/discovery.k8s.io/v1/namespaces/"


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any cluster is a large one, of which no namespace is read as a whole."""
    for name, value in {"observe.SMALL": 0, "observe.CLOSELY": 0, "sweep.NAMES": 0, "events.ONE_BY_ONE": 0}.items():
        monkeypatch.setattr(f"incident_mcp.cluster.{name}", value)
    monkeypatch.setattr("incident_mcp.cluster.events.FEW", 0)


def told(seen: Observation) -> list[tuple[str, str, list[str]]]:
    """Each chain: its root's code and target, and what it breaks."""
    return [(c.root.code, str(c.root.target), [str(each.target) for each in c.breaks]) for c in find_chains(seen)]


async def asked(cluster: Embedded) -> tuple[Observation, list[str]]:
    paths: list[str] = []
    get = cluster.api.get

    async def noting(path: str, **options: Any) -> bytes:
        paths.append(path)
        return await get(path, **options)

    cluster.api.get = noting  # pyright: ignore[reportAttributeAccessIssue]
    try:
        return await cluster.look(), paths
    finally:
        cluster.api.get = get


async def test_the_chain_is_the_same_and_fewer_lists_are_read(request: pytest.FixtureRequest) -> None:
    async with embedded("bad-rollout") as cluster:
        whole, _ = await asked(cluster)
        request.getfixturevalue("large")
        seen, paths = await asked(cluster)
    assert told(seen) == told(whole)
    assert told(seen)[0][2] == ["Service shop/checkout", "Ingress shop/shop"]
    assert [str(service.ref) for service in seen.services] == ["Service shop/checkout"]
    assert not seen.outlines
    assert not [path for path in paths if path.endswith(("shop/services", "shop/endpointslices", "shop/ingresses"))]


@pytest.mark.usefixtures("large")
async def test_the_events_of_all_come_by_one_request_where_one_holds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    async with embedded("bad-rollout") as cluster:
        at_once, paths = await asked(cluster)
        monkeypatch.setattr("incident_mcp.cluster.events.OF_CLUSTER", 1)
        by_namespace, more = await asked(cluster)
    assert at_once.events
    assert at_once.events == by_namespace.events
    assert [path for path in paths if path.endswith("/events")] == ["/api/v1/events"]
    assert "/api/v1/namespaces/shop/events" in more


@pytest.mark.usefixtures("large")
async def test_who_may_not_list_in_the_whole_cluster_is_answered_by_namespace() -> None:
    async with embedded("bad-rollout") as cluster:
        expected = told(await cluster.look())
        for kind in ("endpointslices", "services", "ingresses", "events", "deployments"):
            for root in ("/api/v1", "/discovery.k8s.io/v1", "/networking.k8s.io/v1", "/apps/v1"):
                cluster.sandbox.faults.refuse_next(500, code=403, path=f"{root}/{kind}")
        seen, paths = await asked(cluster)
    assert told(seen) == expected
    assert any(path.endswith("shop/endpointslices") for path in paths)
    assert [str(each) for each in seen.not_checked if "Forbidden" in str(each)] == []


@pytest.mark.usefixtures("large")
async def test_without_the_endpoint_slices_nothing_is_said_of_services() -> None:
    async with embedded("bad-rollout") as cluster:
        cluster.sandbox.faults.refuse_next(500, code=503, retry_after=0, path="endpointslices")
        seen = await cluster.look(deadline_seconds=8)
    assert not seen.services
    assert told(seen)[0][1] == "Deployment shop/checkout"
    assert [str(each) for each in seen.not_checked if each.what == "endpoints"] == ["endpoints (the API server failed)"]


def row(owner: int, number: int) -> PodRow:
    return PodRow("shop", f"api-{owner}-7c9f8-{number:05d}", "CrashLoopBackOff", 0, 1, number, None, None)


@pytest.mark.parametrize(("owners", "each"), [(1, 5), (12, 3), (50, 2), (500, 1)])
def test_of_each_owner_the_pods_that_restarted_most_are_read(owners: int, each: int) -> None:
    rows = [row(owner, number) for owner in range(owners) for number in range(8)]
    refs = worth_reading(grouped(rows))
    assert len(refs) == owners * each
    assert Ref(kind="Pod", namespace="shop", name="api-0-7c9f8-00007") in refs
    assert len({ref.name.rpartition("-")[0] for ref in refs}) == owners
