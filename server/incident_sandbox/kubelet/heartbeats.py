"""Nodes say every five minutes that they live: the heartbeat time of their conditions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from incident_sandbox.controllers.context import Context
from incident_sandbox.kubelet.kubelet import STATUS
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, dig, is_silent, name_of
from incident_sandbox.model.timestamps import parse, rfc3339
from incident_sandbox.store.store import Change, Key

PERIOD = timedelta(minutes=5)


class Heartbeats:
    """`quiet_until`: before that nobody looks, so the past gets no heartbeats but its last."""

    def __init__(self, context: Context, *, quiet_until: datetime) -> None:
        self._context = context
        self._quiet_until = quiet_until - PERIOD / 2

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.resource is r.NODES and change.kind != "DELETED":
            yield "", name_of(change.obj)

    def reconcile(self, key: Key) -> None:
        node = self._context.store.get(r.NODES, *key)
        if node is None or is_silent(node):
            return
        now = self._context.engine.now
        conditions: list[Object] = dig(node, "status", "conditions", default=[])
        if any(_is_old(item, now) for item in conditions):
            status = {**node["status"], "conditions": [_beat(item, rfc3339(now)) for item in conditions]}
            self._context.writer.update(r.NODES, node, {**node, "status": status}, STATUS)
        self._context.engine.again(self, key, max(now + PERIOD, self._quiet_until))


def _is_old(condition: Object, now: datetime) -> bool:
    beat = condition.get("lastHeartbeatTime")
    return beat is None or now - parse(beat) >= PERIOD


def _beat(condition: Object, time: str) -> Object:
    return {"lastTransitionTime": time, **condition, "lastHeartbeatTime": time}
