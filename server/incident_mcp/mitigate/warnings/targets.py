"""Who gets more traffic and can't take it: nobody ready, a Service or port that is not there, too few for so much."""

from collections.abc import Iterator, Mapping, Sequence

from incident_mcp.cluster.gateway_objects import Grants
from incident_mcp.cluster.json_parts import text
from incident_mcp.mitigate.traffic.behind import Behind
from incident_mcp.mitigate.traffic.shift import Part
from incident_mcp.text.words import count
from incident_mcp.vocabulary.refs import Ref

TOO_MUCH = 1.5
"""A ready pod that gets so many times what the busiest gets now is warned of."""


def unserved(gaining: Sequence[Part], found: Mapping[str, Behind]) -> Iterator[str]:
    """For each that gains: nobody is there to answer."""
    for one in gaining:
        seen = found.get(one.label)
        if one.backend is None or seen is None:
            continue
        service = one.backend.service
        if not seen.exists:
            yield f"{service} does not exist: what is sent there fails"
        elif seen.ready == 0:
            yield f"{one.label} has no ready endpoints: what is sent there fails"


def no_such_port(gaining: Sequence[Part], found: Mapping[str, Behind]) -> Iterator[str]:
    for one in gaining:
        seen = found.get(one.label)
        if one.backend is None or seen is None or not seen.exists or not one.port:
            continue
        has = [text(port, key) for port in seen.ports for key in ("name", "port")]
        if one.port not in has:
            yield f"{one.backend.service} has no port {one.port} (it has {', '.join(filter(None, has)) or 'none'})"


def overloaded(parts: Sequence[Part], found: Mapping[str, Behind]) -> Iterator[str]:
    """For each that gains: a ready pod of it would get much more than the busiest pod gets now."""
    now = [one.before / ready for one in parts if one.before and (ready := _ready(one, found))]
    for one in parts:
        ready = _ready(one, found)
        if not ready or one.after <= one.before or not now:
            continue
        times = one.after / ready / max(now)
        if times >= TOO_MUCH:
            yield f"{one.label} has {count(ready, 'ready endpoint')}: each gets {times:.1f} times what one gets now"


def _ready(one: Part, found: Mapping[str, Behind]) -> int:
    seen = found.get(one.label)
    return seen.ready or 0 if seen else 0


def not_granted(source: Ref, gaining: Sequence[Part], grants: Grants) -> Iterator[str]:
    """A backend in another namespace that has not agreed to it."""
    for one in gaining:
        if one.backend is not None and not grants.let(source, one.backend.service):
            space = one.backend.service.namespace
            yield f"no ReferenceGrant of {space} lets {source} refer to {one.label}: its share would fail"
