"""What the new pods take their configuration from: gone, or changed since the revision ran. Neither is rolled back."""

from collections.abc import Iterator
from datetime import datetime

from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.mitigate.surroundings import Surroundings
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.observation import ConfigSeen


def missing(around: Surroundings) -> Iterator[str]:
    """A ConfigMap, Secret or service account that the template needs and the namespace lacks."""
    needed = _needed(around.template or {})
    for config in around.configs:
        if not config.exists and (config.ref.kind, config.ref.name) in needed:
            yield f"{config.ref} is gone: the new pods would not start"
    if around.account_missing:
        yield f"ServiceAccount {around.target.namespace}/{around.account_missing} is gone: no new pod would be made"


def changed(around: Surroundings, left: datetime | None) -> Iterator[str]:
    """What has changed since that revision was left (`left`, aware UTC)."""
    if left is None:
        return
    for config in around.configs:
        at = _changed_at(config)
        if config.exists and at is not None and at > left:
            by = f" by {config.changed_by}" if config.changed_by else ""
            yield f"{config.ref} has changed since ({clock(at)}{by}): that is not rolled back"


def _changed_at(config: ConfigSeen) -> datetime | None:
    """Made anew counts too."""
    return max((at for at in (config.changed, config.created) if at is not None), default=None)


def _needed(template: Json) -> set[tuple[str, str]]:
    """What is not marked `optional`, by kind and name."""
    found: set[tuple[str, str]] = set()
    for container in [*items(template, "spec", "initContainers"), *items(template, "spec", "containers")]:
        sources = items(container, "envFrom") + [part(one, "valueFrom") for one in items(container, "env")]
        for source in sources:
            found.update(_of(source, ("configMapRef", "ConfigMap", "name"), ("secretRef", "Secret", "name")))
            found.update(_of(source, ("configMapKeyRef", "ConfigMap", "name"), ("secretKeyRef", "Secret", "name")))
    for volume in items(template, "spec", "volumes"):
        for source in [volume, *items(volume, "projected", "sources")]:
            found.update(_of(source, ("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName")))
            found.update(_of(source, ("secret", "Secret", "name")))
    return found


def _of(source: Json, *keys: tuple[str, str, str]) -> Iterator[tuple[str, str]]:
    for key, kind, name in keys:
        one = part(source, key)
        if one and not one.get("optional") and text(one, name):
            yield kind, text(one, name)
