"""The same families once more, in other words and states: what is recognised must be the cause, not one wording."""

from typing import Any

from tests.investigate.planted.cases.config import refused, unmounted
from tests.investigate.planted.fault import Fault
from tests.investigate.planted.kubelet import (
    Script,
    State,
    Told,
    crash,
    init,
    probe_fails,
    pull_fails,
    unready,
    waiting,
)
from tests.investigate.planted.objects import (
    SHOP,
    Json,
    config_map,
    deployment,
    env,
    policy,
    probe,
    secret,
    served,
    service,
    stateful_set,
)

API = "Deployment api"
POSTGRES = (
    stateful_set("postgres", container={"ports": [{"containerPort": 5432}]}),
    service("postgres", 5432, port=5432),
)
NO_POSTGRES = (stateful_set("postgres", replicas=0, container={"ports": [{"containerPort": 5432}]}), POSTGRES[1])
WELL = ("StatefulSet postgres", "Service postgres")
HOSTLESS = (
    "java.net.ConnectException: Connection refused\n"
    "\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)\n"
    "\tat java.base/sun.nio.ch.NioSocketImpl.timedFinishConnect(NioSocketImpl.java:547)"
)
UNNAMED = "socket.gaierror: [Errno -2] Name or service not known"


def _api(script: Script, **spec: Any) -> tuple[Json, ...]:
    return served(deployment("api", script.name, **spec))


def flapping() -> Script:
    """Killed for memory twice, and up again: ready at the moment."""
    ended = {"exitCode": 137, "reason": "OOMKilled", "startedAt": "{began}", "finishedAt": "{ended}"}
    status: Json = {
        "restartCount": 4,
        "state": {"running": {"startedAt": "{ended}"}},
        "lastState": {"terminated": ended},
    }
    return Script({"app": State(status, "INFO listening on :8080", ready=True)})


def restarted_by_probe() -> Script:
    """Between two kills: it runs, and the probe fails again."""
    ended = {"exitCode": 137, "reason": "Error", "startedAt": "{began}", "finishedAt": "{ended}"}
    status: Json = {
        "restartCount": 3,
        "state": {"running": {"startedAt": "{ended}"}},
        "lastState": {"terminated": ended},
    }
    told = "cat: /tmp/healthy: No such file or directory"
    return Script(
        {"app": State(status, "INFO working")},
        (
            probe_fails("Liveness", told, 9),
            Told("Killing", "Container app failed liveness probe, will be restarted", 3, warning=False),
        ),
    )


def first_try() -> Script:
    """The first pull failed a moment ago: no back-off yet, and the message is all there is."""
    image = f"{SHOP}/api:latst"
    why = (
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": failed to resolve reference '
        f'"{image}": {image}: not found'
    )
    return waiting("ErrImagePull", why)


