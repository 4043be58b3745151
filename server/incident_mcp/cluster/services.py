"""Services that select pods, each with its ports and the addresses of all its endpoint slices.

Endpoint slices are read, not the old Endpoints: those are cut off at 1,000 addresses and are going away.
"""

from collections import defaultdict
from typing import Any

from incident_mcp.cluster.conditions import conditions_seen
from incident_mcp.cluster.json_parts import count, items, part, text
from incident_mcp.cluster.kinds import is_name
from incident_mcp.cluster.moments import created
from incident_mcp.cluster.object_meta import ref_of, uid_of
from incident_mcp.vocabulary.condition import condition
from incident_mcp.vocabulary.network_seen import BalancerSeen, LocalSeen, PortSeen
from incident_mcp.vocabulary.observation import ServiceSeen

SERVICE_LABEL = "kubernetes.io/service-name"
_PORTS_ERROR = "LoadBalancerPortsError"
Endpoints = dict[str, dict[str, tuple[bool, str]]]
"""By service and pod: whether it is ready, and its node."""


def services_seen(services: list[dict[str, Any]], slices: list[dict[str, Any]]) -> list[ServiceSeen]:
    """Those of one namespace that select pods."""
    found = endpoints_seen(slices)
    return [_seen(each, found.get(each["metadata"]["name"], {})) for each in services if _selector(each)]


def _seen(service: dict[str, Any], endpoints: dict[str, tuple[bool, str]]) -> ServiceSeen:
    spec = part(service, "spec")
    ready = [node for well, node in endpoints.values() if well]
    return ServiceSeen(
        ref=ref_of(service, "Service"),
        selector=_selector(service),
        ready=len(ready),
        not_ready=len(endpoints) - len(ready),
        external=text(spec, "type") in ("LoadBalancer", "NodePort"),
        ports=tuple(_port(each) for each in items(spec, "ports")),
        addresses=_own(spec),
        headless=text(spec, "clusterIP") == "None",
        uid=uid_of(service),
        balancer=_balancer(service),
        local=_local(spec, ready),
    )


def _balancer(service: dict[str, Any]) -> BalancerSeen | None:
    if text(service, "spec", "type") != "LoadBalancer":
        return None
    status = part(service, "status")
    placed = items(status, "loadBalancer", "ingress")
    errors = [text(port, "error") for each in placed for port in items(each, "ports")]
    if told := condition(conditions_seen(status), _PORTS_ERROR, "True"):
        errors.append(told.reason)
    return BalancerSeen(
        placed=bool(placed or service["spec"].get("externalIPs")),
        asked=created(service),
        errors=tuple(dict.fromkeys(error for error in errors if error and is_name(error.replace("/", "-")))),
    )


def _local(spec: dict[str, Any], nodes: list[str]) -> LocalSeen | None:
    """A load balancer asks the nodes which of them have one, so only node ports are concerned from outside."""
    inside = text(spec, "internalTrafficPolicy") == "Local"
    outside = text(spec, "externalTrafficPolicy") == "Local" and text(spec, "type") == "NodePort"
    if not inside and not outside:
        return None
    field = "internalTrafficPolicy" if inside else "externalTrafficPolicy"
    return LocalSeen(field=field, nodes=tuple(sorted({node for node in nodes if node})))


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


def endpoints_seen(slices: list[dict[str, Any]]) -> Endpoints:
    """A dual-stack pod stands in one slice of each family: counted once."""
    seen: defaultdict[str, dict[str, tuple[bool, str]]] = defaultdict(dict)
    for each in slices:
        service = text(each, "metadata", "labels", SERVICE_LABEL)
        for endpoint in items(each, "endpoints") if service else []:
            ready = part(endpoint, "conditions").get("ready")
            target = text(endpoint, "targetRef", "uid") or text(endpoint, "addresses")
            well = ready is None or bool(ready)  # unset means ready, says the API
            seen[service][target] = well, text(endpoint, "nodeName")
    return seen
