"""Probes that ask the wrong thing, and programs that don't pass the right one."""

from typing import Any

from tests.investigate.planted.fault import Fault
from tests.investigate.planted.kubelet import Script, crash, killed, probe_fails, unready
from tests.investigate.planted.objects import deployment, probe, served

API = "Deployment api"
REFUSED = 'Get "http://{ip}:9090/healthz": dial tcp {ip}:9090: connect: connection refused'
SLOW = 'Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
SERVES = "INFO listening on :8080\nINFO GET / 200 3ms\nINFO GET /cart 200 12ms"


def _api(script: Script, **container: Any) -> tuple[dict[str, Any], ...]:
    return served(deployment("api", script.name, replicas=2, container=container))


FAULTS = (
    Fault(
        "a liveness probe on a port where nobody listens",
        ("killed-by-probe", API),
        _api(crash(SERVES, 137, "Error", *killed("Liveness", REFUSED)), livenessProbe=probe(port=9090)),
        twins="crash",
    ),
    Fault(
        "a liveness probe that gives no time",
        ("killed-by-probe", API),
        _api(
            crash("INFO loading model", 137, "Error", *killed("Liveness", SLOW)),
            livenessProbe=probe(periodSeconds=1, failureThreshold=1, timeoutSeconds=1),
        ),
    ),
    Fault(
        "a startup probe that is shorter than the start",
        ("killed-by-probe", API),
        _api(
            crash("INFO warming caches 40 %", 137, "Error", *killed("Startup", SLOW)),
            startupProbe=probe(periodSeconds=2, failureThreshold=3),
        ),
    ),
    Fault(
        "a readiness probe with a path that is not there",
        ("readiness-failing", API),
        _api(
            unready(SERVES, probe_fails("Readiness", "HTTP probe failed with statuscode: 404")),
            readinessProbe=probe("/ready"),
        ),
        twins="no endpoints",
    ),
    Fault(
        "a readiness probe on a port where nobody listens",
        ("readiness-failing", API),
        _api(unready(SERVES, probe_fails("Readiness", REFUSED)), readinessProbe=probe(port=9090)),
    ),
    Fault(
        "a readiness probe that does not wait for the answer",
        ("readiness-failing", API),
        _api(unready(SERVES, probe_fails("Readiness", SLOW)), readinessProbe=probe(timeoutSeconds=1)),
    ),
)
