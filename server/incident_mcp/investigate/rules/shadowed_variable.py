"""Variables that a template sets twice with different values, where a container of it fails: the later one wins."""

from collections.abc import Iterator
from typing import Any, cast

from incident_mcp.investigate.kinds.containers import SHADOWED_VARIABLE
from incident_mcp.investigate.rules.crash_loop import crashes
from incident_mcp.investigate.sufferers import Sufferer, finding, gravity, sufferers, workload_of
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, Observation, PodSeen


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        return crashes(container, seen.at) or (container.state == "running" and not container.ready)

    for sufferer in sufferers(seen, fails):
        names = _twice(seen, sufferer)
        if names:
            yield _finding(seen, sufferer, names)


def _twice(seen: Observation, sufferer: Sufferer) -> list[str]:
    workload = workload_of(seen, sufferer.target)
    spec: dict[str, Any] = (workload.template.get("spec") or {}) if workload else {}
    failing = {container.name for _, container in sufferer.containers}
    found: list[str] = []
    for container in cast("list[dict[str, Any]]", spec.get("containers") or []):
        given: dict[str, Any] = {}
        for each in cast("list[dict[str, Any]]", container.get("env") or []):
            name, value = str(each.get("name")), (each.get("value"), each.get("valueFrom"))
            if given.setdefault(name, value) != value and container.get("name") in failing:
                found.append(name)
    return list(dict.fromkeys(found))


def _finding(seen: Observation, sufferer: Sufferer, names: list[str]) -> Finding:
    _, container = sufferer.worst
    return finding(
        SHADOWED_VARIABLE,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"container {container.name} is given {listed(names, most=3)} twice; the later value wins",
        evidence=(Evidence(source=f"{sufferer.target}, template, env", value=listed(names, most=3)),),
        next_step="Give the variable once; see which of the two a rollout added.",
    )
