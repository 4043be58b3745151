"""What one look sees, on the embedded cluster: of the whole, of a namespace, of a workload, and when it may not."""

import anyio
import pytest

from incident_mcp.cluster.metrics_api import GROUP as METRICS
from incident_mcp.vocabulary.errors import CredentialsError, Forbidden, NotFound, Unreachable
from incident_mcp.vocabulary.refs import Ref, Scope
from tests.cluster.reads.embedded import CHECKOUT, embedded


async def test_a_healthy_cluster_is_counted_and_nothing_is_listed() -> None:
    async with embedded("healthy") as cluster:
        seen = await cluster.look()
    assert (seen.totals.workloads, seen.totals.pods, seen.totals.nodes) == (9, 20, 3)
    assert seen.totals.unwell_workloads == seen.totals.unwell_pods == 0
    assert not seen.workloads
    assert not seen.pods
    assert all(log.quiet for log in seen.logs)
    assert not seen.not_checked


async def test_of_a_bad_rollout_it_sees_the_unwell_in_full_and_the_others_as_numbers() -> None:
    async with embedded("bad-rollout") as cluster:
        seen = await cluster.look()
    assert [workload.ref for workload in seen.workloads] == [CHECKOUT]
    checkout = seen.workloads[0]
    assert (checkout.ready, checkout.desired, checkout.rolled_out_by) == (0, 3, "deploy-bot")
    assert [revision.number for revision in checkout.revisions] == [7, 6, 5, 4, 3, 2, 1]
    assert [revision.number for revision in checkout.revisions if revision.current] == [7]
    assert len(seen.pods) == 3
    assert all(pod.owner == CHECKOUT for pod in seen.pods)
    assert [(group.status, group.count) for group in seen.groups] == [("CrashLoopBackOff", 3)]
    assert [(str(route.service), route.url) for route in seen.routes] == [
        ("Service shop/checkout", "shop.example.com/checkout"),
        ("Service shop/frontend", "shop.example.com"),
    ]
    assert {service.ref.name: service.ready for service in seen.services if service.ref.namespace == "shop"} == {
        "cart": 2,
        "catalog": 2,
        "checkout": 0,
        "frontend": 3,
    }
    assert [str(each) for each in seen.not_checked] == ["metrics (no metrics server)"]


async def test_many_unwell_names_are_found_namespace_by_namespace_and_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with embedded("bad-rollout") as cluster:
        by_name = await cluster.look(logs=False)
        monkeypatch.setattr("incident_mcp.cluster.sweep.NAMES", 0)
        by_namespace = await cluster.look(logs=False)
    assert by_namespace.totals == by_name.totals
    assert [each.ref for each in by_namespace.workloads] == [each.ref for each in by_name.workloads] == [CHECKOUT]


async def test_no_value_of_a_config_map_or_secret_is_in_it() -> None:
    async with embedded("bad-rollout") as cluster:
        seen = await cluster.look()
    by_kind = {config.ref.kind: config for config in seen.configs}
    assert by_kind["ConfigMap"].keys == ("CART_URL", "CATALOG_URL", "DATABASE_URL", "LOG_LEVEL")
    assert by_kind["Secret"].keys is None
    assert "postgres://" not in repr(seen.configs)
    assert "c2FuZGJveC1ub3QtYS1zZWNyZXQ" not in repr(seen)


async def test_the_last_log_lines_of_the_failing_are_read_and_are_outside_text() -> None:
    async with embedded("bad-rollout") as cluster:
        seen = await cluster.look()
    logs = [log for log in seen.logs if not log.quiet]
    assert {log.pod.name for log in logs} == {pod.ref.name for pod in seen.pods}
    assert all(log.previous for log in logs)
    assert all(any(text.contains("KeyError: 'PAYMENT_URL'") for _, text in log.lines) for log in logs)
    assert "KeyError" not in repr(seen)


async def test_without_logs_none_are_read() -> None:
    async with embedded("bad-rollout") as cluster:
        seen = await cluster.look(logs=False)
    assert not seen.logs
    assert "logs" not in seen.looked_at


