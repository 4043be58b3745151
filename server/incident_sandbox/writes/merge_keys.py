"""Which lists are maps in disguise, and by which key: `containers` by name, `conditions` by type.

The API types say so in their `patchMergeKey` and `listMapKey` tags; these are the ones of the kinds served here.
Strategic merge patches and field ownership both need them.
"""

from __future__ import annotations

from typing import Any, cast

_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "containers": (("name",),),
    "initContainers": (("name",),),
    "ephemeralContainers": (("name",),),
    "env": (("name",),),
    "volumes": (("name",),),
    "volumeMounts": (("mountPath",),),
    "volumeDevices": (("devicePath",),),
    "imagePullSecrets": (("name",),),
    "secrets": (("name",),),
    "hostAliases": (("ip",),),
    "topologySpreadConstraints": (("topologyKey", "whenUnsatisfiable"),),
    "conditions": (("type",),),
    "ownerReferences": (("uid",),),
    "addresses": (("type",),),
    "taints": (("key", "effect"),),
    # A container's ports have containerPort, a Service's have port; the first key that all items carry wins.
    "ports": (("containerPort", "protocol"), ("port", "protocol")),
    "podIPs": (("ip",),),
    "hostIPs": (("ip",),),
}
_PRIMITIVE_SETS = {"finalizers"}


def list_keys(field: str, items: list[Any]) -> tuple[str, ...]:
    """The identity of the items of the list at `field`; empty for a list that is replaced as a whole."""
    for keys in _KEYS.get(field, ()):
        if items and all(isinstance(item, dict) and keys[0] in cast("dict[str, Any]", item) for item in items):
            return keys
    return ()


def merge_key(field: str, items: list[Any]) -> str:
    """The one key that strategic merge goes by; empty for a list that is replaced."""
    keys = list_keys(field, items)
    return keys[0] if keys else ""


def is_primitive_set(field: str) -> bool:
    return field in _PRIMITIVE_SETS
