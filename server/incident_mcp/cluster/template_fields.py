"""How single fields of a container are told: an environment variable, its sources, resources, ports, probes."""

from collections.abc import Callable, Iterator
from typing import Any

from incident_mcp.cluster.json_parts import part
from incident_mcp.text.masking import mask

_LONGEST = 60


def describe_env(variable: dict[str, Any]) -> str:
    """Where the value comes from; the value itself only when it is written plainly, masked and short."""
    origin = part(variable, "valueFrom")
    for key, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
        if key in origin:
            return f"{kind} {origin[key].get('name')} key {origin[key].get('key')}"
    if origin:
        return "a field of the pod"
    # Masked together with its name: `DB_PASSWORD=...` is known by the name.
    name, value = str(variable.get("name", "")), str(variable.get("value", ""))
    masked = mask(f"{name}={value}").removeprefix(f"{name}=")
    return masked if len(masked) <= _LONGEST else f"{masked[:_LONGEST]}…"


def describe_source(source: dict[str, Any]) -> str:
    for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
        if key in source:
            return f"{kind} {source[key].get('name')}"
    return "unknown source"


def _resources(old: Any, new: Any) -> Iterator[str]:
    for kind in ("requests", "limits"):
        before, after = part(old or {}, kind), part(new or {}, kind)
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                yield f"{name} {kind[:-1]} {before.get(name, 'none')} -> {after.get(name, 'none')}"


def _ports(old: Any, new: Any) -> Iterator[str]:
    before, after = (_port_list(side) for side in (old, new))
    if before != after:
        yield f"ports {', '.join(before) or 'none'} -> {', '.join(after) or 'none'}"


def _port_list(ports: list[dict[str, Any]] | None) -> list[str]:
    return [_port(port) for port in ports or []]


def _port(port: dict[str, Any]) -> str:
    return f"{port.get('containerPort')}" + (f" ({port['name']})" if port.get("name") else "")


def _probe(name: str) -> Callable[[Any, Any], Iterator[str]]:
    def describe(old: Any, new: Any) -> Iterator[str]:
        yield f"{name} {_asks(old)} -> {_asks(new)}"

    return describe


def _asks(probe: dict[str, Any] | None) -> str:
    """`GET :8080/healthz every 10 s`: where it asks and how often."""
    if not probe:
        return "none"
    timing = f"every {probe.get('periodSeconds', 10)} s, {probe.get('failureThreshold', 3)} failures"
    if http := probe.get("httpGet"):
        return f"GET :{http.get('port')}{http.get('path', '/')} {timing}"
    for key in ("tcpSocket", "grpc"):
        if key in probe:
            return f"{key} :{probe[key].get('port')} {timing}"
    return f"exec {timing}"


def _changed(name: str) -> Callable[[Any, Any], Iterator[str]]:
    def describe(old: Any, new: Any) -> Iterator[str]:
        yield f"{name} {'added' if not old else 'removed' if not new else 'changed'}"

    return describe


FIELDS: dict[str, Callable[[Any, Any], Iterator[str]]] = {
    "resources": _resources,
    "ports": _ports,
    "livenessProbe": _probe("liveness probe"),
    "readinessProbe": _probe("readiness probe"),
    "startupProbe": _probe("startup probe"),
    "command": _changed("command"),
    "args": _changed("args"),
    "volumeMounts": _changed("volume mounts"),
    "securityContext": _changed("security context"),
    "lifecycle": _changed("lifecycle hooks"),
}
