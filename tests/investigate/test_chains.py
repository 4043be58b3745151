"""Findings joined: the root, what shows on it, what it breaks, in order; several roots ranked by what they break."""

from datetime import timedelta

from incident_mcp.investigate.find import find, find_chains
from incident_mcp.vocabulary.finding import Chain
from tests.investigate.observations import (
    NOW,
    at,
    bad_rollout,
    container,
    crashing,
    deployment,
    log,
    node,
    observation,
    pod,
    route,
    service,
    service_ref,
    workload,
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
