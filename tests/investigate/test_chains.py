"""Findings joined: the root, what shows on it, what it breaks, in order; several roots ranked by what they break."""

from datetime import timedelta
from typing import Any

import pytest

from incident_mcp.investigate.find import find, find_chains
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.network_seen import IngressSeen
from incident_mcp.vocabulary.observation import PodSeen
from incident_mcp.vocabulary.untrusted import Untrusted
from tests.investigate.faults import creating, storage
from tests.investigate.observations import (
    NOW,
    at,
    bad_rollout,
    config,
    container,
    crashing,
    deployment,
    event,
    log,
    node,
    observation,
    pod,
    ref,
    route,
    service,
    service_ref,
    told,
    waiting,
    workload,
)
from tests.investigate.observations import (
    outline as declared,
)


def outline(chain: Chain) -> list[tuple[str, str]]:
    return [(each.cause, each.target.path) for each in (chain.root, *chain.symptoms, *chain.breaks)]


def test_a_bad_rollout_is_one_chain_from_the_variable_to_the_users() -> None:
    (chain,) = find_chains(bad_rollout())
    assert outline(chain) == [
        ("missing-environment", "shop/checkout"),
        ("crash-loop", "shop/checkout"),
        ("no-endpoints", "shop/checkout"),
        ("route-down", "shop/shop"),
    ]
    assert chain.root.root
    assert not any(each.root for each in (*chain.symptoms, *chain.breaks))
    assert chain.breaks[-1].because_of == service_ref("checkout")


def test_find_gives_the_same_in_order() -> None:
    seen = bad_rollout()
    (chain,) = find_chains(seen)
    assert find(seen) == [chain.root, *chain.symptoms, *chain.breaks]


def test_a_program_that_waits_for_another_hangs_on_that_ones_root() -> None:
    database, api = pod("db", "db-1", crashing()), pod("api", "api-1", crashing())
    seen = observation(
        workload("db", 0, 1),
        workload("api", 0, 1),
        database,
        api,
        log(api, "dial tcp: connection refused to db:5432"),
        service("db", 0, 1),
        service("api", 0, 1),
        route("api"),
    )
    (chain,) = find_chains(seen)
    assert outline(chain) == [
        ("crash-loop", "shop/db"),
        ("no-endpoints", "shop/db"),
        ("dependency-down", "shop/api"),
        ("crash-loop", "shop/api"),
        ("no-endpoints", "shop/api"),
        ("route-down", "shop/shop"),
    ]


def test_two_that_wait_for_each_other_are_still_told() -> None:
    one, two = pod("a", "a-1", crashing()), pod("b", "b-1", crashing())
    seen = observation(
        workload("a", 0, 1),
        workload("b", 0, 1),
        one,
        two,
        log(one, "connection refused: b:80"),
        log(two, "connection refused: a:80"),
        service("a", 0, 1),
        service("b", 0, 1),
    )
    found = find(seen)
    assert {each.target for each in found} >= {deployment("a"), deployment("b")}
    assert sum(each.root for each in found) >= 1


def test_of_two_that_wait_for_each_other_one_stands_for_both() -> None:
    one, two = pod("a", "a-1", crashing()), pod("b", "b-1", crashing())
    seen = observation(
        workload("a", 0, 1),
        workload("b", 0, 1),
        one,
        two,
        log(one, "connection refused: b:80"),
        log(two, "connection refused: a:80", start="02:13:10"),
        service("a", 0, 1),
        service("b", 0, 1),
    )
    (chain,) = find_chains(seen)
    assert chain.root.target == deployment("b"), "it complained first"


def test_the_database_of_one_of_two_that_wait_for_each_other_is_the_root() -> None:
    one, two, database = pod("a", "a-1", crashing()), pod("b", "b-1", crashing()), pod("db", "db-1", crashing())
    seen = observation(
        workload("a", 0, 1),
        workload("b", 0, 1),
        workload("db", 0, 1),
        one,
        two,
        database,
        log(one, "connection refused: b:80"),
        log(two, "connection refused: a:80", "connection refused: a:80", "connection refused: db:5432"),
        service("a", 0, 1),
        service("b", 0, 1),
        service("db", 0, 1),
    )
    (chain,) = find_chains(seen)
    assert chain.root.target == deployment("db")
    assert {each.target for each in chain.breaks} >= {deployment("a"), deployment("b")}


def one_complains(line: str, called: str = "stock", **fields: Any) -> list[Chain]:
    """`front` fails and says so; nobody serves `called`."""
    front, stock = pod("front", "front-1", crashing()), pod("stock", "stock-1", crashing())
    down = service(called, 0, 1, selector={"app": "stock"}, **fields)
    own = service("front", 0, 1)
    return find_chains(
        observation(workload("front", 0, 1), workload("stock", 0, 1), front, stock, log(front, line), down, own)
    )


