"""What failing programs say. All of them crash alike; their logs tell them apart."""

from typing import Any

from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.policies_seen import GateSeen, PeerSeen, PolicySeen, RuleSeen, SelectorSeen
from tests.investigate.faults.fault import API, Fault, api
from tests.investigate.observations import crashing, log, observation, outline, pod, port, ref, service


def says(line: str, *things: Any, **fields: Any) -> Observation:
    broken = pod("api", "api-1", crashing())
    return observation(api(**fields), broken, log(broken, line), *things)


def of(**labels: str) -> SelectorSeen:
    return SelectorSeen(labels=labels)


POLICY = ref("NetworkPolicy", "locked")
LOOKUP = "dial tcp: lookup db on 10.96.0.10:53: i/o timeout"
NEEDS = {"env": [{"name": "DATABASE", "value": "postgres://shop@db.shop.svc:5432/shop"}]}


def closed(**labels: str) -> tuple[Any, ...]:
    """A database that lets in only pods with these labels."""
    lets_in = (RuleSeen(peers=(PeerSeen(pods=of(**labels)),)),)
    policy = PolicySeen(ref=POLICY, selector=of(app="db"), ingress=True, lets_in=lets_in)
    return service("db", 1, ports=(port(5432, "5432"),)), outline("db", 5432), policy


FAULTS = [
    Fault(
        says("dial tcp 10.0.0.9:8443: connect: connection refused"),
        "dependency-down",
        API,
        "connection refused to 10.0.0.9:8443",
    ),
    Fault(
        says("connection refused: db:5433", service("db", 1, ports=(port(5432, "5432"),))),
        "dependency-down",
        API,
        "connection refused to db:5433; Service shop/db has no port 5433, it has 5432",
    ),
    Fault(
        says("could not resolve host: databse", service("database", 1)),
        "dependency-down",
        API,
        "the name databse does not resolve; there is no Service databse in shop, but database",
    ),
    Fault(
        says("could not resolve host: db", service("db", 1), spec={"dnsPolicy": "None"}),
        "dns-policy",
        API,
        "the name db does not resolve: its pods don't ask the cluster's DNS (dnsPolicy None)",
    ),
    Fault(
        says(
            LOOKUP,
            service("db", 1),
            PolicySeen(
                ref=POLICY, selector=of(app="api"), egress=True, lets_out=(RuleSeen(gates=(GateSeen(port="443"),)),)
            ),
        ),
        "policy-blocks",
        POLICY,
        "it does not let names be looked up (port 53) of Deployment shop/api",
    ),
    Fault(
        says("connection timed out", PolicySeen(ref=POLICY, egress=True)),
        "policy-blocks",
        POLICY,
        "it does not let anything out of Deployment shop/api",
    ),
    Fault(
        says("connection timed out", *closed(role="backend"), container=NEEDS),
        "policy-blocks",
        POLICY,
        "it does not let Deployment shop/api in",
    ),
    Fault(
        says("connection timed out", *closed(app="api"), container=NEEDS),
        "deadline-exceeded",
        API,
        "it waits in vain for an answer",
    ),
    Fault(
        says(
            "dial tcp db:5432: i/o timeout",
            service("db", 1, ports=(port(5432, "5432"),)),
            outline("db", 5432),
            PolicySeen(
                ref=POLICY,
                selector=of(app="db"),
                ingress=True,
                lets_in=(RuleSeen(peers=(PeerSeen(pods=of(tier="backend")),), gates=(GateSeen(port="5432"),)),),
            ),
        ),
        "policy-blocks",
        POLICY,
        "it does not let Deployment shop/api in",
    ),
    Fault(
        says(
            "dial tcp db:5432: i/o timeout",
            service("db", 1, ports=(port(5432, "5432"),)),
            outline("db", 5432),
            PolicySeen(
                ref=POLICY, selector=of(app="api"), egress=True, lets_out=(RuleSeen(gates=(GateSeen(port="443"),)),)
            ),
        ),
        "policy-blocks",
        POLICY,
        "it does not let Deployment shop/api out to port 5432 of Deployment shop/db",
    ),
    Fault(
        says("exec /usr/local/bin/api: exec format error"),
        "bad-command",
        API,
        "its image is built for another architecture",
    ),
    Fault(
        says("java.net.ConnectException: Connection refused"),
        "dependency-down",
        API,
        "a connection is refused",
    ),
    Fault(
        says(
            "socket.gaierror: [Errno -2] Name or service not known",
            spec={"dnsPolicy": "ClusterFirst", "hostNetwork": True},
        ),
        "dns-policy",
        API,
        "a name does not resolve: its pods don't ask the cluster's DNS (dnsPolicy ClusterFirst on the host network)",
    ),
    Fault(
        says("Error: listen tcp :8080: bind: address already in use"),
        "port-conflict",
        API,
        "it can't listen on its port: another program does (port 8080)",
    ),
    Fault(
        says('pods is forbidden: User "system:serviceaccount:shop:api" cannot list resource "pods" in API group ""'),
        "rbac-denied",
        API,
        "ServiceAccount shop/api may not list pods",
    ),
    Fault(
        says("x509: certificate has expired or is not yet valid"),
        "certificate-invalid",
        API,
        "it does not accept a certificate",
    ),
    Fault(says("FATAL: too many clients already"), "pool-exhausted", API, "its connection pool is used up"),
    Fault(
        says('FATAL: password authentication failed for user "shop"'),
        "authentication-failed",
        API,
        "its credentials are refused (user shop)",
    ),
    Fault(says("write: no space left on device"), "disk-full", API, "no space is left on a volume of it"),
    Fault(says("accept: too many open files"), "too-many-open-files", API, "it may open no more files"),
    Fault(says("rpc: context deadline exceeded"), "deadline-exceeded", API, "it waits in vain for an answer"),
    Fault(
        says("java.lang.OutOfMemoryError: Java heap space"),
        "heap-exhausted",
        API,
        "it runs out of memory by its own account",
    ),
    Fault(
        says("FATAL: no pg_hba.conf entry for host 10.2.0.4, user shop, database shop, no encryption"),
        "tls-required",
        API,
        "one side of a connection speaks TLS and the other does not",
    ),
    Fault(says("429 Too Many Requests"), "rate-limited", API, "it is told that it asks too often"),
    Fault(
        says("OSError: [Errno 30] Read-only file system: '/var/cache/app'"),
        "read-only-file-system",
        API,
        "it may not write: the file system is read-only",
    ),
    Fault(
        says("ERROR: could not read block 7 in file base/16384/2619: Input/output error"),
        "disk-failing",
        API,
        "the disk under it fails",
    ),
    Fault(
        says("dial tcp 10.96.3.4:5432: connect: cannot assign requested address"),
        "ports-exhausted",
        API,
        "it has no port left to connect from",
    ),
    Fault(says("ERROR: deadlock detected"), "deadlock", API, "its transactions or threads wait for each other"),
    Fault(
        says("open /etc/app/config.yaml: no such file or directory"),
        "settings-missing",
        API,
        "it misses a part of its settings: /etc/app/config.yaml",
    ),
    Fault(
        says('ERROR: relation "orders" does not exist'),
        "migration-failed",
        API,
        "its database does not have the schema that it wants",
    ),
    Fault(
        says('error="rpc error: code = PermissionDenied desc = caller may not read orders"'),
        "authentication-failed",
        API,
        "what it asks denies it access",
    ),
    Fault(
        says("open /data/app.db: permission denied"),
        "permission-denied",
        API,
        "the operating system refuses it a file or a call",
    ),
]
