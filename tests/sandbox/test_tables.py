"""Rows of tables for objects that the scenarios do not have."""

from datetime import UTC, datetime
from typing import Any

import pytest

from incident_sandbox.model import resources as r
from incident_sandbox.tables.render import render_table

NOW = datetime(2026, 11, 24, 2, 14, 3, tzinfo=UTC)
META = {"name": "x", "namespace": "shop", "creationTimestamp": "2026-11-24T01:14:03Z"}


def _row(resource: r.Resource, **fields: Any) -> dict[str, Any]:
    metadata = META | fields.pop("metadata", {})
    obj = {"kind": resource.kind, "metadata": metadata, **fields}
    table = render_table(resource, [obj], {}, NOW, include="None")
    names = [column["name"] for column in table["columnDefinitions"]]
    return dict(zip(names, table["rows"][0]["cells"], strict=True))


def _waiting(reason: str) -> Any:
    return {"waiting": {"reason": reason}}


def _ended(code: int, **more: Any) -> Any:
    return {"terminated": {"exitCode": code, **more}}


RUNNING: Any = {"running": {}}


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ({"phase": "Pending"}, "Pending"),
        ({"phase": "Failed", "reason": "Evicted"}, "Evicted"),
        ({"phase": "Running", "containerStatuses": [{"state": _waiting("CrashLoopBackOff")}]}, "CrashLoopBackOff"),
        ({"phase": "Running", "containerStatuses": [{"state": _ended(1, reason="Error")}]}, "Error"),
        ({"phase": "Running", "containerStatuses": [{"state": _ended(3)}]}, "ExitCode:3"),
        ({"phase": "Running", "containerStatuses": [{"state": _ended(0, signal=9)}]}, "Signal:9"),
        ({"phase": "Succeeded", "containerStatuses": [{"state": _ended(0, reason="Completed")}]}, "Completed"),
        (
            {
                "phase": "Running",
                "conditions": [{"type": "Ready", "status": "True"}],
                "containerStatuses": [{"state": _ended(0, reason="Completed")}, {"ready": True, "state": RUNNING}],
            },
            "Running",
        ),
        ({"phase": "Pending", "initContainerStatuses": [{"state": _waiting("PodInitializing")}]}, "Init:0/1"),
        ({"phase": "Pending", "initContainerStatuses": [{"state": _waiting("ErrImagePull")}]}, "Init:ErrImagePull"),
        ({"phase": "Pending", "initContainerStatuses": [{"state": _ended(2, reason="Error")}]}, "Init:Error"),
        (
            {"phase": "Pending", "conditions": [{"type": "PodScheduled", "reason": "SchedulingGated"}]},
            "SchedulingGated",
        ),
    ],
)
def test_the_status_of_a_pod(status: Any, shown: str) -> None:
    spec = {"containers": [{"name": "a"}, {"name": "b"}], "initContainers": [{"name": "i"}]}
    assert _row(r.PODS, spec=spec, status=status)["Status"] == shown


def test_a_pod_that_is_being_deleted_is_terminating() -> None:
    metadata = {"deletionTimestamp": "2026-11-24T02:14:33Z"}
    assert _row(r.PODS, metadata=metadata, status={"phase": "Running"})["Status"] == "Terminating"
    lost = {"phase": "Running", "reason": "NodeLost"}
    assert _row(r.PODS, metadata=metadata, status=lost)["Status"] == "Unknown"


@pytest.mark.parametrize(
    ("conditions", "shown"),
    [
        ([], "Running"),
        ([{"type": "Complete", "status": "True"}], "Complete"),
        ([{"type": "Suspended", "status": "True"}], "Suspended"),
    ],
)
def test_jobs(conditions: Any, shown: str) -> None:
    status = {
        "succeeded": 1,
        "startTime": "2026-11-24T02:00:00Z",
        "completionTime": "2026-11-24T02:02:30Z",
        "conditions": conditions,
    }
    row = _row(r.JOBS, spec={"completions": 3}, status=status)
    assert (row["Status"], row["Completions"], row["Duration"], row["Age"]) == (shown, "1/3", "2m30s", "60m")
    assert _row(r.JOBS, spec={"parallelism": 4}, status={})["Completions"] == "0/1 of 4"


