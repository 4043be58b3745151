"""A rollout's fault is told by its logs on both clusters: the new pods against those of the revision before."""

from pathlib import Path

from tests.contract.cluster import Cluster
from tests.contract.desk import desk
from tests.contract.shop import workload


async def test_a_revision_that_crashes_is_compared_with_the_pods_that_it_should_replace(
    cluster: Cluster, place: str, tmp_path: Path
) -> None:
    app = workload(cluster, place, "Deployment", replicas=2, strategy={"rollingUpdate": {"maxUnavailable": 0}})
    app.set_image("2-crash")
    crashes = f"pods of {place} crash"
    cluster.plane.wait(crashes, lambda: "CrashLoopBackOff" in app.kubectl("get", "pods"), seconds=60)
    async with desk(cluster, tmp_path) as here:
        answer = await here.call("analyze_logs", **app.arguments)
    first = answer["patterns"][0]
    assert answer["compared"].endswith("of 2 pods of the previous revision")
    assert (first["new"], first["level"], first["before"]) == ("new error", "error", 0)
    assert first["means"] == "missing-environment: variable PAYMENT_URL"
    assert "new or surging against 2 pods of the previous revision" in answer["summary"][0]
