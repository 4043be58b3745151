"""NetworkPolicies: nobody refuses, nobody answers. A log says *timed out*, and only the policies say why."""

from typing import Any

from tests.investigate.planted.fault import Fault
from tests.investigate.planted.kubelet import Script, crash
from tests.investigate.planted.objects import Json, deployment, policy, served, service, stateful_set

API = "Deployment api"
DB = (
    stateful_set("postgres", container={"ports": [{"containerPort": 5432}]}),
    service("postgres", 5432, port=5432),
)
WELL = ("StatefulSet postgres", "Service postgres")
TIMEOUT = (
    'psycopg2.OperationalError: connection to server at "postgres" (10.96.4.2), port 5432 failed: '
    "Connection timed out\n"
    "\tIs the server running on that host and accepting TCP/IP connections?\n"
) * 3
NO_NAME = "Error: getaddrinfo EAI_AGAIN postgres\n" * 5
TO_DNS: Json = {"to": [{"namespaceSelector": {}}], "ports": [{"protocol": "UDP", "port": 53}]}


def _api(script: Script, **spec: Any) -> tuple[Json, ...]:
    return served(deployment("api", script.name, **spec))


def _from(**labels: str) -> list[Json]:
    return [{"from": [{"podSelector": {"matchLabels": labels}}], "ports": [{"port": 5432}]}]


def _on(node: str) -> Json:
    return {"kubernetes.io/hostname": node}


FAULTS = (
    Fault(
        "a policy that lets nothing out",
        ("policy-blocks", "NetworkPolicy default-deny"),
        (*DB, policy("default-deny", "api", policyTypes=["Egress"]), *_api(crash(TIMEOUT))),
        twins="timeout",
        healthy=WELL,
    ),
    Fault(
        "a policy of the database that lets in somebody else",
        ("policy-blocks", "NetworkPolicy postgres"),
        (
            *DB,
            policy("postgres", "postgres", policyTypes=["Ingress"], ingress=_from(tier="backend")),
            *_api(crash(TIMEOUT), labels={"tier": "frontend"}),
        ),
        twins="timeout",
        healthy=WELL,
    ),
    Fault(
        "a policy that lets out to other ports only",
        ("policy-blocks", "NetworkPolicy api"),
        (
            *DB,
            policy("api", "api", policyTypes=["Egress"], egress=[TO_DNS, {"ports": [{"port": 443}]}]),
            *_api(crash(TIMEOUT)),
        ),
        twins="timeout",
        healthy=WELL,
    ),
    Fault(
        "policies that let all of it through: somebody else is slow",
        ("deadline-exceeded", API),
        (
            *DB,
            policy("api", "api", policyTypes=["Egress"], egress=[TO_DNS, {"ports": [{"port": 5432}]}]),
            policy("postgres", "postgres", policyTypes=["Ingress"], ingress=_from(app="api")),
            *_api(crash(TIMEOUT)),
        ),
        twins="timeout",
        healthy=WELL,
    ),
    Fault(
        "a Service that answers on its pods' own nodes only",
        ("no-local-endpoint", "Service postgres"),
        (
            stateful_set("postgres", container={"ports": [{"containerPort": 5432}]}, nodeSelector=_on("node-1")),
            service("postgres", 5432, port=5432, internalTrafficPolicy="Local"),
            *_api(crash(TIMEOUT), nodeSelector=_on("node-2")),
        ),
        twins="timeout",
        healthy=("StatefulSet postgres",),
    ),
    Fault(
        "a policy that forgets the DNS",
        ("policy-blocks", "NetworkPolicy api"),
        (
            *DB,
            policy("api", "api", policyTypes=["Egress"], egress=[{"ports": [{"port": 5432}]}]),
            *_api(crash(NO_NAME)),
        ),
        twins="name",
        healthy=WELL,
    ),
)
