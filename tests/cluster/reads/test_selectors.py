"""A workload's pods are found by its whole selector, expressions included."""

from typing import Any

import pytest

from incident_mcp.cluster.selectors import label_query


@pytest.mark.parametrize(
    ("selector", "query"),
    [
        ({"matchLabels": {"tier": "web", "app": "x"}}, "app=x,tier=web"),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "b"]}]}, "app in (a,b)"),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["a"]}]}, "app notin (a)"),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, "app"),
        (
            {"matchLabels": {"app": "x"}, "matchExpressions": [{"key": "canary", "operator": "DoesNotExist"}]},
            "app=x,!canary",
        ),
        ({}, ""),
    ],
)
def test_the_query_says_what_the_selector_says(selector: dict[str, Any], query: str) -> None:
    assert label_query(selector) == query
