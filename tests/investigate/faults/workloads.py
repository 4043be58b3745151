"""Workloads as a whole, and pods that go away badly."""

from typing import Any

from incident_mcp.vocabulary.control_seen import NamespaceSeen
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.untrusted import Untrusted
from tests.investigate.faults.fault import API, Fault, api
from tests.investigate.observations import (
    at,
    container,
    node,
    observation,
    outline,
    pod,
    ref,
    route,
    service,
    told,
    workload,
)

DB = ref("StatefulSet", "db")
AGENT = ref("DaemonSet", "agent")


def db_waits() -> Observation:
    broken = pod(None, "db-1", container(state="unknown"), owner=DB, phase="Pending")
    return observation(workload("db", 1, 4, ref=DB), broken)


def agent() -> Observation:
    broken = pod(None, "agent-x", container(state="unknown"), owner=AGENT, phase="Pending", node="node-3")
    return observation(workload("agent", 2, 3, ref=AGENT), broken)


def evicted(*things: Any) -> Observation:
    gone = pod(
        "api",
        "api-1",
        phase="Failed",
        reason="Evicted",
        message=Untrusted("The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi"),
    )
    return observation(api(ready=1), gone, *things)


def leaving(**fields: Any) -> Observation:
    return observation(pod("api", "api-1", deleting=True, deleted=at("02:00:00"), **fields))


def declares(kind: str, name: str, **fields: Any) -> Observation:
    declared = outline(name, 8080).model_copy(update={"ref": ref(kind, name), **fields})
    return observation(declared)


FAULTS = [
    Fault(
        declares("DaemonSet", "agent", misscheduled=2),
        "daemon-set-misscheduled",
        AGENT,
        "2 pods of it stand where it does not belong",
        "notice",
    ),
    Fault(
        declares("StatefulSet", "db", governed_by="db"),
        "governing-service-missing",
        DB,
        "Service db, which names its pods, does not exist or selects nothing",
        "notice",
    ),
    Fault(observation(api(ready=1)), "replicas-missing", API, "only 1 of 2 ready; no cause found", "warning"),
    Fault(
        observation(
            api(ready=1, updated=1, conditions=(told("Progressing", "False", "ProgressDeadlineExceeded", "timed out"),))
        ),
        "rollout-stuck",
        API,
        "its rollout is stuck: 1 of 2 updated, 1 ready",
        "warning",
    ),
    Fault(
        observation(api(ready=2, updated=1, paused=True)),
        "rollout-paused",
        API,
        "its rollout is paused at 1 of 2 updated",
        "notice",
    ),
    Fault(db_waits(), "ordinal-blocks", DB, "db-1 is not ready, and 2 pods after it wait", "warning"),
    Fault(agent(), "daemon-set-incomplete", AGENT, "only ready on 2 of 3 nodes: not on node-3", "warning"),
    Fault(
        observation(service("api", 0), outline("api", 8080, desired=0), route("api", ingress=ref("Ingress", "api"))),
        "scaled-to-zero",
        API,
        "it is scaled to 0, and Service shop/api has nobody else",
    ),
    Fault(evicted(), "evicted", API, "1 pod evicted from node-1, which ran short of disk", "warning"),
    Fault(
        leaving(finalizers=("example.com/backup",)),
        "stuck-terminating",
        ref("Pod", "api-1"),
        "it should have been gone by 02:00:00 UTC: finalizer example.com/backup holds it",
        "warning",
    ),
    Fault(
        observation(
            NamespaceSeen(
                name="old",
                deleted=at("02:00:00"),
                conditions=(told("NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", "x.example in 1"),),
            )
        ),
        "namespace-terminating",
        ref("Namespace", "old", None),
        "it can't be deleted: it waits for finalizers of what is left in it",
        "warning",
    ),
    Fault(
        evicted(node("node-1", "DiskPressure", ready=True)),
        "node-pressure",
        ref("Node", "node-1", None),
        "it reports DiskPressure",
        "warning",
    ),
]
