"""Kinds however they are spelled, and paths that nobody can climb out of."""

import pytest

from incident_mcp.cluster.kinds import collection, path_of, workload_kind
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.refs import Ref


@pytest.mark.parametrize("text", ["deploy", "Deployment", "deployments", "DEPLOYMENTS.apps", " deployment "])
def test_many_spellings_are_one_kind(text: str) -> None:
    assert workload_kind(text) == "Deployment"


def test_short_names_of_the_other_kinds() -> None:
    assert workload_kind("sts") == "StatefulSet"
    assert workload_kind("ds") == "DaemonSet"


def test_an_unknown_kind_is_answered_with_the_known_ones() -> None:
    with pytest.raises(BadRequest) as refused:
        workload_kind("Deploymnet")
    assert refused.value.next_step == "Did you mean Deployment? Known kinds: Deployment, StatefulSet, DaemonSet."
    with pytest.raises(BadRequest) as far:
        workload_kind("Job")
    assert far.value.next_step == "Known kinds: Deployment, StatefulSet, DaemonSet."


def test_paths() -> None:
    assert path_of(Ref(kind="Deployment", namespace="shop", name="checkout")) == (
        "/apis/apps/v1/namespaces/shop/deployments/checkout"
    )
    assert path_of(Ref(kind="Node", name="node-1")) == "/api/v1/nodes/node-1"
    assert collection("Pod", None) == "/api/v1/pods"


@pytest.mark.parametrize("name", ["../secrets", "a/b", "", "a?watch=1", "a" * 300, "-x", "ab\n"])
def test_a_name_can_not_become_another_path(name: str) -> None:
    with pytest.raises(BadRequest):
        path_of(Ref(kind="Deployment", namespace="shop", name=name))
    with pytest.raises(BadRequest):
        collection("Pod", name)
