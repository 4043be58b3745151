"""Signs that lead astray: old warnings, busy neighbours, innocent rollouts. And nothing wrong at all."""

from tests.investigate.planted.cases.config import refused
from tests.investigate.planted.fault import Fault, Noise
from tests.investigate.planted.kubelet import Script, State, crash, well
from tests.investigate.planted.objects import PORTS, SHOP, asks, deployment, job, served, service

API = "Deployment api"
ENDED = {"exitCode": 1, "reason": "Error", "startedAt": "2026-11-20T02:00:00Z", "finishedAt": "2026-11-20T02:10:00Z"}
LONG_AGO = Script(
    {
        "app": State(
            {
                "restartCount": 41,
                "state": {"running": {"startedAt": "{created}"}},
                "lastState": {"terminated": ENDED},
            },
            "INFO failover complete, 0 failed\nINFO retried 3 of 3, no error\n" * 5,
            ready=True,
        )
    }
)
OLD = (
    Noise("Pod web", "BackOff", "Back-off restarting failed container app in pod web", 55),
    Noise("Pod web", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", 50),
    Noise("Deployment web", "FailedCreate", 'pods "web-1" is forbidden: exceeded quota: compute', 48),
)

FAULTS = (
    Fault(
        "old warnings about a neighbour, beside a missing Secret",
        ("missing-config", "Secret api-db"),
        served(
            deployment(
                "api",
                refused('secret "api-db" not found').name,
                container={"envFrom": [{"secretRef": {"name": "api-db"}}]},
            )
        ),
        noise=OLD,
    ),
    Fault(
        "a worker that restarted 41 times last week, beside a container killed for memory",
        ("out-of-memory", API),
        (
            deployment("worker", LONG_AGO.name),
            *served(
                deployment(
                    "api", crash("", 137, "OOMKilled").name, container={"resources": {"limits": {"memory": "64Mi"}}}
                )
            ),
        ),
        healthy=("Deployment worker",),
    ),
    Fault(
        "a rollout of a neighbour a moment ago, and a selector that was always wrong",
        ("selects-nothing", "Service api"),
        (
            deployment("api", labels={"tier": "b"}),
            service("api", selector={"app": "api", "tier": "a"}),
            *served(deployment("shop")),
        ),
        then=(deployment("shop", container={"image": f"{SHOP}/shop:2", **PORTS, **asks(cpu="10m")}),),
        healthy=(API, "Deployment shop"),
    ),
    Fault(
        "nothing wrong: old warnings, old restarts, a rollout that went well",
        ("", ""),
        (deployment("worker", LONG_AGO.name), *served(deployment("api"))),
        then=(deployment("api", container={"image": f"{SHOP}/api:2"}),),
        noise=OLD,
        healthy=(API, "Deployment worker", "Service api", "Ingress api"),
    ),
    Fault(
        "nothing wrong: errors in a log that are everyday life",
        ("", ""),
        (
            *served(
                deployment(
                    "api",
                    well(
                        "ERROR 404 /favicon.ico\nWARN retry 1 of 3: connection reset by peer\n"
                        "INFO ok after retry\nINFO 0 failed, 41 passed\n" * 5
                    ).name,
                )
            ),
            job("report"),
            deployment("idle", replicas=0),
            service("idle"),
        ),
        healthy=(API, "Job report", "Deployment idle", "Service idle"),
    ),
)
