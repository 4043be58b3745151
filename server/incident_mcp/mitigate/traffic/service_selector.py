"""A Service's selector switched to other pods: all of its traffic moves at once.

The selector is replaced as a whole, since a merge would keep the old keys (it is an atomic map, api core/v1).
"""

from collections.abc import Iterator, Mapping

from incident_mcp.cluster.json_parts import Json, part
from incident_mcp.cluster.selectors import equality
from incident_mcp.mitigate.traffic.shift import Part, Shift
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.traffic import Backend

SELECTOR = "/spec/selector"
ROLLOUTS = "rollouts-pod-template-hash"
"""Argo Rollouts puts it into the selectors of the Services that it switches."""


def switched(target: Ref, path: str, live: Json, wanted: Mapping[str, str]) -> Shift:
    """Its selector with these labels set; an empty value takes one away.

    Raises `BadRequest` for a Service without a selector, for none left, and where nothing would change.
    """
    old: dict[str, str] = part(live, "spec", "selector")
    if not old:
        raise BadRequest(
            f"{target} has no selector: its addresses are written by somebody else.", "Look at who writes them."
        )
    if not wanted:
        raise BadRequest(f"To which labels shall {target} switch?", f"Give selector; it is {equality(old)} now.")
    new = {key: value for key, value in {**old, **wanted}.items() if value}
    if new == old or not new:
        raise BadRequest(
            f"{target} selects {equality(old)} {'already' if new else 'now, and nothing would be left'}.",
            "Name the labels of the pods that shall get its traffic.",
        )
    return Shift(
        target=target,
        path=path,
        live=live,
        fields={SELECTOR: new},
        shown={SELECTOR: equality(old)},
        parts=(
            Part(equality(old), 100, 0, Backend(service=target, selector=old, label=equality(old))),
            Part(equality(new), 0, 100, Backend(service=target, selector=new, label=equality(new))),
        ),
        headline=f"all traffic from {_differing(old, new)} -> {_differing(new, old)}",
        before=equality(old),
        after=equality(new),
        warnings=tuple(_warnings(old)),
    )


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> str:
    return equality({key: value for key, value in one.items() if other.get(key) != value}) or equality(one)


def _warnings(old: Mapping[str, str]) -> Iterator[str]:
    if ROLLOUTS in old:
        yield f"Argo Rollouts switches this Service ({ROLLOUTS} is in its selector) and will put it back"
