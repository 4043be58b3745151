"""Redirect traffic: a Service's selector, an Ingress' backend or nginx canary weight, the weights of an HTTPRoute or a
VirtualService.

What is sent to somebody who can't answer is lost, so the new target is looked at before, and watched after: where it
turns out bad within the time that was approved, the plan's own last write puts back what the one before it changed.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from pydantic import Field

from incident_mcp.cluster.gateway_objects import Grants
from incident_mcp.cluster.groups import served
from incident_mcp.cluster.json_parts import Json, items
from incident_mcp.cluster.kinds import KINDS, checked_name, collection, path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.mitigate.inverse import inverse, stands, touched
from incident_mcp.mitigate.pointers import value_at
from incident_mcp.mitigate.traffic import gateway_api, ingress, istio, service_selector
from incident_mcp.mitigate.traffic.behind import Behind, behind
from incident_mcp.mitigate.traffic.shift import Part, Shift
from incident_mcp.mitigate.warnings.targets import no_such_port, not_granted, overloaded, unserved
from incident_mcp.mitigate.writing import SUSPEND_SYNC, ObjectAction, Rehearsal
from incident_mcp.text.words import duration, listed
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.errors import BadRequest, ClusterError, CredentialsError, NotFound
from incident_mcp.vocabulary.plan import UNDO, Draft, Plan, Promise, Undo, Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.traffic import Backend
from incident_mcp.vocabulary.value import Value

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
        look = Look(self.api, self.clock)
        shift, said = await self._shift(look, arguments)
        write = shift.write()
        rehearsal = await self.rehearsed(write)
        if rehearsal.after is not None:  # with what the API server makes of it
            shift = replace(shift, fields={field: value_at(rehearsal.after, field) for field in shift.fields})
            write = shift.write()
        found, unread = await self._look_behind(shift)
        told = [*shift.warnings, *said, *unserved(shift.gaining, found), *no_such_port(shift.gaining, found)]
        told += [*overloaded(shift.parts, found), *await self._grants(look, shift)]
        watch = timedelta(seconds=arguments.watch_seconds)
        abort = self._abort(shift, write, rehearsal, watch)
        told += _of_the_watch(unread, abort, watch)
        dead = next(iter(unserved(shift.gaining, found)), "")
        draft = _draft(shift, (write, *abort), watch if abort else timedelta(), told, dead, arguments)
        return await self.warned(rehearsal.into(draft), shift.live, suspend=arguments.suspend_sync)

    async def alarm(self, plan: Plan, since: datetime) -> str:
        promise = plan.draft.promise
        for backend in promise.serving if promise else ():
            if bad := _bad(backend, await behind(self.api, backend, since)):
                return bad
        return ""

    async def kept(self, plan: Plan) -> bool | None:
        write = next(one for one in plan.draft.writes if one.target == plan.draft.target)
        promise = plan.draft.promise
        if promise is None or not promise.serving:
            return None
        if stands(write, await self.api.get_json(write.path)) != "after":
            return False
        return all([(await behind(self.api, backend)).ready != 0 for backend in promise.serving])

    async def _shift(self, look: Look, given: TrafficArguments) -> tuple[Shift, list[str]]:
        """The change, and what is to be said of its kind alone."""
        target = Ref(kind=given.kind, namespace=given.namespace, name=given.name)
        _check_fitting(given)
        if given.kind in KINDS:
            path = path_of(target)
            live = await self.api.get_json(path)
            if given.kind == "Service":
                return service_selector.switched(target, path, live, given.selector), []
            return await self._of_ingress(target, path, live, given), []
        if given.percent is None:
            raise BadRequest(f"Which share of {target} shall {given.to or 'a backend'} get?", "Give percent, 0 to 100.")
        group, plural = (
            (gateway_api.GROUP, gateway_api.PLURAL) if given.kind == "HTTPRoute" else (istio.GROUP, istio.PLURAL)
        )
        roots = (await served(look, {group: given.kind}))[group]
        if plural not in roots:
            raise BadRequest(f"This cluster serves no {plural}.{group}.", "Name a kind that it has.")
        path = f"{roots[plural]}/namespaces/{checked_name(given.namespace)}/{plural}/{checked_name(given.name)}"
        live = await self.api.get_json(path)
        if given.kind == "HTTPRoute":
            return gateway_api.shifted(target, path, live, given.to, given.percent), []
        return await self._of_istio(look, roots, target, path, live, given)

    async def _of_ingress(self, target: Ref, path: str, live: Json, given: TrafficArguments) -> Shift:
        if given.percent is not None:
            listed_all = await self.api.get_json(collection("Ingress", given.namespace))
            others = [one for one in items(listed_all, "items") if one["metadata"]["name"] != given.name]
            return ingress.canary(target, path, live, given.percent, others)
        ports: list[Json] | None = None
        if given.to:
            service = Ref(kind="Service", namespace=given.namespace, name=given.to)
            with suppress(NotFound):
                ports = items(await self.api.get_json(path_of(service)), "spec", "ports")
        return ingress.rerouted(target, path, live, given.to, given.instead_of, ports)

    async def _of_istio(
        self, look: Look, roots: dict[str, str], target: Ref, path: str, live: Json, given: TrafficArguments
    ) -> tuple[Shift, list[str]]:
        rules: list[Json] | None = None
        if istio.SUBSETS in roots:
            where = f"{roots[istio.SUBSETS]}/namespaces/{target.namespace}/{istio.SUBSETS}"
            answer = await look.ask("destination rules", partial(self.api.get_json, where), None)
            rules = None if answer is None else items(answer, "items")
        shift = istio.shifted(target, path, live, given.to, given.percent or 0, rules)
        if rules is None:
            return shift, []
        unknown = istio.undefined(shift.parts, live, target.namespace, rules)
        return shift, [f"no DestinationRule of {target.namespace} defines {one}: its share gets 503" for one in unknown]

    async def _look_behind(self, shift: Shift) -> tuple[dict[str, Behind], list[str]]:
        """What stands behind each part, and the labels of those that gain and can't be told."""
        found: dict[str, Behind] = {}

        async def one(part: Part, backend: Backend) -> None:
            try:
                found[part.label] = await behind(self.api, backend)
            except CredentialsError:
                raise
            except ClusterError:
                return

        await together([partial(one, part, part.backend) for part in shift.parts if part.backend is not None])
        unread = [part.label for part in shift.gaining if found.get(part.label, Behind(ready=None)).ready is None]
        return found, unread

    async def _grants(self, look: Look, shift: Shift) -> list[str]:
        """Only a route of the Gateway API needs another namespace's word."""
        elsewhere = {
            part.backend.service.namespace or ""
            for part in shift.gaining
            if part.backend and part.backend.service.namespace != shift.target.namespace
        }
        if shift.target.kind != "HTTPRoute" or not elsewhere:
            return []
        roots = (await served(look, {gateway_api.GROUP: "Gateway API"}))[gateway_api.GROUP]
        if "referencegrants" not in roots:
            return []
        grants: list[Json] = []
        known: set[str] = set()
        for space in sorted(elsewhere):
            where = f"{roots['referencegrants']}/namespaces/{checked_name(space)}/referencegrants"
            answer = await look.ask("reference grants", partial(self.api.get_json, where), None, where=space)
            if answer is not None:
                known.add(space)
                grants += items(answer, "items")
        return [*not_granted(shift.target, shift.gaining, Grants(tuple(grants), frozenset(known)))]

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


