"""Containers that don't start or don't stay: one symptom, CrashLoopBackOff, and what the last end tells."""

from typing import Any

from tests.investigate.planted.fault import Fault
from tests.investigate.planted.kubelet import Script, Told, crash, init, running_init, waiting
from tests.investigate.planted.objects import PORTS, SHOP, deployment, served, service, stateful_set

API = "Deployment api"
LIMIT: dict[str, Any] = {"resources": {"limits": {"memory": "128Mi"}, "requests": {"memory": "128Mi"}}}
STARTS = "INFO api 1.9.2 starts\nINFO listening on :8080"
OCI = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
    "unable to start container process: error during container init: "
)


def _api(script: Script, **spec: Any) -> tuple[dict[str, Any], ...]:
    return served(deployment("api", script.name, **spec))


def _init(name: str, script: Script) -> tuple[dict[str, Any], ...]:
    return _api(script, initContainers=[{"name": name, "image": f"{SHOP}/{name}:1"}])


def refuses_to_run() -> Script:
    why = 'container has runAsNonRoot and image will run as root (pod: "{pod}_{namespace}({uid})", container: app)'
    return waiting("CreateContainerConfigError", why, Told("Failed", f"Error: {why}", 6))


FAULTS = (
    Fault(
        "a memory limit that is too low",
        ("out-of-memory", API),
        _api(crash(STARTS, 137, "OOMKilled"), container=LIMIT),
        twins="crash",
    ),
    Fault(
        "a command that is not in the image",
        ("bad-command", API),
        _api(crash("/bin/sh: serve: not found", 127), container={"command": ["/bin/sh", "-c", "serve"]}),
        twins="crash",
    ),
    Fault(
        "a program that panics, nobody knows why",
        ("crash-loop", API),
        _api(
            crash(
                "INFO api 1.9.2 starts\npanic: runtime error: invalid memory address or nil pointer dereference\n"
                "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x6f1e2a]\n\ngoroutine 1 [running]:\n"
                "main.(*Server).routes(0x0)\n\t/src/main.go:88 +0x1a",
                2,
            )
        ),
        twins="crash",
    ),
    Fault(
        "an entrypoint that can't be found",
        ("container-not-created", API),
        _api(
            crash("", 128, "StartError", message=f'{OCI}exec: "/app/serve": stat /app/serve: no such file or directory')
        ),
    ),
    Fault("an image that must not run as root", ("container-not-created", API), _api(refuses_to_run())),
    Fault(
        "two containers that want one port",
        ("port-conflict", API),
        _api(
            crash(
                "INFO sidecar starts\nError: listen tcp :8080: bind: address already in use",
                container="proxy",
            ),
            beside=[{"name": "proxy", "image": f"{SHOP}/proxy:3", "ports": [{"containerPort": 8080}]}],
        ),
    ),
    Fault(
        "a disk that is full",
        ("disk-full", API),
        _api(crash("ERROR write /data/wal/000123: no space left on device\nfatal: could not append to log")),
        twins="crash",
    ),
    Fault(
        "a Java heap smaller than the data",
        ("heap-exhausted", API),
        _api(
            crash(
                'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space\n'
                "\tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)",
                3,
            ),
            container=LIMIT,
        ),
        twins="crash",
    ),
    Fault(
        "rights that its account lacks",
        ("rbac-denied", API),
        _api(
            crash(
                "INFO controller starts\nE1125 reflector.go:158] Failed to watch *v1.ConfigMap: failed to list "
                '*v1.ConfigMap: configmaps is forbidden: User "system:serviceaccount:{namespace}:default" cannot list '
                'resource "configmaps" in API group "" in the namespace "{namespace}"\nfatal: caches did not sync'
            )
        ),
        twins="crash",
    ),
    Fault(
        "a file that its user may not write",
        ("permission-denied", API),
        _api(crash("mkdir: cannot create directory '/var/cache/api': Permission denied")),
    ),
    Fault(
        "more files open than allowed",
        ("too-many-open-files", API),
        _api(crash("ERROR accept tcp [::]:8080: accept4: too many open files\nfatal: giving up", 1)),
    ),
    Fault(
        "an init container that fails",
        ("init-container", API),
        _init(
            "migrate",
            init(crash('migrating 41 -> 42\nERROR: relation "orders" has rows without customer', container="migrate")),
        ),
        twins="init",
    ),
    Fault(
        "an init container that waits for a Service without pods",
        ("scaled-to-zero", "StatefulSet postgres"),
        (
            stateful_set("postgres", replicas=0, container={"ports": [{"containerPort": 5432}]}),
            service("postgres", 5432, port=5432),
            *_init(
                "migrate",
                running_init(
                    "waiting: dial tcp {service:postgres}:5432: connect: connection refused\n" * 5,
                    "migrate",
                ),
            ),
        ),
        twins="init",
    ),
    Fault(
        "an init container that waits for a name that nobody has",
        ("dependency-down", API),
        (
            *_init(
                "migrate",
                running_init("nc: getaddrinfo ENOTFOUND postgers\n" * 5, "migrate"),
            ),
            stateful_set("postgres", container={"ports": [{"containerPort": 5432}]}),
            service("postgres", 5432, port=5432),
        ),
        twins="init",
        healthy=("postgres",),
    ),
    Fault(
        "a sidecar that crashes beside a program that is well",
        ("crash-loop", API),
        _api(
            crash("fatal: config line 3: unknown directive 'upstrem'", container="proxy"),
            beside=[{"name": "proxy", "image": f"{SHOP}/proxy:3"}],
            container=PORTS,
        ),
    ),
)
