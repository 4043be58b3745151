"""Containers: images that move, probes and resources that are not there."""

from collections.abc import Iterator
from typing import Any

from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.investigate.hygiene.item import Estate, HygieneItem, HygieneKind, item
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.observation import ServiceSeen, WorkloadSeen

Json = dict[str, Any]

NO_TAG = HygieneKind(
    "HYG101",
    "An image has no tag",
    "It means whatever `latest` is when a node pulls it: two pods of one revision can run two programs (popeye 100).",
    "Name the image of {target} by a version or a digest",
)
LATEST = HygieneKind(
    "HYG102",
    "An image has the tag latest",
    "A rollback can't bring back what ran before: the tag has moved (popeye 101).",
    "Name the image of {target} by a version or a digest",
)
NO_READINESS = HygieneKind(
    "HYG103",
    "A container behind a Service has no readiness probe",
    "It gets traffic before it can answer, and keeps it when it no longer can (popeye 102 and 104).",
    "Give {target} a readiness probe",
)
NO_LIVENESS = HygieneKind(
    "HYG104",
    "A container has no liveness probe",
    "A program that hangs stays (popeye 103). A probe that is too strict is worse than none.",
    "Decide whether {target} needs a liveness probe",
)
PROBE_BY_NUMBER = HygieneKind(
    "HYG105",
    "A probe asks a port by its number",
    "The port has a name: when its number changes, the probe does not follow (popeye 105).",
    "Let the probes of {target} name their port",
)
NO_REQUESTS = HygieneKind(
    "HYG106",
    "A container asks for no CPU or memory",
    "The scheduler counts it as nothing, and it is the first to be evicted (popeye 106).",
    "Set requests for {target}",
)
NO_MEMORY_LIMIT = HygieneKind(
    "HYG107",
    "A container has no memory limit",
    "A leak takes its node's memory and its neighbours with it (popeye 107).",
    "Set a memory limit for {target}",
)
UNNAMED_PORT = HygieneKind(
    "HYG108",
    "A container's port has no name",
    "A Service that names its target port survives a change of the number (popeye 108 and 1102).",
    "Name the ports of {target}",
)
ENV_TWICE = HygieneKind(
    "HYG109",
    "A variable is set twice in one container",
    "The later one wins, and nobody sees it.",
    "Set each variable of {target} once",
)
ALL = (
    NO_TAG, LATEST, NO_READINESS, NO_LIVENESS, PROBE_BY_NUMBER, NO_REQUESTS, NO_MEMORY_LIMIT, UNNAMED_PORT, ENV_TWICE,
)  # fmt: skip
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")


def find(estate: Estate) -> Iterator[HygieneItem]:
    for workload in estate.workloads:
        containers = items(workload.template, "spec", "containers")
        served = any(_selects(service, workload) for service in estate.services)
        for kind, named in _judged(containers, served=served):
            if named:
                names = listed(list(dict.fromkeys(named)), most=3)
                yield item(kind, workload.ref, f"container {names}" if len(named) == 1 else f"containers {names}")


def _judged(containers: list[Json], *, served: bool) -> Iterator[tuple[HygieneKind, list[str]]]:
    def those(*, when: list[bool]) -> list[str]:
        return [text(each, "name") for each, holds in zip(containers, when, strict=True) if holds]

    tags = [_tag(text(each, "image")) for each in containers]
    yield NO_TAG, those(when=[tag == "" for tag in tags])
    yield LATEST, those(when=[tag == "latest" for tag in tags])
    yield NO_READINESS, those(when=[served and bool(items(c, "ports")) and not c.get(_PROBES[0]) for c in containers])
    yield NO_LIVENESS, those(when=[not c.get(_PROBES[1]) for c in containers])
    yield PROBE_BY_NUMBER, those(when=[_by_number(c) for c in containers])
    yield NO_REQUESTS, those(when=[not part(c, "resources", "requests") and not _limits(c) for c in containers])
    yield NO_MEMORY_LIMIT, those(when=["memory" not in _limits(c) for c in containers])
    yield UNNAMED_PORT, those(when=[any(not text(port, "name") for port in items(c, "ports")) for c in containers])
    yield ENV_TWICE, those(when=[_twice([text(one, "name") for one in items(c, "env")]) for c in containers])


def _selects(service: ServiceSeen, workload: WorkloadSeen) -> bool:
    labels: Json = part(workload.template, "metadata", "labels")
    same = service.ref.namespace == workload.ref.namespace
    return same and bool(service.selector) and service.selector.items() <= labels.items()


def _tag(image: str) -> str:
    """Empty without one; a digest counts as one."""
    name = image.rpartition("/")[2]
    return "digest" if "@" in name else name.partition(":")[2]


def _limits(container: Json) -> Json:
    return part(container, "resources", "limits")


def _by_number(container: Json) -> bool:
    """Only where the port that it asks has a name."""
    named = {port.get("containerPort") for port in items(container, "ports") if port.get("name")}
    asks = (part(container, probe, how).get("port") for probe in _PROBES for how in ("httpGet", "tcpSocket"))
    return any(isinstance(port, int) and port in named for port in asks)


def _twice(names: list[str]) -> bool:
    return len(set(names)) < len(names)
