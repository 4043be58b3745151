"""Each test that asks for `cluster` runs twice: on the sandbox, and on a real control plane.

Where the two differ, the sandbox is wrong. What only reads shares one shop a cluster (`checkout`), at revision 7 of a
rollout that broke it; what writes gets a namespace of its own (`place`).
"""

from collections.abc import AsyncGenerator, Iterator

import pytest

from incident_mcp.cluster.api import Api
from incident_mcp.resolve.watch import watch_until
from tests.contract.cluster import Cluster, real_cluster, sandbox_cluster
from tests.contract.shop import Workload, bad_rollout

BOTH = ("sandbox", "control plane")


@pytest.fixture(scope="session")
def contract_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with sandbox_cluster(tmp_path_factory.mktemp("sandbox")) as served:
        yield served


@pytest.fixture(scope="session")
def contract_control_plane(request: pytest.FixtureRequest) -> Cluster:
    return real_cluster(request.getfixturevalue("control_plane"))


@pytest.fixture(scope="session")
def sandbox_shop(contract_sandbox: Cluster) -> Iterator[Workload]:
    with contract_sandbox.plane.new_namespace("contract") as name:
        yield bad_rollout(contract_sandbox, name)


@pytest.fixture(scope="session")
def control_plane_shop(contract_control_plane: Cluster) -> Iterator[Workload]:
    with contract_control_plane.plane.new_namespace("contract") as name:
        yield bad_rollout(contract_control_plane, name)


@pytest.fixture(scope="session", params=BOTH)
def cluster(request: pytest.FixtureRequest) -> Cluster:
    return request.getfixturevalue(f"contract_{request.param.replace(' ', '_')}")


@pytest.fixture(scope="session")
def checkout(request: pytest.FixtureRequest, cluster: Cluster) -> Workload:
    """Deployment checkout of a shop that nobody changes: three pods in a crash loop, revision 7."""
    return request.getfixturevalue(f"{cluster.name.replace(' ', '_')}_shop")


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pods are up in a moment here, so a change is looked at ten times a second."""
    defaults = {**(watch_until.__kwdefaults__ or {}), "every": 0.1}
    monkeypatch.setattr(watch_until, "__kwdefaults__", defaults)


@pytest.fixture
def place(cluster: Cluster) -> Iterator[str]:
    """A namespace of the test's own."""
    with cluster.plane.new_namespace("contract") as name:
        yield name


@pytest.fixture
async def api(cluster: Cluster) -> AsyncGenerator[Api]:
    async with cluster.connected() as client:
        yield client


@pytest.fixture
async def viewer(cluster: Cluster, checkout: Workload) -> AsyncGenerator[Api]:
    """A user who may read the shop, and nothing else."""
    cluster.let_view(checkout.namespace)
    async with cluster.connected(cluster.viewer) as client:
        yield client
