"""Who reads a key of a ConfigMap, and whether they see it change: environment variables and subPath mounts stay as they
were when the container started; other mounts follow within a minute or so (the kubelet's sync period and cache).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.pods import pod_seen


@dataclass(frozen=True)
class Readers:
    """Owners of pods (or pods without one), each once, by how they read it."""

    environment: list[str] = field(default_factory=list[str])
    subpath: list[str] = field(default_factory=list[str])
    mounted: list[str] = field(default_factory=list[str])
    all_seen: bool = True
    """False: there are more pods than were read."""


def readers(pods: list[Json], name: str, key: str, *, all_seen: bool = True) -> Readers:
    found = Readers(all_seen=all_seen)
    for pod in pods:
        if text(pod, "status", "phase") in ("Succeeded", "Failed"):
            continue
        seen = pod_seen(pod)
        who = str(seen.owner or seen.ref)
        for way in _ways(pod, name, key):
            into: list[str] = getattr(found, way)
            if who not in into:
                into.append(who)
    return found


def _ways(pod: Json, name: str, key: str) -> Iterator[str]:
    volumes = {text(volume, "name") for volume in items(pod, "spec", "volumes") if _holds(volume, name, key)}
    for container in [*items(pod, "spec", "initContainers"), *items(pod, "spec", "containers")]:
        if _in_environment(container, name, key):
            yield "environment"
        for mount in items(container, "volumeMounts"):
            if text(mount, "name") in volumes:
                yield "subpath" if text(mount, "subPath") or text(mount, "subPathExpr") else "mounted"


def _in_environment(container: Json, name: str, key: str) -> bool:
    if any(text(one, "configMapRef", "name") == name for one in items(container, "envFrom")):
        return True
    origins = [part(one, "valueFrom", "configMapKeyRef") for one in items(container, "env")]
    return any((text(one, "name"), text(one, "key")) == (name, key) for one in origins)


def _holds(volume: Json, name: str, key: str) -> bool:
    """A source without a list of items holds every key."""
    for source in [volume, *items(volume, "projected", "sources")]:
        config = part(source, "configMap")
        keys = [text(one, "key") for one in items(config, "items")]
        if text(config, "name") == name and (not keys or key in keys):
            return True
    return False