async def test_events_carry_their_real_times_and_belong_to_what_is_unwell() -> None:
    async with embedded("bad-rollout") as cluster:
        seen = await cluster.look()
    uids = {pod.uid for pod in seen.pods} | {workload.uid for workload in seen.workloads}
    uids |= {revision.uid for workload in seen.workloads for revision in workload.revisions}
    assert seen.events
    assert {event.uid for event in seen.events} <= uids
    assert all(event.first <= event.last for event in seen.events)
    assert list(seen.events) == sorted(seen.events, key=lambda event: event.last, reverse=True)


async def test_a_workload_is_seen_whole_even_when_it_is_well() -> None:
    async with embedded("healthy") as cluster:
        seen = await cluster.look(Scope(namespace="shop", workload=CHECKOUT))
    assert [workload.ref for workload in seen.workloads] == [CHECKOUT]
    assert len(seen.pods) == 3
    assert all(pod.ready for pod in seen.pods)
    assert seen.totals.unwell_pods == 0


async def test_a_user_of_one_namespace_sees_that_one_and_what_was_not_checked() -> None:
    async with embedded("bad-rollout", viewer=True) as cluster:
        seen = await cluster.look()
    assert [workload.ref for workload in seen.workloads] == [CHECKOUT]
    assert str(seen.scope) == "namespace shop"
    assert {str(each) for each in seen.not_checked} == {
        "other namespaces (Forbidden: list namespaces)",
        "nodes (Forbidden: list nodes)",
        "volume claims in shop (Forbidden: list persistentvolumeclaims)",
        "ingress classes (Forbidden: list ingressclasses.networking.k8s.io)",
        "Secrets in shop (Forbidden: get secrets)",
        "metrics (no metrics server)",
    }


async def test_a_namespace_that_one_may_not_read_is_refused_with_a_next_step() -> None:
    async with embedded("bad-rollout", viewer=True) as cluster:
        with pytest.raises(Forbidden) as refused:
            await cluster.look(Scope(namespace="payments"))
    assert "namespace payments" in refused.value.happened
    assert refused.value.next_step


async def test_a_namespace_that_is_not_there_is_named_with_near_misses() -> None:
    async with embedded("healthy") as cluster:
        with pytest.raises(NotFound) as missing:
            await cluster.look(Scope(namespace="shopp"))
    assert missing.value.next_step == "Did you mean shop?"


async def test_a_workload_that_is_not_there_is_named_with_near_misses_and_other_kinds() -> None:
    async with embedded("healthy") as cluster:
        with pytest.raises(NotFound) as misspelled:
            await cluster.look(Scope(workload=Ref(kind="Deployment", namespace="shop", name="chekout")))
        with pytest.raises(NotFound) as other_kind:
            await cluster.look(Scope(workload=Ref(kind="Deployment", namespace="payments", name="payments-db")))
    assert "Did you mean checkout" in misspelled.value.next_step
    assert other_kind.value.next_step == "There is a StatefulSet of this name: use kind StatefulSet."


async def test_a_slow_part_is_not_checked_and_the_answer_still_comes() -> None:
    async with embedded("bad-rollout") as cluster:
        cluster.sandbox.faults.delay_next(30, count=50, path="/events")
        seen = await cluster.look(deadline_seconds=1.5)
    assert [workload.ref for workload in seen.workloads] == [CHECKOUT]
    assert "events in shop (timed out)" in [str(each) for each in seen.not_checked]
    assert seen.services


async def test_a_server_that_answers_nothing_in_time_is_no_cluster_without_faults() -> None:
    async with embedded("bad-rollout") as cluster:
        cluster.sandbox.faults.delay_next(30, count=500)
        with pytest.raises(Unreachable, match=r"No answer from .* within 0\.5 s") as silent:
            await cluster.look(deadline_seconds=0.5)
    assert "credential plugin hangs" in silent.value.next_step