def test_cron_jobs() -> None:
    row = _row(
        r.CRON_JOBS,
        spec={"schedule": "0 3 * * *", "suspend": True},
        status={"lastScheduleTime": "2026-11-24T02:13:03Z"},
    )
    assert [row[name] for name in ("Schedule", "Timezone", "Suspend", "Active", "Last Schedule")] == [
        "0 3 * * *",
        "<none>",
        "True",
        0,
        "60s",
    ]


def test_autoscalers() -> None:
    metrics = [{"type": "Resource", "resource": {"name": "cpu", "target": {"averageUtilization": 80}}}]
    spec = {
        "scaleTargetRef": {"kind": "Deployment", "name": "web"},
        "metrics": metrics,
        "minReplicas": 2,
        "maxReplicas": 9,
    }
    current = [{"type": "Resource", "resource": {"current": {"averageUtilization": 93}}}]
    row = _row(r.AUTOSCALERS, spec=spec, status={"currentMetrics": current, "currentReplicas": 4})
    assert [row[name] for name in ("Reference", "Targets", "MinPods", "MaxPods", "Replicas")] == [
        "Deployment/web",
        "cpu: 93%/80%",
        "2",
        9,
        4,
    ]
    assert _row(r.AUTOSCALERS, spec=spec, status={})["Targets"] == "cpu: <unknown>/80%"


def test_services_and_ingresses_of_other_types() -> None:
    waiting = _row(r.SERVICES, spec={"type": "LoadBalancer", "clusterIPs": ["10.96.0.9"]})
    assert (waiting["External-IP"], waiting["Port(s)"], waiting["Selector"]) == ("<pending>", "<none>", "<none>")
    balanced = {"loadBalancer": {"ingress": [{"ip": "203.0.113.7"}]}}
    assert _row(r.SERVICES, spec={"type": "LoadBalancer"}, status=balanced)["External-IP"] == "203.0.113.7"
    assert (
        _row(r.SERVICES, spec={"type": "ExternalName", "externalName": "db.example.com"})["External-IP"]
        == "db.example.com"
    )
    rules = [{"host": f"{name}.example.com"} for name in "abcde"]
    row = _row(r.INGRESSES, spec={"rules": rules, "tls": [{}]}, status=balanced)
    assert row["Hosts"] == "a.example.com,b.example.com,c.example.com + 2 more..."
    assert (row["Class"], row["Address"], row["Ports"]) == ("<none>", "203.0.113.7", "80, 443")


def test_a_node_that_is_not_ready_and_cordoned() -> None:
    status = {"conditions": [{"type": "Ready", "status": "Unknown"}]}
    assert _row(r.NODES, spec={"unschedulable": True}, status=status)["Status"] == "NotReady,SchedulingDisabled"
    labels = {"labels": {"node-role.kubernetes.io/control-plane": ""}}
    row = _row(r.NODES, metadata=labels)
    assert (row["Status"], row["Roles"], row["OS-Image"]) == ("Unknown", "control-plane", "<unknown>")


def test_a_finished_pod_says_so_beside_its_row() -> None:
    pod = {"kind": "Pod", "metadata": META, "status": {"phase": "Failed"}}
    row = render_table(r.PODS, [pod], {}, NOW, include="None")["rows"][0]
    assert row["conditions"][0]["message"] == "The pod failed."


def test_role_bindings_name_their_subjects() -> None:
    subjects = [
        {"kind": "User", "name": "ann"},
        {"kind": "Group", "name": "sre"},
        {"kind": "ServiceAccount", "name": "bot", "namespace": "ops"},
    ]
    row = _row(r.ROLE_BINDINGS, roleRef={"kind": "Role", "name": "viewer"}, subjects=subjects)
    assert [row[name] for name in ("Role", "Users", "Groups", "ServiceAccounts")] == [
        "Role/viewer",
        "ann",
        "sre",
        "ops/bot",
    ]