@pytest.mark.parametrize(
    "line",
    [
        "ERROR GET http://stock/items: 503 upstream connect error, delayed connect error: 111",
        "WARN stock:9092 could not be established, node may not be available",
        "error: no answer of stock.shop.svc.cluster.local",
        "error: no answer of stock.shop",
        "session with 10.96.4.2 lost",
    ],
)
def test_who_complains_of_an_address_that_nobody_serves_hangs_on_it(line: str) -> None:
    (chain,) = one_complains(line, addresses=("10.96.4.2",))
    assert chain.root.target == deployment("stock")
    assert deployment("front") in {each.target for each in chain.breaks}


def test_a_pod_is_called_by_its_headless_service() -> None:
    (chain,) = one_complains("WARN broker stock-0.peers:9092 could not be established", "peers", headless=True)
    assert chain.root.target == deployment("stock")


@pytest.mark.parametrize(
    "line",
    [
        "INFO prices are asked of http://stock/items",
        "ERROR out of stock: 3",
        "ERROR stock-level:80 is not known",
        "ERROR stock.other:80 does not answer",
        "ERROR listening on front:80 failed",
        "ERROR 10.96.4.21 lost",
    ],
)
def test_who_only_speaks_of_something_like_it_does_not(line: str) -> None:
    chains = one_complains(line, addresses=("10.96.4.2",))
    assert {chain.root.target for chain in chains} == {deployment("front"), deployment("stock")}


def test_peers_without_their_governing_service_are_told_so() -> None:
    galera = ref("StatefulSet", "galera")
    broken = pod(None, "galera-0", crashing(), owner=galera)
    seen = observation(
        workload("galera", 0, 3, ref=galera),
        broken,
        log(broken, "ERROR failed to resolve galera-1.peers: Name or service not known"),
        declared("galera").model_copy(update={"ref": galera, "governed_by": "peers"}),
    )
    (chain,) = find_chains(seen)
    assert chain.root.summary == (
        "the name galera-1.peers does not resolve; there is no Service peers, which would name its pods"
    )


def test_who_must_stand_beside_a_pod_that_has_no_place_hangs_on_that_ones_reason() -> None:
    beside = {"labelSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["cache"]}]}}
    affinity = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [beside]}}
    seen = observation(
        workload("near", 0, 1, spec={"affinity": affinity}),
        workload("cache", 0, 1),
        workload("other", 0, 1),
        homeless("near", "didn't match pod affinity rules"),
        homeless("cache", "didn't match Pod's node affinity/selector"),
        homeless("other", "didn't match Pod's node affinity/selector"),
    )
    assert {chain.root.target for chain in find_chains(seen)} == {deployment("cache"), deployment("other")}


def homeless(name: str, why: str) -> PodSeen:
    message = Untrusted(f"0/3 nodes are available: 3 node(s) {why}.")
    return pod(name, f"{name}-1", container(), phase="Pending", node=None, scheduling=message)


def test_unready_pods_all_on_a_dead_node_hang_on_the_node() -> None:
    running = container(state="running", started=NOW - timedelta(hours=5))
    seen = observation(
        workload("api", 0, 1),
        pod("api", "api-1", running, node="node-2"),
        node("node-2", "Ready=Unknown", since=at("02:10:00")),
    )
    (chain,) = find_chains(seen)
    assert outline(chain) == [("node-not-ready", "node-2"), ("readiness-failing", "shop/api")]


def test_unready_pods_elsewhere_too_do_not() -> None:
    running = container(state="running", started=NOW - timedelta(hours=5))
    seen = observation(
        workload("api", 0, 2),
        pod("api", "api-1", running, node="node-2"),
        pod("api", "api-2", running, node="node-3"),
        node("node-2", "Ready=Unknown"),
    )
    assert len(find_chains(seen)) == 2


def test_what_users_see_is_ranked_before_what_they_do_not() -> None:
    seen = observation(
        workload("batch", 0, 1),
        pod("batch", "batch-1", crashing()),
        workload("api", 0, 1),
        pod("api", "api-1", crashing()),
        service("api", 0, 1),
        route("api"),
    )
    assert [chain.root.target for chain in find_chains(seen)] == [deployment("api"), deployment("batch")]


def test_what_is_down_is_ranked_before_what_only_limps() -> None:
    seen = observation(
        workload("limping", 1, 2),
        pod("limping", "limping-1", crashing()),
        workload("down", 0, 2),
        pod("down", "down-1", crashing()),
    )
    assert [chain.root.target for chain in find_chains(seen)] == [deployment("down"), deployment("limping")]


