"""The ConfigMaps and Secrets that a pod template takes its environment and volumes from, by name and key only.

A ConfigMap's values are dropped while decoding; of a Secret only the metadata is asked for. So no value can end up in
an observation, a record or an answer.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.cluster.kinds import path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.managed_fields import last_manager
from incident_mcp.cluster.moments import moment
from incident_mcp.vocabulary.errors import NotFound
from incident_mcp.vocabulary.observation import ConfigSeen
from incident_mcp.vocabulary.refs import Ref

METADATA = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
MOST = 60
"""Read in one look."""


class _ConfigMap(msgspec.Struct, rename="camel"):
    metadata: dict[str, Any]
    data: dict[str, msgspec.Raw] = {}
    binary_data: dict[str, msgspec.Raw] = {}


class _Metadata(msgspec.Struct):
    metadata: dict[str, Any]


_config_map = msgspec.json.Decoder(_ConfigMap)
_metadata = msgspec.json.Decoder(_Metadata)


def config_refs(template: dict[str, Any], namespace: str | None) -> list[Ref]:
    """All that the template names, each once, in the order of the template."""
    found: dict[tuple[str, str], None] = {}
    for container in [*items(template, "spec", "initContainers"), *items(template, "spec", "containers")]:
        found.update(dict.fromkeys(_of_container(container)))
    for volume in items(template, "spec", "volumes"):
        found.update(dict.fromkeys(_of_volume(volume)))
    return [Ref(kind=kind, namespace=namespace, name=name) for kind, name in found if name]


def _of_container(container: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for source in items(container, "envFrom"):
        yield "ConfigMap", text(source, "configMapRef", "name")
        yield "Secret", text(source, "secretRef", "name")
    for variable in items(container, "env"):
        origin = part(variable, "valueFrom")
        yield "ConfigMap", text(origin, "configMapKeyRef", "name")
        yield "Secret", text(origin, "secretKeyRef", "name")


def _of_volume(volume: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for source in [volume, *items(volume, "projected", "sources")]:
        yield "ConfigMap", text(source, "configMap", "name")
        yield "Secret", text(source, "secret", "secretName") or text(source, "secret", "name")


async def read_configs(look: Look, refs: Iterable[Ref], into: list[ConfigSeen]) -> None:
    """Add each of them, or that it does not exist, as they come."""
    wanted = list(dict.fromkeys(refs))
    if len(wanted) > MOST:
        look.miss(f"{len(wanted) - MOST} of {len(wanted)} ConfigMaps and Secrets", "too many")

    async def read(ref: Ref) -> None:
        call = _secret if ref.kind == "Secret" else _config
        what = "Secrets" if ref.kind == "Secret" else "ConfigMaps"
        seen = await look.ask(what, lambda: call(look, ref), None, where=ref.namespace or "")
        if seen is not None:
            into.append(seen)

    await together([lambda ref=ref: read(ref) for ref in wanted[:MOST]])


async def _config(look: Look, ref: Ref) -> ConfigSeen | None:
    try:
        thing = _config_map.decode(await look.api.get(path_of(ref)))
    except NotFound:
        return ConfigSeen(ref=ref, exists=False)
    return ConfigSeen(ref=ref, keys=(*thing.data, *thing.binary_data), **_dates(thing.metadata))


async def _secret(look: Look, ref: Ref) -> ConfigSeen | None:
    try:
        thing = _metadata.decode(await look.api.get(path_of(ref), accept=METADATA))
    except NotFound:
        return ConfigSeen(ref=ref, exists=False, keys=None)
    return ConfigSeen(ref=ref, keys=None, **_dates(thing.metadata))


def _dates(metadata: dict[str, Any]) -> dict[str, Any]:
    manager, when = last_manager({"metadata": metadata}, "data")
    return {"created": moment(metadata.get("creationTimestamp")), "changed": when, "changed_by": manager}
