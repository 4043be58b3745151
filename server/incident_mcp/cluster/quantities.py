"""Kubernetes quantities as numbers: `250m` cores, `96Mi` bytes. What can't be read is None, not zero."""

from typing import Any

from incident_mcp.cluster.json_parts import Json, items, part
from incident_mcp.vocabulary.usage import Amounts


def number(quantity: Any) -> float | None:
    """`100m` -> 0.1, `1Ki` -> 1024.0; None when there is none, or it is not one."""
    # The client library is a quarter of a second to import, and only these figures need it.
    from kubernetes.utils.quantity import parse_quantity  # pyright: ignore[reportUnknownVariableType]

    if quantity is None:
        return None
    try:
        return float(parse_quantity(quantity))
    except ValueError:
        return None


def amounts(resources: Json) -> Amounts:
    """CPU and memory of `{cpu: 250m, memory: 96Mi}`."""
    memory = number(resources.get("memory"))
    return Amounts(cpu=number(resources.get("cpu")), memory=None if memory is None else round(memory))


def summed(each: list[Amounts]) -> Amounts:
    """The sum; a figure that one of them lacks is lacking in the sum."""
    cpu, memory = [one.cpu for one in each], [one.memory for one in each]
    return Amounts(
        cpu=sum(value for value in cpu if value is not None) if each and None not in cpu else None,
        memory=sum(value for value in memory if value is not None) if each and None not in memory else None,
    )


def of_template(spec: Json, kind: str) -> Amounts:
    """The `requests` or `limits` of all containers of a pod's specification together."""
    return summed([amounts(part(container, "resources", kind)) for container in items(spec, "containers")])
