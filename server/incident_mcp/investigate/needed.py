"""Which Services a failing program asks for: as its log names them, by name or address, else as its template does.

Many a log tells no more than `Connection refused`, or the address of a pod. Then the Services that the environment,
command or arguments of the program name are the candidates, and only one that can be at fault is taken.
"""

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast

from incident_mcp.investigate.log_evidence import Line, Said, said_of
from incident_mcp.investigate.sufferers import workload_of
from incident_mcp.vocabulary.observation import Observation, PodSeen, ServiceSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

_TROUBLE = re.compile(
    r"(?i:error|fail|warn|fatal|exception|refuse|reset|timed?[ -]?out|unavailable|unreachable|unable|could not|cannot|"
    r"can't|disconnect|no route|not found|retry|lost|\b50[0234]\b)"
)
_ADDRESS = re.compile(r"(?<![\w.:])(\d{1,3}(?:\.\d{1,3}){3})(?![\w.])")
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


def complained_of(seen: Observation) -> Iterator[tuple[Ref, ServiceSeen, Line]]:
    """Services that nobody serves and that a failing program's log speaks of as an address, in whatever words: the
    latest line, by program.
    """
    down = _Down([each for each in seen.services if not each.ready])
    pods = {pod.ref: pod for pod in seen.pods if not pod.ready}
    told: set[tuple[Ref, Ref]] = set()
    for log in seen.logs if down.by_namespace else ():
        pod = pods.get(log.pod)
        for time, text in reversed(log.lines if pod else ()):
            service = (
                next((each for each in down.near(text, pod) if _speaks_of(text, each, pod)), None) if pod else None
            )
            target = pod.owner or pod.ref if pod else log.pod
            if service and (target, service.ref) not in told:
                told.add((target, service.ref))
                yield target, service, Line(log, time, text)


class _Down:
    """Services that nobody serves, found without trying each on each line: a large cluster has hundreds."""

    def __init__(self, services: list[ServiceSeen]) -> None:
        self.by_namespace: dict[str, list[ServiceSeen]] = {}
        for each in services:
            self.by_namespace.setdefault(str(each.ref.namespace), []).append(each)
        self._by_address = {address: each for each in services for address in each.addresses}

    def near(self, text: Untrusted, pod: PodSeen) -> Iterator[ServiceSeen]:
        """Those of the pod's own namespace, of one that the line names, and the first address in it."""
        for namespace, services in self.by_namespace.items():
            if namespace == pod.ref.namespace or text.contains(f".{namespace}"):
                yield from services
        address = text.identifiers(_ADDRESS)
        if address and address[0] in self._by_address:
            yield self._by_address[address[0]]


def _speaks_of(text: Untrusted, service: ServiceSeen, pod: PodSeen) -> bool:
    """In trouble, of `http://name/`, `name:80`, `name.namespace`, `pod.name`, or its address; and it is not the
    program's own.
    """
    name = service.ref.name
    if not text.contains(name) and not any(text.contains(each) for each in service.addresses):
        return False
    if text.identifiers(_TROUBLE) is None:
        return False
    if service.selector and service.selector.items() <= pod.labels.items():
        return False
    at_home = service.ref.namespace == pod.ref.namespace
    return text.identifiers(_address_of(name, str(service.ref.namespace), at_home, service.addresses)) is not None


@lru_cache(maxsize=512)
def _address_of(name: str, namespace: str, at_home: bool, addresses: tuple[str, ...]) -> re.Pattern[str]:
    ends = rf"(?:\.{re.escape(namespace)}\b|:\d|/)"
    named = rf"(?:\w+://|(?<![\w.-])|[\w-]\.){re.escape(name)}"
    alone = [rf"{named}{ends}", rf"\w+://{re.escape(name)}(?![\w.-])"]
    whole = [rf"(?<![\w.:]){re.escape(each)}(?![\w.])" for each in addresses]
    return re.compile("|".join([*(alone if at_home else [rf"{named}\.{re.escape(namespace)}\b"]), *whole]))


def _named(seen: Observation, host: str, here: str | None) -> ServiceSeen | None:
    """By `name`, `name.namespace`, and as a StatefulSet's pods are called: `pod.name`, `pod.name.namespace`."""
    labels = host.split(".")
    of = {(each.ref.name, each.ref.namespace): each for each in seen.services}
    own = of.get((labels[0], labels[1] if len(labels) > 1 else here))
    if own or len(labels) == 1:
        return own
    behind = of.get((labels[1], labels[2] if len(labels) > 2 else here))
    return behind if behind and behind.headless else None


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
