"""Redirect traffic: a Service's selector, an Ingress' backend or nginx canary weight, the weights of an HTTPRoute or a
VirtualService.

What is sent to somebody who can't answer is lost, so the new target is looked at before, and watched after: where it
turns out bad within the time that was approved, the plan's own last write puts back what the one before it changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from incident_mcp.cluster.look import Look
from incident_mcp.mitigate.inverse import inverse, stands, touched
from incident_mcp.mitigate.pointers import value_at
from incident_mcp.mitigate.writing import SUSPEND_SYNC, ObjectAction, Rehearsal
from incident_mcp.text.words import duration, listed
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.plan import UNDO, Draft, Plan, Promise, Undo, Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.traffic import Backend
from incident_mcp.vocabulary.value import Value

if TYPE_CHECKING:  # met when traffic is to be redirected: a server starts without it
    from incident_mcp.mitigate.traffic.behind import Behind
    from incident_mcp.mitigate.traffic.shift import Shift

GRACE = timedelta(seconds=30)
"""What the abort may take on top of the watch."""
SETTLES = timedelta(seconds=10)
"""How soon somebody must be there to answer, where nothing is watched."""


class TrafficArguments(Value):
    """What leads the traffic, and where it shall go."""

    kind: Literal["Service", "Ingress", "HTTPRoute", "VirtualService"]
    namespace: str = Field(max_length=253)
    name: str = Field(max_length=253)
    to: str = Field("", description="Service, or host/subset.", max_length=253)
    percent: int | None = Field(None, description="Its share (routes; a canary Ingress).", ge=0, le=100)
    instead_of: str = Field("", description="Ingress: the Service to replace.", max_length=253)
    selector: dict[str, str] = Field({}, description="Service: labels to switch to.")
    watch_seconds: int = Field(60, description="Put back by itself if it fails meanwhile.", ge=0, le=600)
    suspend_sync: bool = Field(False, description=SUSPEND_SYNC)


class RedirectTraffic(ObjectAction):
    """One change of one object, and its abort."""

    name = "redirect_traffic"
    title = "Redirect traffic"
    description = (
        "Switch a Service's selector or an Ingress' backend, or set a share: nginx canary, HTTPRoute, VirtualService "
        "(not a cloud load balancer's own). A person is asked first; it aborts by itself."
    )
    arguments = TrafficArguments

    async def preview(self, arguments: TrafficArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` where it is not clear what shall change, or nothing would."""
        from incident_mcp.mitigate.traffic import planning
        from incident_mcp.mitigate.warnings.targets import unserved

        look = Look(self.api, self.clock)
        shift, said = await planning.shift_of(self.api, look, arguments)
        write = shift.write()
        rehearsal = await self.rehearsed(write)
        if rehearsal.after is not None:  # with what the API server makes of it
            shift = replace(shift, fields={field: value_at(rehearsal.after, field) for field in shift.fields})
            write = shift.write()
        found, unread = await planning.look_behind(self.api, shift)
        dead = [*unserved(shift.gaining, found)]
        refused = await planning.refused_references(self.api, look, shift)
        told = [*shift.warnings, *said, *dead, *planning.short_of(shift, found), *refused]
        watch = timedelta(seconds=arguments.watch_seconds)
        abort = self._abort(shift, write, rehearsal, watch)
        told += _of_the_watch(unread, abort, watch)
        draft = _draft(shift, (write, *abort), watch if abort else timedelta(), told, "".join(dead[:1]), arguments)
        return await self.warned(rehearsal.into(draft), shift.live, suspend=arguments.suspend_sync, known=known)

    async def alarm(self, plan: Plan, since: datetime) -> str:
        from incident_mcp.mitigate.traffic.behind import behind

        promise = plan.draft.promise
        for backend in promise.serving if promise else ():
            if bad := _bad(backend, await behind(self.api, backend, since)):
                return bad
        return ""

    async def kept(self, plan: Plan) -> bool | None:
        from incident_mcp.mitigate.traffic.behind import behind

        write = next(one for one in plan.draft.writes if one.target == plan.draft.target)
        promise = plan.draft.promise
        if promise is None or not promise.serving:
            return None
        if stands(write, await self.api.get_json(write.path)) != "after":
            return False
        ready = [(await behind(self.api, backend)).ready for backend in promise.serving]
        if 0 in ready:
            return False
        return None if None in ready else True

    def _abort(self, shift: Shift, write: Write, rehearsal: Rehearsal, watch: timedelta) -> tuple[Write, ...]:
        """The way back, where there is somebody to watch, and it is known what the object will look like."""
        watched = [part.backend for part in shift.gaining if part.backend is not None]
        back = inverse(write, rehearsal.after) if rehearsal.after is not None and watched and watch else None
        if back is None:
            return ()
        names = listed([backend.label for backend in watched])
        bad = f"nobody is ready behind {names} or its containers fail"
        shown = f"put {shift.target} back, only if within {duration(watch)} {bad}"
        return (back.model_copy(update={"shown": shown, "abort_within": watch}),)


def _of_the_watch(unread: list[str], abort: tuple[Write, ...], watch: timedelta) -> Iterable[str]:
    if unread:
        yield f"who is ready behind {listed(unread)} can't be told"
    if watch and not abort:
        yield "it can't be watched, so nothing puts it back by itself"


def _bad(backend: Backend, seen: Behind) -> str:
    if not seen.exists:
        return f"{backend.service} does not exist"
    if seen.ready == 0:
        return f"{backend.label} has no ready endpoints"
    return f"{backend.label}: a container of {seen.ended} failed" if seen.ended else ""


def _draft(
    shift: Shift, writes: tuple[Write, ...], watch: timedelta, told: list[str], dead: str, given: TrafficArguments
) -> Draft:
    target = shift.target
    serving = tuple(part.backend for part in shift.gaining if part.backend is not None)
    names = listed([backend.label for backend in serving])
    within = max(watch, SETTLES)
    back = f"Put back by itself if it fails within {duration(watch)}" if watch else "Nothing puts it back by itself"
    diff = [f"{part.label}: {part.moves.removeprefix(part.label).strip()}" for part in shift.parts]
    return Draft(
        target=target,
        title=f"Redirect traffic of {target.path}",
        headline=f"redirect {target}, {shift.headline}",
        before=shift.before,
        after=shift.after,
        arguments=given.model_dump(mode="json", exclude_defaults=True),
        pods=f"{back}, no pod is replaced",
        facts=shift.facts(),
        writes=writes,
        lasts=watch + GRACE if watch else timedelta(),
        diff=tuple(diff),
        warnings=tuple(told),
        risk="high" if dead else "normal",
        high_because=dead,
        moved=max((part.after - part.before for part in shift.gaining), default=0.0),
        promise=Promise(within=within, other=f"ready endpoints behind {names}", serving=serving) if serving else None,
        undo=Undo(action=UNDO, shown=f"Undo: back to {shift.before}."),
        kubectl=_kubectl(target, writes[0]),
    )


def _kubectl(target: Ref, write: Write) -> str:
    changes = [{"op": "add", "path": path, "value": new} for path, (_, new) in touched(write).items()]
    of = f"{target.kind.lower()}/{target.name}"
    return f"kubectl -n {target.namespace} patch {of} --type=json -p '{json.dumps(changes)}'"
