"""Rollouts that broke something, the old pods still serving or not."""

from typing import Any

from tests.investigate.planted.cases.images import NOT_FOUND
from tests.investigate.planted.fault import Fault
from tests.investigate.planted.kubelet import crash, probe_fails, pull_fails, unready
from tests.investigate.planted.objects import (
    SHOP,
    Json,
    deployment,
    ingress,
    probe,
    served,
    service,
    stateful_set,
    thing,
)

API = "Deployment api"
HASTY: Json = {"strategy": {"rollingUpdate": {"maxUnavailable": "100%", "maxSurge": 0}}}


def _old(**fields: Any) -> tuple[Json, ...]:
    return served(deployment("api", replicas=2, **fields))


def _new(script: str, version: str = "2", rollout: Json | None = None, **container: Any) -> Json:
    container = {"image": f"{SHOP}/api:{version}", **container}
    return deployment("api", script, replicas=2, rollout=rollout, container=container)


FAULTS = (
    Fault(
        "a new image that is not there; the old pods serve",
        ("image-not-found", API),
        _old(),
        then=(_new(pull_fails(NOT_FOUND, f"{SHOP}/api:2").name),),
        twins="rollout",
    ),
    Fault(
        "a new version that crashes; the old pods serve",
        ("crash-loop", API),
        _old(),
        then=(_new(crash("fatal: unknown flag: --listen", 2).name, rollout={"progressDeadlineSeconds": 5}),),
        twins="rollout",
        sign=("Deployment", "api", "ProgressDeadlineExceeded"),
    ),
    Fault(
        "a new version that wants a variable; nothing serves",
        ("missing-environment", API),
        _old(rollout=HASTY),
        then=(_new(crash("fatal: environment variable STRIPE_KEY is not set").name, rollout=HASTY),),
        twins="rollout",
    ),
    Fault(
        "a new version that does not become ready; the old pods serve",
        ("readiness-failing", API),
        _old(),
        then=(
            _new(
                unready(
                    "INFO listening on :9000",
                    probe_fails(
                        "Readiness", 'Get "http://{ip}:8080/": dial tcp {ip}:8080: connect: connection refused'
                    ),
                ).name,
                readinessProbe=probe("/"),
            ),
        ),
    ),
    Fault(
        "a rollout that the quota has no room for",
        ("quota-exceeded", "ResourceQuota compute"),
        (thing("ResourceQuota", "compute", spec={"hard": {"pods": "4"}}), *_old()),
        then=(_new("", "2"),),
        twins="rollout",
    ),
    Fault(
        "a StatefulSet whose first pod blocks the others",
        ("crash-loop", "StatefulSet db"),
        (
            stateful_set("db", crash("FATAL: data directory has wrong ownership", 1).name, replicas=3),
            service("db", clusterIP="None"),
        ),
        ask="statefulset/db",
    ),
    Fault(
        "an edit that takes the label away from the pods",
        ("selects-nothing", "Service api"),
        (
            deployment("api", labels={"track": "stable"}),
            service("api", selector={"app": "api", "track": "stable"}),
            ingress("api"),
        ),
        then=(deployment("api", labels={"track": "canary"}),),
        healthy=(API,),
    ),
)
