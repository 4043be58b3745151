"""A program that fails for another one's fault. Only its log names the other; the loudest is not the root."""

from typing import Any

from tests.investigate.planted.cases.config import refused
from tests.investigate.planted.fault import Fault
from tests.investigate.planted.kubelet import Script, crash, probe_fails, unready, well
from tests.investigate.planted.objects import Json, deployment, env, served, service, stateful_set

API = "Deployment api"
POSTGRES: dict[str, Any] = {"container": {"ports": [{"containerPort": 5432}]}}
DB = service("postgres", 5432, port=5432)
REFUSED = (
    'psycopg2.OperationalError: connection to server at "postgres" (10.96.4.2), port 5432 failed: Connection refused\n'
    "\tIs the server running on that host and accepting TCP/IP connections?"
)
NO_SUCH = "Error: getaddrinfo ENOTFOUND {host}\n    at GetAddrInfoReqWrap.onlookup [as oncomplete] (node:dns:109:26)"
NOT_READY = probe_fails("Readiness", "HTTP probe failed with statuscode: 503")


def _api(script: Script, **spec: Any) -> tuple[Json, ...]:
    return served(deployment("api", script.name, **spec))


def _postgres(script: str = "", replicas: int = 1) -> Json:
    return stateful_set("postgres", script, replicas=replicas, **POSTGRES)


FAULTS = (
    Fault(
        "a database that somebody scaled to 0",
        ("scaled-to-zero", "StatefulSet postgres"),
        (_postgres(replicas=0), DB, *_api(crash(REFUSED))),
        twins="refused by the database",
    ),
    Fault(
        "a database whose disk is full",
        ("disk-full", "StatefulSet postgres"),
        (
            _postgres(crash('PANIC:  could not write to file "pg_wal/xlogtemp.29": No space left on device').name),
            DB,
            *_api(crash(REFUSED * 3)),
        ),
        twins="refused by the database",
    ),
    Fault(
        "a database that is well, asked at the wrong port",
        ("dependency-down", API),
        (
            _postgres(),
            DB,
            *_api(
                crash(REFUSED.replace("5432", "5433")),
                container={"env": env(PGHOST="postgres", PGPORT="5433")},
            ),
        ),
        twins="refused by the database",
        healthy=("StatefulSet postgres", "Service postgres"),
    ),
    Fault(
        "a database whose Service sends to the wrong port",
        ("target-port", "Service postgres"),
        (_postgres(), service("postgres", 5433, port=5432), *_api(crash(REFUSED))),
        twins="refused by the database",
        healthy=("StatefulSet postgres",),
    ),
    Fault(
        "a database whose Service selects nothing",
        ("selects-nothing", "Service postgres"),
        (_postgres(), service("postgres", 5432, port=5432, selector={"app": "postgresql"}), *_api(crash(REFUSED))),
        twins="refused by the database",
        healthy=("StatefulSet postgres",),
    ),
    Fault(
        "a name with a typing mistake",
        ("dependency-down", API),
        (
            deployment("payments"),
            service("payments"),
            *_api(crash(NO_SUCH.replace("{host}", "paymets")), container={"env": env(PAYMENTS="http://paymets")}),
        ),
        twins="name",
        healthy=("Deployment payments", "Service payments"),
    ),
    Fault(
        "pods that ask another DNS than the cluster's",
        ("dns-policy", API),
        (
            deployment("payments"),
            service("payments"),
            *_api(
                crash(NO_SUCH.replace("{host}", "payments")),
                dnsPolicy="None",
                dnsConfig={"nameservers": ["192.0.2.53"]},
            ),
        ),
        twins="name",
        healthy=("Deployment payments", "Service payments"),
    ),
    Fault(
        "a cache that is killed for memory; its caller is merely not ready",
        ("out-of-memory", "Deployment redis"),
        (
            deployment(
                "redis",
                crash("Ready to accept connections tcp", 137, "OOMKilled").name,
                container={"ports": [{"containerPort": 6379}], "resources": {"limits": {"memory": "64Mi"}}},
            ),
            service("redis", 6379, port=6379),
            *_api(unready("ERROR connect ECONNREFUSED redis:6379\n" * 30, NOT_READY), replicas=3),
        ),
    ),
    Fault(
        "a chain of three: the last one can't start",
        ("missing-config", "Secret redis-auth"),
        (
            deployment(
                "redis",
                refused('secret "redis-auth" not found').name,
                container={"ports": [{"containerPort": 6379}], "envFrom": [{"secretRef": {"name": "redis-auth"}}]},
            ),
            service("redis", 6379, port=6379),
            *served(
                deployment(
                    "auth",
                    crash(
                        "redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused."
                    ).name,
                )
            ),
            *_api(
                crash('ERROR Post "http://auth/token": dial tcp {service:auth}:80: connect: connection refused\n' * 20),
                replicas=3,
            ),
        ),
    ),
    Fault(
        "a server outside that refuses",
        ("dependency-down", API),
        _api(crash("Error: connect ECONNREFUSED 203.0.113.9:5432\n    at TCPConnectWrap.afterConnect")),
    ),
    Fault(
        "a pool of connections that is used up",
        ("pool-exhausted", API),
        _api(
            unready(
                "ERROR sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached\n" * 9,
                NOT_READY,
            )
        ),
        twins="not ready",
    ),
    Fault(
        "an answer that never comes",
        ("deadline-exceeded", API),
        _api(unready("ERROR GET https://rates.example/v1: context deadline exceeded\n" * 9, NOT_READY)),
        twins="not ready",
    ),
    Fault(
        "a certificate that has expired",
        ("certificate-invalid", API),
        _api(
            crash(
                'ERROR Post "https://auth.example/token": tls: failed to verify certificate: x509: certificate has '
                "expired or is not yet valid: current time 2026-11-25T02:14:03Z is after 2026-11-24T23:59:59Z"
            )
        ),
        twins="crash",
    ),
    Fault(
        "a dependency that is gone, while every pod is ready and only the log complains",
        ("scaled-to-zero", "Deployment payments"),
        (
            deployment("payments", replicas=0),
            service("payments"),
            *_api(
                well("ERROR POST /pay: dial tcp {service:payments}:80: connect: connection refused\n" * 30), replicas=2
            ),
        ),
    ),
)