def test_a_missing_secret_is_the_root_from_the_deployment_to_the_users() -> None:
    message = 'secret "db-credentials" not found'
    waits = waiting("CreateContainerConfigError", message)
    seen = observation(
        workload("api", 0, 1),
        pod("api", "api-1", waits, phase="Pending"),
        service("api", 0, 1),
        route("api"),
    )
    (chain,) = find_chains(seen)
    assert outline(chain) == [
        ("missing-config", "shop/db-credentials"),
        ("waits-for-config", "shop/api"),
        ("no-endpoints", "shop/api"),
        ("route-down", "shop/shop"),
    ]
    assert chain.subject == deployment("api")


def test_two_workloads_that_lack_the_same_hang_on_it_together() -> None:
    waits = waiting("CreateContainerConfigError", "couldn't find key TOKEN in ConfigMap shop/common")
    seen = observation(
        workload("api", 0, 1),
        workload("job", 0, 1),
        pod("api", "api-1", waits, phase="Pending"),
        pod("job", "job-1", waits, phase="Pending"),
    )
    (chain,) = find_chains(seen)
    assert (
        chain.root.summary
        == "it has no key TOKEN, and Deployment shop/api and Deployment shop/job can't start without it"
    )


def test_a_webhook_without_pods_is_what_keeps_others_from_being_made() -> None:
    seen = creating.FAULTS[-2].seen
    (chain,) = find_chains(seen)
    assert outline(chain) == [
        ("scaled-to-zero", "shop/policy"),
        ("no-endpoints", "shop/policy"),
        ("webhook-down", "policy"),
        ("pods-not-created", "shop/api"),
    ]


def test_a_claim_without_class_is_what_keeps_a_pod_from_its_node() -> None:
    (chain,) = find_chains(storage.FAULTS[1].seen)
    assert outline(chain) == [("storage-class-missing", "shop/data"), ("unschedulable", "shop/api")]


def test_the_clusters_dns_is_behind_names_that_do_not_resolve() -> None:
    api, dns = pod("api", "api-1", crashing()), pod("dns", "dns-1", crashing())
    seen = observation(
        workload("dns", 0, 2),
        dns.model_copy(update={"labels": {"k8s-app": "kube-dns"}}),
        service("kube-dns", 0, 2, selector={"k8s-app": "kube-dns"}),
        workload("api", 0, 1),
        api,
        log(api, "dial tcp: lookup payments.example.com: no such host"),
    )
    (chain,) = find_chains(seen)
    assert outline(chain) == [
        ("crash-loop", "shop/dns"),
        ("dns-down", "shop/kube-dns"),
        ("dependency-down", "shop/api"),
        ("crash-loop", "shop/api"),
    ]


def test_what_a_program_is_told_by_its_own_log_is_not_overruled_by_a_shallower_sign() -> None:
    """It is killed for memory; that it also could not reach a Service without pods is another story."""
    api = pod("api", "api-1", crashing(last_reason="OOMKilled", last_exit_code=137))
    seen = observation(
        workload("db", 0, 1),
        pod("db", "db-1", crashing()),
        service("db", 0, 1),
        workload("api", 0, 1),
        api,
        log(api, "connection refused: db:5432"),
    )
    assert sorted(chain.root.cause for chain in find_chains(seen)) == ["crash-loop", "out-of-memory"]


def test_a_line_in_the_log_of_a_pod_that_only_starts_proves_nothing() -> None:
    starting = container(state="running", started=NOW - timedelta(seconds=20))
    api = pod("api", "api-1", starting)
    seen = observation(
        workload("api", 1, 2, rolled_out=NOW - timedelta(seconds=30)), api, log(api, "connection refused: db:5432")
    )
    assert find(seen) == []


def test_a_refusal_of_an_hour_ago_is_not_the_reason_for_what_crashes_now() -> None:
    api = workload("api", 0, 1, conditions=(told("Available", "False"),))
    old = event(api, "FailedCreate", "exceeded quota: compute, requested: pods=1, used: pods=1, limited: pods=1")
    (chain,) = find_chains(observation(api, pod("api", "api-1", crashing()), old))
    assert chain.root.cause == "crash-loop"


def test_each_path_of_an_ingress_goes_its_own_way() -> None:
    """One leads to a Service that is down, one to none at all, and its certificate is missing: three stories."""
    lacks = config("x").model_copy(update={"ref": ref("Secret", "shop-tls"), "exists": False, "keys": None})
    seen = observation(
        workload("api", 0, 1),
        pod("api", "api-1", crashing()),
        service("api", 0, 1),
        route("api"),
        route("gone", service_missing=True),
        route("gone", "/gone/too", service_missing=True),
        IngressSeen(ref=ref("Ingress", "shop"), class_name="nginx", secrets=(ref("Secret", "shop-tls"),)),
        lacks,
    )
    assert [outline(chain) for chain in find_chains(seen)] == [
        [("crash-loop", "shop/api"), ("no-endpoints", "shop/api"), ("route-down", "shop/shop")],
        [("backend-missing", "shop/shop"), ("backend-missing", "shop/shop")],
        [("certificate-missing", "shop/shop")],
    ]
