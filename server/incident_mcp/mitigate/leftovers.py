"""What a plan leaves behind once it is carried out: states that help now and hurt when they are forgotten.

Told by the fields that its writes touch, so it is the same for every action, and for whatever an undo brings back. A
field that no longer holds what the write put there is settled, whoever changed it.
"""

import json
from collections.abc import Iterator, Sequence, Set
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.json_parts import Json
from incident_mcp.mitigate.inverse import touched
from incident_mcp.mitigate.pointers import same, value_at
from incident_mcp.mitigate.suspending import AUTOMATED
from incident_mcp.text.words import count
from incident_mcp.vocabulary.action import Action
from incident_mcp.vocabulary.errors import IncidentError, NotFound
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


def left_after(plan: Plan, done: Set[int], earlier: Sequence[tuple[Plan, int]]) -> Iterator[Leftover]:
    """What the writes of the plan that were done leave. `earlier` are writes (plan and number) that left something
    before: what brings one of those states again leaves it again, what puts back what was there before it leaves none.
    """
    before = [(one, one.draft.writes[number - 1], number) for one, number in earlier]
    for number, write in enumerate(plan.draft.writes, 1):
        if number not in done or write.abort_within or _aborted(plan, done, write):
            continue
        again = (_of(one, at) for one, left, at in before if _leaves(write, left))
        if words := next(filter(None, again), None):
            yield words.model_copy(update={"number": number})
            continue
        if not any(goes_back(write, left) for _, left, _ in before):
            yield from filter(None, [_of(plan, number)])


def _aborted(plan: Plan, done: Set[int], write: Write) -> bool:
    """Whether the plan's own abort has put back what the write changed."""
    writes = enumerate(plan.draft.writes, 1)
    return any(one.abort_within and number in done and one.path == write.path for number, one in writes)


def _of(plan: Plan, number: int) -> Leftover | None:
    return next((each for each in left_by(plan) if each.number == number), None)


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
    if place(write) != place(earlier):
        return False
    if write.method == "POST":  # a switch of two positions
        return write.path != earlier.path
    found = touched(earlier)
    return any(path in found and same(after, found[path][0]) for path, (_, after) in touched(write).items())


def _leaves(write: Write, earlier: Write) -> bool:
    """Whether it brings again what an earlier write left."""
    if place(write) != place(earlier):
        return False
    if write.method == "POST":
        return write.path == earlier.path
    found = touched(earlier)
    return any(path in found and same(after, found[path][1]) for path, (_, after) in touched(write).items())


def place(write: Write) -> str:
    """What the write is about. Of a switch beside the cluster the path ends with the position."""
    return write.path.rpartition("/")[0] if write.method == "POST" else write.path


async def still_there(api: Api, action: Action[Any], plan: Plan, write: Write) -> bool | None:
    """Whether what the write left is as it left it; None where that can't be read."""
    try:
        if write.method != "PATCH":  # not in the cluster: its own action knows where to look
            return await action.landed(write, plan.made) != "not applied"
        live = await api.get_json(write.path)
    except NotFound:
        return False
    except IncidentError:
        return None
    return all(_holds(before, after, value_at(live, path)) for path, (before, after) in touched(write).items())


def _holds(before: Any, after: Any, live: Any) -> bool:
    """Whether what differs between `before` and `after` is as in `after`; what else stands in the same object, list or
    JSON text is somebody else's.
    """
    if same(live, after):
        return True
    old, new, now = (_members(each) for each in (before, after, live))
    if old is None or new is None or now is None:
        return False
    keys = [key for key in {**old, **new} if not same(old.get(key), new.get(key))]
    return bool(keys) and all(_holds(old.get(key), new.get(key), now.get(key)) for key in keys)


def _members(value: Any) -> dict[Any, Any] | None:
    """Of an object, a list, or the JSON text of one; None: it has none."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, list):
        return dict(enumerate(cast("list[Any]", value)))
    return cast("dict[Any, Any]", value) if isinstance(value, dict) else None
