"""Which Services a failing program asks for: as its log names them, by name or address, else as its template does.

Many a log tells no more than `Connection refused`, or the address of a pod. Then the Services that the environment,
command or arguments of the program name are the candidates, and only one that can be at fault is taken.
"""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any, cast

from incident_mcp.investigate.log_evidence import Said, said_of
from incident_mcp.investigate.sufferers import workload_of
from incident_mcp.vocabulary.observation import Observation, ServiceSeen
from incident_mcp.vocabulary.refs import Ref

_WORD = re.compile(r"[a-z0-9][a-z0-9.-]*")


def service_of(seen: Observation, said: Said) -> ServiceSeen | None:
    """`payments`, `payments.shop`, `payments.shop.svc`, `10.96.4.2`; without a name, the likeliest."""
    host, port = said.meaning.parts.get("host", ""), said.meaning.parts.get("port", "")
    by_address = next((each for each in seen.services if host in each.addresses), None)
    if by_address:
        return by_address
    if host and not _nameless(host):
        return _named(seen, host, said.target.namespace)
    return _likeliest(seen, said.target, port)


def needed(seen: Observation) -> set[Ref]:
    """Services that a program which is not well asked for in vain."""
    failing = {pod.owner or pod.ref for pod in seen.pods if not pod.ready}
    told = said_of(seen, "connection-refused", "name-not-resolved", "deadline-exceeded")
    asked = (said for said in told if said.quiet or said.target in failing)
    return {service.ref for said in asked if (service := service_of(seen, said))}


def _named(seen: Observation, host: str, here: str | None) -> ServiceSeen | None:
    name, _, rest = host.partition(".")
    namespace = rest.partition(".")[0] or here
    return next((s for s in seen.services if s.ref.name == name and s.ref.namespace == namespace), None)


def _nameless(host: str) -> bool:
    """An address inside, of which nobody knows whose it is."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_private
    except ValueError:
        return False


def _likeliest(seen: Observation, target: Ref, port: str) -> ServiceSeen | None:
    """The only one that its template names, or that has the port. Where there are several, the only one of them that
    nobody serves.
    """
    own = [service for word in _words(seen, target) if (service := _named(seen, word, target.namespace))]
    there = [each for each in seen.services if each.ref.namespace == target.namespace] if port else []
    with_port = [each for each in (own or there) if not port or any(port == str(one.number) for one in each.ports)]
    found = {each.ref: each for each in with_port}
    down = [each for each in found.values() if not each.ready]
    chosen = list(found.values()) if len(found) == 1 else down
    return chosen[0] if len(chosen) == 1 else None


def _words(seen: Observation, target: Ref) -> Iterator[str]:
    """All that could be a host in its environment, command and arguments."""
    workload = workload_of(seen, target)
    spec: dict[str, Any] = (workload.template.get("spec") or {}) if workload else {}
    for kind in ("containers", "initContainers"):
        for container in cast("list[dict[str, Any]]", spec.get(kind) or []):
            variables = cast("list[dict[str, Any]]", container.get("env") or [])
            values = [str(each.get("value") or "") for each in variables]
            given = cast("list[Any]", [*(container.get("command") or []), *(container.get("args") or [])])
            for text in [*values, *(str(each) for each in given)]:
                yield from _WORD.findall(text)