async def test_one_group_that_fails_with_500_leaves_the_rest_standing() -> None:
    async with embedded("bad-rollout") as cluster:
        cluster.sandbox.faults.refuse_next(500, code=503, path="networking.k8s.io")
        seen = await cluster.look(deadline_seconds=3)
    assert seen.services
    assert not seen.routes
    assert any(each.what.startswith("ingresses") for each in seen.not_checked)


async def test_credentials_that_nobody_accepts_end_the_look_as_an_error() -> None:
    async with embedded("bad-rollout") as cluster:
        cluster.sandbox.expire_tokens()
        with pytest.raises(CredentialsError):
            await cluster.look()


async def test_a_server_that_is_gone_is_unreachable() -> None:
    async with embedded("bad-rollout", timeout=2) as cluster:
        await cluster.sandbox.stop()
        with pytest.raises(Unreachable):
            await cluster.look()


async def test_a_metrics_server_that_does_not_answer_is_told_apart_from_none() -> None:
    async with embedded("oom") as cluster:
        well = await cluster.look()
        assert not well.not_checked
        assert METRICS.startswith("/apis/metrics.k8s.io")


async def test_the_sweep_asks_for_no_list_of_whole_pods() -> None:
    asked: list[tuple[str, bool]] = []
    async with embedded("bad-rollout") as cluster:
        get = cluster.api.get

        async def noting(path: str, **options: object) -> bytes:
            asked.append((path, "as=Table" in str(options.get("accept"))))
            return await get(path, **options)  # pyright: ignore[reportArgumentType]

        cluster.api.get = noting  # pyright: ignore[reportAttributeAccessIssue]
        await cluster.look()
    pods = [(path, table) for path, table in asked if path.endswith("/pods")]
    assert pods
    assert all(table for _, table in pods)
    read = [path for path, _ in asked if "/pods/" in path and not path.endswith("/log")]
    assert len(read) == 3 + 8  # those that are not well, and one of each workload that is: its log is listened to


async def test_a_busy_api_server_is_waited_for_and_the_answer_is_whole() -> None:
    async with embedded("bad-rollout") as cluster:
        cluster.sandbox.faults.refuse_next(8, code=429, retry_after=0, path="/pods")
        cluster.sandbox.faults.refuse_next(4, code=429, retry_after=0, path="/deployments")
        seen = await cluster.look()
    assert [workload.ref for workload in seen.workloads] == [CHECKOUT]
    assert [str(each) for each in seen.not_checked] == ["metrics (no metrics server)"]


async def test_dropped_connections_are_asked_again_once_and_then_told() -> None:
    async with embedded("bad-rollout") as cluster:
        cluster.sandbox.faults.drop_next(1, path="/shop/pods")
        whole = await cluster.look()
        cluster.sandbox.faults.drop_next(200, path="/shop/pods")
        seen = await cluster.look()
    assert [group.count for group in whole.groups] == [3]
    assert not seen.pods
    assert [workload.ref for workload in seen.workloads] == [CHECKOUT]
    assert "pods in shop (no answer)" in [str(each) for each in seen.not_checked]


async def test_a_server_that_is_slow_in_everything_is_answered_for_in_time() -> None:
    async with embedded("bad-rollout") as cluster:
        cluster.sandbox.faults.delay_next(0.4, count=500)
        with anyio.fail_after(10):
            seen = await cluster.look(deadline_seconds=3)
    assert seen.totals.pods == 20
    assert [workload.ref for workload in seen.workloads] == [CHECKOUT]
    assert seen.not_checked


async def test_a_group_that_fails_is_not_asked_namespace_by_namespace() -> None:
    async with embedded("bad-rollout") as cluster:
        cluster.sandbox.faults.refuse_next(500, code=500, retry_after=0, path="batch/v1")
        seen = await cluster.look()
    told = [str(each) for each in seen.not_checked]
    assert "jobs (the API server failed)" in told
    assert "cron jobs (the API server failed)" in told
    assert [each for each in told if each.startswith("jobs in")] == []
