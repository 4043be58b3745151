"""The same from a cluster: what the demo's scenarios are assessed as."""

from incident_mcp.assess.assess import assess
from tests.cluster.reads.embedded import embedded


async def test_the_bad_rollout_reads_like_the_first_picture() -> None:
    async with embedded("bad-rollout") as cluster:
        found = assess(await cluster.look())
    (row,) = found.rows
    assert row.state == "0 of 3 ready, 3 pods in CrashLoopBackOff"
    assert row.cause.summary == (
        "checkout:1.42 wants PAYMENT_URL; ConfigMap shop/checkout-config, its environment, has no such key"
    )
    assert row.changed
    assert row.changed.text == "rollout 6 -> 7, field manager deploy-bot: image checkout:1.41 -> 1.42"
    assert row.breaks == "Service shop/checkout has no endpoints -> Ingress shop.example.com/checkout answers 503"
    assert str(found.decision) == (
        "Caused by a recent deployment? yes (9 s before the first crash). "
        f"So: roll back to revision 6, which ran for 41 h until {row.changed.at:%H:%M:%S}."
    )
    assert found.severity
    assert (found.severity.severity, found.severity.reasons) == (
        "SEV-2",
        ("one user-facing service down", "eight workloads well"),
    )


async def test_memory_cut_too_low_is_named_with_the_edit_that_cut_it() -> None:
    async with embedded("oom") as cluster:
        found = assess(await cluster.look())
    (row,) = found.rows
    assert row.cause.cause == "out-of-memory"
    assert row.changed
    assert "memory limit 256Mi -> 96Mi" in row.changed.text
    assert found.decision
    assert found.decision.call
    assert found.decision.call.arguments["revision"] == 1


async def test_a_healthy_cluster_gets_no_suspect() -> None:
    async with embedded("healthy") as cluster:
        found = assess(await cluster.look())
    assert found.headline == "all 9 workloads are well"
    assert found.rows == ()