FAULTS = (
    Fault("a first pull that fails, without events", ("image-not-found", API), _api(first_try())),
    Fault(
        "a repository that does not exist or is private",
        ("image-pull-denied", API),
        _api(
            pull_fails(
                'failed to pull and unpack image "{image}": failed to resolve reference "{image}": pull access denied, '
                "repository does not exist or may require authorization: server message: insufficient_scope: "
                "authorization failed",
                f"{SHOP}/api:3",
            )
        ),
    ),
    Fault(
        "a key that its Secret lacks",
        ("missing-config", "Secret api-db"),
        (
            secret("api-db", user="api"),
            *_api(refused("couldn't find key password in Secret {namespace}/api-db")),
        ),
    ),
    Fault(
        "an init container whose image is not there",
        ("image-not-found", API),
        _api(
            init(
                waiting(
                    "ImagePullBackOff",
                    f'Back-off pulling image "{SHOP}/migrate:7": ErrImagePull: {SHOP}/migrate:7: not found',
                    Told("Failed", f'Failed to pull image "{SHOP}/migrate:7": {SHOP}/migrate:7: not found'),
                    container="migrate",
                )
            ),
            initContainers=[{"name": "migrate", "image": f"{SHOP}/migrate:7"}],
        ),
    ),
    Fault(
        "a container that is killed for memory again and again, ready in between",
        ("out-of-memory", API),
        _api(flapping()),
    ),
    Fault(
        "a liveness command that fails while the program works",
        ("killed-by-probe", API),
        _api(restarted_by_probe(), container={"livenessProbe": {"exec": {"command": ["cat", "/tmp/healthy"]}}}),
    ),
    Fault(
        "a driver that the node does not have",
        ("volume-mount", API),
        _api(
            unmounted("data", "rpc error: driver name csi.example.com not found in the list of registered CSI drivers")
        ),
    ),
    Fault(
        "refused, by whom only the environment tells",
        ("scaled-to-zero", "StatefulSet postgres"),
        (*NO_POSTGRES, *_api(crash(HOSTLESS), container={"env": env(DB_URL="jdbc:postgresql://postgres:5432/shop")})),
        twins="nameless",
    ),
    Fault(
        "refused by nobody knows whom",
        ("dependency-down", API),
        (*POSTGRES, *_api(crash(HOSTLESS))),
        twins="nameless",
        healthy=WELL,
    ),
    Fault(
        "a name that is not told, by pods on the host's network",
        ("dns-policy", API),
        (*POSTGRES, *_api(crash(UNNAMED), hostNetwork=True)),
        twins="nameless lookup",
        healthy=WELL,
    ),
    Fault(
        "a name that is not told, and a policy without DNS",
        ("policy-blocks", "NetworkPolicy locked"),
        (
            *POSTGRES,
            policy("locked", "api", policyTypes=["Egress"], egress=[{"ports": [{"port": 443}]}]),
            *_api(crash(UNNAMED)),
        ),
        twins="nameless lookup",
        healthy=WELL,
    ),
    Fault(
        "a time-out to an address of the database, which lets in nobody",
        ("policy-blocks", "NetworkPolicy default-deny"),
        (
            *POSTGRES,
            policy("default-deny", "postgres", policyTypes=["Ingress"]),
            *_api(
                unready(
                    "ERROR dial tcp {service:postgres}:5432: i/o timeout\n" * 6,
                    probe_fails("Readiness", "HTTP probe failed with statuscode: 500"),
                )
            ),
        ),
        healthy=WELL,
    ),
    Fault(
        "a time-out to an address that nobody knows, by port the database's",
        ("policy-blocks", "NetworkPolicy db"),
        (
            *POSTGRES,
            policy(
                "db",
                "postgres",
                policyTypes=["Ingress"],
                ingress=[{"from": [{"podSelector": {"matchLabels": {"app": "worker"}}}]}],
            ),
            *_api(crash("pq: dial tcp 10.96.200.17:5432: i/o timeout\n" * 3)),
        ),
        healthy=WELL,
    ),
    Fault(
        "a driver that speaks of its database server",
        ("scaled-to-zero", "StatefulSet postgres"),
        (
            *NO_POSTGRES,
            *_api(crash("PrismaClientInitializationError: Can't reach database server at `postgres`:`5432`")),
        ),
    ),
    Fault(
        "a database that is not ready yet",
        ("readiness-failing", "StatefulSet postgres"),
        (
            stateful_set(
                "postgres",
                unready(
                    "LOG:  redo in progress", probe_fails("Readiness", "postgres:5432 - rejecting connections")
                ).name,
                container={"ports": [{"containerPort": 5432}]},
            ),
            POSTGRES[1],
            *_api(
                crash(
                    "org.postgresql.util.PSQLException: Connection to postgres:5432 refused. Check that the "
                    "hostname and port are correct"
                )
            ),
        ),
    ),
    Fault(
        "a configuration file that is edited into nonsense",
        ("crash-loop", API),
        (
            config_map("api-conf", **{"app.yaml": "port: eighty"}),
            *_api(crash("fatal: cannot parse /etc/api/app.yaml: line 1: port: invalid integer 'eighty'")),
        ),
    ),
    Fault(
        "a program that ends at once and thinks it is done",
        ("crash-loop", API),
        _api(crash("usage: api [serve|migrate]", 0, "Completed")),
    ),
    Fault(
        "an image for another architecture",
        ("bad-command", API),
        _api(crash("exec /usr/local/bin/api: exec format error", 255, "Error")),
    ),
    Fault(
        "a readiness probe that asks by HTTPS",
        ("readiness-failing", API),
        _api(
            unready(
                "INFO http: listening on :8080",
                probe_fails(
                    "Readiness", 'Get "https://{ip}:8080/healthz": http: server gave HTTP response to HTTPS client'
                ),
            ),
            container={"readinessProbe": {**probe(), "httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTPS"}}},
        ),
    ),
    Fault(
        "a StatefulSet of which the second pod is broken",
        ("disk-full", "StatefulSet db"),
        (
            stateful_set(
                "db",
                crash("FATAL: could not write lock file: No space left on device").but(node="node-2").name,
                replicas=3,
                topologySpreadConstraints=[
                    {
                        "maxSkew": 1,
                        "topologyKey": "kubernetes.io/hostname",
                        "whenUnsatisfiable": "DoNotSchedule",
                        "labelSelector": {"matchLabels": {"app": "db"}},
                    }
                ],
            ),
            service("db", 5432, clusterIP="None"),
        ),
        ask="statefulset/db",
    ),
)
