"""What a plan leaves behind once it is carried out: states that help now and hurt when they are forgotten.

Told by the fields that its writes touch, so it is the same for every action, and for whatever an undo brings back. A
field that no longer holds what the write put there is settled, whoever changed it.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.json_parts import Json
from incident_mcp.mitigate.inverse import stands, touched
from incident_mcp.mitigate.pointers import same, value_at
from incident_mcp.mitigate.suspending import AUTOMATED
from incident_mcp.text.words import count
from incident_mcp.vocabulary.errors import ClusterError, NotFound
from incident_mcp.vocabulary.plan import Plan, Write
from incident_mcp.vocabulary.value import Value

SOON = timedelta(hours=4)
"""Until then somebody must have seen to what holds back releases or splits traffic."""
DAY = timedelta(hours=24)
WHOLLY_LEFT = {"redirect_traffic": SOON, "set_feature_flag": DAY}
"""Actions of which every write leaves something: a shifted weight, a flag."""


class Leftover(Value):
    """One of a plan's writes (`number`, from 1), what it leaves in words, and how long that may stay."""

    number: int
    what: str
    within: timedelta


def left_by(plan: Plan) -> Iterator[Leftover]:
    """What the plan leaves if all of its writes are carried out."""
    for number, write in enumerate(plan.draft.writes, 1):
        if write.abort_within:  # it puts back what the one before it changed
            continue
        if write.method == "POST" and plan.action in WHOLLY_LEFT:  # beside the cluster, which has no fields of ours
            yield Leftover(number=number, what=write.shown, within=WHOLLY_LEFT[plan.action])
        for path, before, after in _fields(write):
            if found := _left(plan.action, write, path, before, after):
                yield Leftover(number=number, what=found[0], within=found[1])
                break


def _fields(write: Write) -> Iterator[tuple[str, Any, Any]]:
    """By pointer, before and after; where a field came with what it lies in (a Node without `spec`), that field too."""
    for path, (before, after) in touched(write).items():
        yield path, before, after
        if before is None and isinstance(after, dict):
            yield from ((f"{path}/{key}", None, value) for key, value in cast("Json", after).items())


def _left(action: str, write: Write, path: str, before: Any, after: Any) -> tuple[str, timedelta] | None:
    target = write.target
    match path:
        case "/spec" if write.path.endswith("/scale"):
            counts = [int(value_at(each, "/replicas") or 0) for each in (after, before)]
            return f"{target} has {count(counts[0], 'replica')} instead of {counts[1]}", DAY
        case "/spec/unschedulable" if after:
            return f"{target} is cordoned", DAY
        case "/spec/paused" if after:
            return f"the rollout of {target} is paused", SOON
        case "/spec/suspend" if after:
            sync = target.kind in ("Kustomization", "HelmRelease")
            return f"{target} is suspended", SOON if sync else DAY
        case _ if path == AUTOMATED and after is None:
            return f"{target} does not sync by itself", SOON
        case _:
            return (write.shown, WHOLLY_LEFT[action]) if action in WHOLLY_LEFT else None


def goes_back(write: Write, earlier: Write) -> bool:
    """Whether it puts back what an earlier write changed: then nothing new is left behind."""
    if write.path != earlier.path:
        return False
    found = touched(earlier)
    return any(path in found and same(after, found[path][0]) for path, (_, after) in touched(write).items())


async def still_there(api: Api, write: Write) -> bool | None:
    """Whether what the write left is as it left it; None where that can't be read, or is not in the cluster."""
    if write.method != "PATCH":
        return None
    try:
        live = await api.get_json(write.path)
    except NotFound:
        return False
    except ClusterError:
        return None
    return stands(write, live) == "after"
