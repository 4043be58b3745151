"""Scalings of Deployments by their events: a write through `scale` leaves no time in the managed fields.

A rollout scales too, an old replica set down and a new one up. So a scaling is what one replica set tells while no
other of the same Deployment is heard of.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from incident_mcp.cluster.changes.window import Window
from incident_mcp.cluster.events import MOST, event_seen
from incident_mcp.cluster.json_parts import items, text
from incident_mcp.cluster.kinds import collection, is_name
from incident_mcp.cluster.look import together
from incident_mcp.vocabulary.change import ChangeSeen
from incident_mcp.vocabulary.refs import Ref

_SCALED = re.compile(r"Scaled (?:up|down) replica set (\S+) from (\d+) to (\d+)")
_APART = timedelta(seconds=60)
"""A replica set of a rollout is followed by the other within this time, unless the rollout is stuck."""
_SAME = timedelta(seconds=10)


class _Step(NamedTuple):
    at: datetime
    replica_set: str
    before: int
    after: int


async def read_scalings(window: Window) -> None:
    await together([partial(_read, window, place) for place in window.places])


async def _read(window: Window, place: str | None) -> None:
    look, about = window.look, "involvedObject.kind=Deployment,reason=ScalingReplicaSet"
    call = partial(look.api.get_json, collection("Event", place), params={"fieldSelector": about, "limit": MOST})
    answer = await look.ask("events", call, {}, where=place or "")
    if text(answer, "metadata", "continue"):
        look.miss(f"events of scalings beyond the first {MOST}", "too many", place or "")
    steps: defaultdict[Ref, list[_Step]] = defaultdict(list)
    for event in map(event_seen, items(answer, "items")):
        told = event.message.identifiers(_SCALED)
        if told and is_name(event.about.name):
            steps[event.about].append(_Step(event.last, told[0], int(told[1]), int(told[2])))
    for target, each in steps.items():
        window.add(_scalings(target, each))


def _scalings(target: Ref, steps: list[_Step]) -> Iterator[ChangeSeen]:
    for step in steps:
        alone = all(other.replica_set == step.replica_set or abs(other.at - step.at) > _APART for other in steps)
        if alone and step.before > 0:
            yield ChangeSeen(target=target, at=step.at, kind="scaling", text=f"replicas {step.before} -> {step.after}")


def told_once(changes: list[ChangeSeen]) -> list[ChangeSeen]:
    """Without the scalings that the managed fields told as well: the events know what it was before."""
    by_event = [each for each in changes if each.kind == "scaling" and " -> " in each.text]

    def again(change: ChangeSeen) -> bool:
        return change.text.startswith("replicas set to") and any(
            each.target == change.target and abs(each.at - change.at) <= _SAME for each in by_event
        )

    return [change for change in changes if not again(change)]
