"""Does it answer? One GET of what its own readiness probe asks for, through a Service that leads to it.

The API server passes it on (`services/proxy`), so it comes from inside the cluster and needs no address here. It is
what the kubelet asks every few seconds, so asking once more does no harm.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

from incident_mcp.vocabulary.front import Tried
from incident_mcp.vocabulary.metrics_seen import SignalSeen
from incident_mcp.vocabulary.network_seen import PortSeen
from incident_mcp.vocabulary.observation import ServiceSeen, WorkloadSeen
from incident_mcp.vocabulary.value import Value
from incident_mcp.vocabulary.verdict import Check, Verdict

FAILS = 500
"""From this status on it is the server that fails; a 401 or a 404 is an answer."""
_PLAIN = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")
"""No `..`, no escapes: what stands in the cluster must not lead out of the Service's own path."""
_UNUSUAL = {"error rate": "error rate", "latency p99": "latency"}


class Ask(Value):
    """What is asked of which Service: `service` as the API server's proxy names it, `shop/checkout:80`."""

    service: str
    path: str

    @property
    def words(self) -> str:
        return f"GET {self.path} of Service {self.service}"


def probe_of(workload: WorkloadSeen, services: tuple[ServiceSeen, ...]) -> Ask | None:
    """The first HTTP readiness probe that a Service leads to; None where there is none."""
    for container, probe in _probes(workload):
        path = str(probe.get("path") or "/")
        ports = _ports(container, probe)
        for service in services:
            for port in service.ports:
                if _PLAIN.fullmatch(path) and (port.target or str(port.number)) in ports:
                    return Ask(service=_named(service, port, str(probe.get("scheme", "HTTP"))), path=path)
    return None


def _probes(workload: WorkloadSeen) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    spec = cast("dict[str, Any]", workload.template.get("spec") or {})
    for container in cast("list[dict[str, Any]]", spec.get("containers") or []):
        readiness = cast("dict[str, Any]", container.get("readinessProbe") or {})
        if "httpGet" in readiness:
            yield container, cast("dict[str, Any]", readiness["httpGet"] or {})


def _ports(container: dict[str, Any], probe: dict[str, Any]) -> set[str]:
    """The probe's port by name and by number, as a Service may target it."""
    wanted = str(probe.get("port", ""))
    known = cast("list[dict[str, Any]]", container.get("ports") or [])
    alike = [each for each in known if wanted in (str(each.get("containerPort")), each.get("name"))]
    return {wanted, *(str(each[key]) for each in alike for key in ("containerPort", "name") if each.get(key))}


def _named(service: ServiceSeen, port: PortSeen, scheme: str) -> str:
    secure = "https:" if scheme.upper() == "HTTPS" else ""
    return f"{service.ref.namespace}/{secure}{service.ref.name}:{port.number}"


def answered(ask: Ask, status: int, took: timedelta) -> Check:
    well = status < FAILS
    seen = f"{ask.words}: {status} in {round(took.total_seconds() * 1000)} ms"
    return Check(what="answers", verdict=Verdict.RECOVERED if well else Verdict.NOT_RECOVERED, seen=seen)


def from_outside(tried: Tried, words: str) -> Check | None:
    """What the outside met; None where nothing answered: that may be this machine's own network."""
    if tried.outcome != "answered" or tried.status is None:
        return None
    well = tried.status < FAILS
    return Check(what="outside", verdict=Verdict.RECOVERED if well else Verdict.NOT_RECOVERED, seen=words)


def as_usual(signal: SignalSeen, words: str) -> Check | None:
    """Whether an error rate or a latency is back to what is usual. A rate looks back some minutes, so one that is not
    back is not yet known; None where the monitoring has no figure.
    """
    if signal.what not in _UNUSUAL or signal.now is None:
        return None
    return Check(
        what=_UNUSUAL[signal.what],
        verdict=Verdict.NOT_YET_KNOWN if signal.since else Verdict.RECOVERED,
        seen=words,
    )
