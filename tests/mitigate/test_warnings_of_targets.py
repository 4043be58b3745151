"""Warnings about the target itself, each with its near twin: its last pod, its count, its strategy, others' hands."""

from datetime import UTC, datetime
from typing import Any

import pytest

from incident_mcp.cluster.pods import pod_seen
from incident_mcp.cluster.workloads import workload_seen
from incident_mcp.mitigate.evicting import sort_pods
from incident_mcp.mitigate.rollouts import replacing
from incident_mcp.mitigate.warnings.others import changed_since
from incident_mcp.mitigate.warnings.pods import going
from incident_mcp.mitigate.warnings.scaling import fewer
from incident_mcp.vocabulary.observation import WorkloadSeen
from tests.mitigate.around import IMAGE, Json, workload

OPENED = datetime(2026, 11, 24, 2, 14, tzinfo=UTC)


def seen(ready: int, **spec: Any) -> WorkloadSeen:
    thing = workload(None, None, **spec) | {"status": {"readyReplicas": ready}}
    return workload_seen(thing, "Deployment")


def pod(*, ready: bool = True, owned: bool = True, **spec: Any) -> Json:
    owner = {"kind": "ReplicaSet", "name": "checkout-5d5f8", "controller": True}
    return {
        "metadata": {
            "name": "checkout-5d5f8-x",
            "namespace": "shop",
            "uid": "p1",
            "labels": {"pod-template-hash": "5d5f8"},
            "ownerReferences": [owner] if owned else [],
        },
        "spec": {"containers": [{"name": "app", "image": IMAGE}], **spec},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": str(ready)}]},
    }


LOCAL: Json = {"volumes": [{"name": "cache", "emptyDir": {}}]}
ELSEWHERE: Json = {"volumes": [{"name": "cache", "persistentVolumeClaim": {"claimName": "cache"}}]}


@pytest.mark.parametrize(
    ("one", "ready", "told"),
    [
        (pod(), 1, ["it is the last ready replica of Deployment shop/checkout"]),
        (pod(), 2, []),
        (pod(ready=False), 1, []),
        (pod(**LOCAL), 2, ["its emptyDir volumes are lost"]),
        (pod(**ELSEWHERE), 2, []),
    ],
)
def test_what_goes_with_a_pod(one: Json, ready: int, told: list[str]) -> None:
    assert list(going(one, pod_seen(one), seen(ready))) == told


def test_a_pod_that_nothing_makes_anew() -> None:
    alone = pod(owned=False)
    assert list(going(alone, pod_seen(alone), None)) == ["it has no controller: nothing makes a new one"]


def test_a_drain_leaves_local_data_and_takes_what_lies_elsewhere() -> None:
    kept, gone = pod(**LOCAL), pod(**ELSEWHERE)
    found = sort_pods([kept, gone], local_data=False)
    assert (len(found.local), found.go) == (1, [gone])
    assert sort_pods([kept, gone], local_data=True).go == [kept, gone]


@pytest.mark.parametrize(
    ("before", "after", "ready", "told"),
    [
        (3, 0, 3, ["scaled to zero it serves nothing, and 3 ready pods go"]),
        (3, 0, 0, ["scaled to zero it serves nothing"]),
        (3, 1, 3, ["one replica is left: whatever ends it ends the service"]),
        (3, 1, 1, []),
        (3, 2, 3, []),
        (0, 1, 0, []),
    ],
)
def test_a_count_that_leaves_too_little(before: int, after: int, ready: int, told: list[str]) -> None:
    assert list(fewer(before, after, ready)) == told


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"strategy": {"type": "Recreate"}}, ["all 4 ready pods may go at once (maxUnavailable 100%)"]),
        ({"strategy": {"rollingUpdate": {"maxUnavailable": "50%"}}}, []),
        (
            {"updateStrategy": {"type": "OnDelete"}},
            ["its strategy is OnDelete: no pod is replaced until somebody deletes it"],
        ),
        ({"updateStrategy": {"type": "RollingUpdate"}}, []),
        (
            {"updateStrategy": {"rollingUpdate": {"partition": 2}}},
            ["its partition is 2: pods below that ordinal keep the revision that they have"],
        ),
        ({"updateStrategy": {"rollingUpdate": {"partition": 0}}}, []),
    ],
)
def test_a_strategy_that_takes_all_or_none(spec: Json, told: list[str]) -> None:
    assert list(replacing(seen(4, **spec), workload(None, None, **spec))) == told


def written(manager: str, at: str, fields: str = "f:spec", **more: str) -> Json:
    live = workload()
    live["metadata"]["managedFields"] += [
        {"manager": manager, "operation": "Update", "time": at, "fieldsV1": {fields: {}}, **more}
    ]
    return live


def annotated(key: str) -> Json:
    live = written("tuner", "2026-11-24T02:20:11Z", "f:metadata")
    live["metadata"]["managedFields"][-1]["fieldsV1"] = {"f:metadata": {"f:annotations": {key: {}}}}
    return live


@pytest.mark.parametrize(
    ("live", "told"),
    [
        (
            written("kubectl-edit", "2026-11-24T02:20:11Z"),
            ["changed since the incident opened too: by kubectl-edit at 02:20:11"],
        ),
        (written("kubectl-edit", "2026-11-24T02:13:59Z"), []),
        (written("kubectl-annotate", "2026-11-24T02:20:11Z", "f:metadata"), []),
        (
            written("tuner", "2026-11-24T02:20:11Z", "f:data"),
            ["changed since the incident opened too: by tuner at 02:20:11"],
        ),
        (
            annotated("f:nginx.ingress.kubernetes.io/canary-weight"),
            ["changed since the incident opened too: by tuner at 02:20:11"],
        ),
        (annotated("f:example.com/note"), []),
        (written("kube-controller-manager", "2026-11-24T02:20:11Z"), []),
        (written("somebody", "2026-11-24T02:20:11Z", subresource="status"), []),
    ],
)
def test_somebody_elses_hand_since_the_incident_opened(live: Json, told: list[str]) -> None:
    assert list(changed_since(live, OPENED)) == told
    assert list(changed_since(live, None)) == []
