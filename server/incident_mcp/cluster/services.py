"""Services that select pods, each with its ports and the addresses of all its endpoint slices.

Endpoint slices are read, not the old Endpoints: those are cut off at 1,000 addresses and are going away.
"""

from collections import defaultdict
from typing import Any

from incident_mcp.cluster.json_parts import count, items, part, text
from incident_mcp.cluster.object_meta import ref_of
from incident_mcp.vocabulary.network_seen import PortSeen
from incident_mcp.vocabulary.observation import ServiceSeen

SERVICE_LABEL = "kubernetes.io/service-name"
_Counts = dict[str, tuple[int, int]]


def services_seen(services: list[dict[str, Any]], slices: list[dict[str, Any]]) -> list[ServiceSeen]:
    """Those of one namespace that select pods."""
    counts = _addresses(slices)
    return [_seen(each, *counts.get(each["metadata"]["name"], (0, 0))) for each in services if _selector(each)]


def _seen(service: dict[str, Any], ready: int, not_ready: int) -> ServiceSeen:
    spec = part(service, "spec")
    return ServiceSeen(
        ref=ref_of(service, "Service"),
        selector=_selector(service),
        ready=ready,
        not_ready=not_ready,
        external=text(spec, "type") in ("LoadBalancer", "NodePort"),
        ports=tuple(_port(each) for each in items(spec, "ports")),
        addresses=_own(spec),
        headless=text(spec, "clusterIP") == "None",
    )


def _own(spec: dict[str, Any]) -> tuple[str, ...]:
    """Of both families."""
    both: list[str] = spec.get("clusterIPs") or [text(spec, "clusterIP")]
    return tuple(each for each in both if each not in ("", "None"))


def _selector(service: dict[str, Any]) -> dict[str, str]:
    return part(service, "spec", "selector")


def _port(port: dict[str, Any]) -> PortSeen:
    number = count(port, "port")
    return PortSeen(
        number=number,
        name=text(port, "name"),
        target=text(port, "targetPort") or str(number),
        protocol=text(port, "protocol") or "TCP",
    )


def _addresses(slices: list[dict[str, Any]]) -> _Counts:
    """Ready and not ready endpoints by service. A dual-stack pod stands in one slice of each family: counted once."""
    seen: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for each in slices:
        service = text(each, "metadata", "labels", SERVICE_LABEL)
        for endpoint in items(each, "endpoints") if service else []:
            ready = part(endpoint, "conditions").get("ready")
            target = text(endpoint, "targetRef", "uid") or text(endpoint, "addresses")
            seen[service][target] = ready is None or bool(ready)  # unset means ready, says the API
    return {name: (sum(ready.values()), len(ready) - sum(ready.values())) for name, ready in seen.items()}
