"""Values from a cluster stay values: in a query of ours, and in one that a shop wrote."""

import re

import pytest

from incident_mcp.metrics.placeholders import check, filled
from incident_mcp.metrics.promql import Matcher, select
from incident_mcp.services.pods import is_pod_of, pod_pattern
from incident_mcp.services.quoting import literal
from incident_mcp.vocabulary.refs import Ref

CHECKOUT = Ref(kind="Deployment", namespace="shop", name="checkout")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("shop", '"shop"'),
        ('a"} or vector(1) #', r'"a\"} or vector(1) #"'),
        ("back\\slash\\", r'"back\\slash\\"'),
        ("two\nlines", r'"two\nlines"'),
        ("lone \ud800 surrogate", '"lone ? surrogate"'),
    ],
)
def test_a_value_can_not_end_its_string(value: str, written: str) -> None:
    assert select("up", [Matcher("l", value)]) == f"up{{l={written}}}"


@pytest.mark.parametrize("name", ["a.b", "a|b", "(a)*", "x{2}", "^$", "a\\b", "[a]+?"])
def test_a_name_in_a_pattern_matches_itself_and_nothing_else(name: str) -> None:
    assert re.fullmatch(literal(name), name)
    assert not re.fullmatch(literal(name), name.replace(".", "x") + "y")


@pytest.mark.parametrize(
    ("kind", "name", "pod"),
    [
        ("Deployment", "checkout", "checkout-547dd6c64c-8rtnl"),
        ("StatefulSet", "db", "db-0"),
        ("DaemonSet", "log.agent", "log.agent-x2k4p"),
        ("Pod", "alone", "alone"),
    ],
)
def test_pods_are_known_by_what_their_controller_calls_them(kind: str, name: str, pod: str) -> None:
    workload = Ref(kind=kind, namespace="shop", name=name)
    assert is_pod_of(pod, workload)
    assert not is_pod_of(f"{name}-api-547dd6c64c-8rtnl", workload)
    assert not is_pod_of(pod.replace(".", "x") + "-y", workload)


def test_a_shops_query_is_filled_in_for_the_string_that_a_placeholder_stands_in() -> None:
    odd = Ref(kind="Deployment", namespace="it's", name='a.b"c')
    query = """sum(x{ns="{namespace}",q='{namespace}',w=~"{workload}|z",v!="{workload}",p=~'{pods}'} > 0) by (le)"""
    assert filled(query, odd) == (
        """sum(x{ns="it's",q='it\\'s',w=~"a\\\\.b\\"c|z",v!="a.b\\"c","""
        """p=~'a\\\\.b"c-[0-9a-z]{1,10}-[0-9a-z]{5}'} > 0) by (le)"""
    )


@pytest.mark.parametrize("query", ["x{a={workload}}", "{namespace}", 'x{p="{pods}"}', 'x{p="a"} > {workload}'])
def test_a_placeholder_that_can_not_be_filled_in_safely_is_refused(query: str) -> None:
    with pytest.raises(ValueError, match=r"quotes|pattern"):
        check(query)


def test_braces_of_promql_itself_are_left_alone() -> None:
    query = 'sum by (a) (rate({__name__=~"x|y",pod=~"{pods}"}[5m]))'
    check(query)
    assert filled(query, CHECKOUT).count("{") == query.count("{") - 1 + pod_pattern(CHECKOUT).count("{")
