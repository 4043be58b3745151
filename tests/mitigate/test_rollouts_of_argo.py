"""A `Rollout` of Argo Rollouts is no Deployment: its own message says what a person can do, and nothing is asked."""

from pathlib import Path
from typing import Any

import pytest

from incident_mcp.cluster.owners import owner_of_pod
from incident_mcp.vocabulary.refs import Ref
from tests.surface.world import ACCEPT, always, text_of, world

CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("rollback_workload", {}),
    ("scale_workload", {"replicas": 4}),
    ("restart_workload", {}),
    ("set_resources", {"memory_limit": "1Gi"}),
]


@pytest.mark.parametrize("kind", ["Rollout", "rollouts.argoproj.io", "ro"])
async def test_a_rollout_is_refused_with_what_a_person_can_do(tmp_path: Path, kind: str) -> None:
    async with world(tmp_path, "2026-07-28", always(ACCEPT)) as here:
        for tool, arguments in CHANGES:
            refused = await here.call(tool, kind=kind, namespace="shop", name="checkout", **arguments)
            assert refused.is_error
            assert "shop/checkout as a Rollout of Argo Rollouts is not handled" in text_of(refused)
            assert "kubectl argo rollouts get rollout checkout -n shop; then abort, undo, pause" in text_of(refused)
        assert here.questions == []
        assert here.writes() == []


@pytest.mark.parametrize(
    ("label", "owner"), [("rollouts-pod-template-hash", "ReplicaSet"), ("pod-template-hash", "Deployment")]
)
def test_a_pod_of_a_rollout_is_not_taken_for_one_of_a_deployment(label: str, owner: str) -> None:
    reference = {"kind": "ReplicaSet", "name": "checkout-5d5f8", "controller": True}
    pod = {"metadata": {"namespace": "shop", "labels": {label: "5d5f8"}, "ownerReferences": [reference]}}
    name = "checkout-5d5f8" if owner == "ReplicaSet" else "checkout"
    assert owner_of_pod(pod)[1] == Ref(kind=owner, namespace="shop", name=name)