def _check_fitting(given: TrafficArguments) -> None:
    """Raises `BadRequest` for arguments that mean nothing for that kind, so that nothing is silently left out."""
    means = {
        "Service": ("selector",),
        "Ingress": ("to", "percent", "instead_of"),
        "HTTPRoute": ("to", "percent"),
        "VirtualService": ("to", "percent"),
    }[given.kind]
    said = [name for name in ("to", "percent", "instead_of", "selector") if getattr(given, name) not in ("", None, {})]
    beyond = [name for name in said if name not in means]
    if beyond:
        raise BadRequest(f"{listed(beyond)} means nothing for a {given.kind}.", f"It takes {listed(list(means))}.")
    if given.kind == "Ingress" and given.percent is not None and len(said) > 1:
        raise BadRequest("A canary Ingress has one backend: percent alone says it.", "Leave out to and instead_of.")


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
    back = f"put back by itself if it fails within {duration(watch)}" if watch else "nothing puts it back by itself"
    diff = [f"{part.label}: {part.moves.removeprefix(part.label).strip()}" for part in shift.parts]
    return Draft(
        target=target,
        title=f"Redirect traffic of {target.path}",
        headline=f"redirect {target}, {shift.headline}",
        before=shift.before,
        after=shift.after,
        arguments=given.model_dump(mode="json", exclude_defaults=True),
        pods=f"No pod is replaced; {back}",
        facts=shift.facts(),
        writes=writes,
        lasts=watch + GRACE if watch else timedelta(),
        diff=tuple(diff),
        warnings=tuple(told),
        risk="high" if dead else "normal",
        high_because=dead,
        promise=Promise(within=within, other=f"ready endpoints behind {names}", serving=serving) if serving else None,
        undo=Undo(action=UNDO, shown=f"Undo: back to {shift.before}."),
        kubectl=_kubectl(target, writes[0]),
    )


def _kubectl(target: Ref, write: Write) -> str:
    changes = [{"op": "add", "path": path, "value": new} for path, (_, new) in touched(write).items()]
    of = f"{target.kind.lower()}/{target.name}"
    return f"kubectl -n {target.namespace} patch {of} --type=json -p '{json.dumps(changes)}'"
