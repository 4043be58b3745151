"""Set the requests and limits of one container, as `kubectl set resources` does. Its pods are replaced for it."""

from collections.abc import Iterator
from math import isfinite

from pydantic import Field

from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.kinds import path_of, workload_ref
from incident_mcp.cluster.quantities import number
from incident_mcp.cluster.workloads import workload_object, workload_seen
from incident_mcp.mitigate.pointers import TEMPLATE, UID, fact, put, same_template, tests, value_at
from incident_mcp.mitigate.rollouts import (
    WITHIN,
    check_not_paused,
    exposure,
    not_paused,
    ready_words,
    replacing,
    typed,
    unready_share,
)
from incident_mcp.mitigate.warnings.scaling import rescaled
from incident_mcp.mitigate.writing import SUSPEND_SYNC, ObjectAction
from incident_mcp.text.words import clock, count, listed
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import UNDO, Draft, Promise, Undo, Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

NONE = "none"
FIELDS = {
    "cpu_request": ("requests", "cpu"),
    "cpu_limit": ("limits", "cpu"),
    "memory_request": ("requests", "memory"),
    "memory_limit": ("limits", "memory"),
}


class ResourceArguments(Value):
    """A container of a workload, and what it shall get. What is left out stays."""

    kind: str = Field("Deployment", max_length=63)
    namespace: str = Field(max_length=253)
    name: str = Field(max_length=253)
    container: str = Field("", description="Needed where there are several.", max_length=63)
    cpu_request: str = Field("", max_length=20)
    cpu_limit: str = Field("", max_length=20)
    memory_request: str = Field("", max_length=20)
    memory_limit: str = Field("", description="512Mi; none takes a limit or request away.", max_length=20)
    suspend_sync: bool = Field(False, description=SUSPEND_SYNC)


class SetResources(ObjectAction):
    """`kubectl set resources`, with its preconditions."""

    name = "set_resources"
    title = "Set requests and limits"
    description = (
        "Set CPU and memory of one container; its pods are replaced. A person is asked first; undo is recorded."
    )
    arguments = ResourceArguments

    async def preview(self, arguments: ResourceArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` for a container or quantity that is none, and where nothing would change."""
        target = workload_ref(arguments.kind, arguments.namespace, arguments.name)
        live = await workload_object(self.api, target)
        check_not_paused(target, live)
        at, container = _container(target, live, arguments.container)
        old = part(container, "resources")
        wanted = _wanted(old, arguments)
        if wanted == old:
            raise BadRequest(
                f"{target}, container {text(container, 'name')} has exactly that already.", "Name another amount."
            )
        pointer = f"{TEMPLATE}/spec/containers/{at}"
        write = _write(target, live, pointer, wanted or None)
        rehearsal = await self.rehearsed(write)
        after = part(value_at(rehearsal.after, pointer), "resources") if rehearsal.after else wanted
        write = _write(target, live, pointer, after or None)
        lines = tuple(_changes(old, after))
        workload = workload_seen(live, target.kind)
        risk, because = exposure(workload)
        name = text(container, "name")
        facts = (UID, "the same object"), (f"{pointer}/name", f"container {name}"), (f"{pointer}/resources", _line(old))
        draft = Draft(
            target=target,
            title=f"Set resources of {target.path}",
            headline=f"set {listed(lines)} of {target}",
            before=_line(old),
            after=_line(after),
            arguments=arguments.model_dump(mode="json") | {"kind": target.kind, "container": name},
            pods=f"{count(workload.desired, 'pod')} replaced, {ready_words(workload)} at {clock(self.clock())}",
            facts=(*(fact(live, field, shown) for field, shown in facts), same_template(live), not_paused(live)),
            writes=(write,),
            diff=tuple(f"container {name}: {line}" for line in lines),
            warnings=tuple(replacing(workload, live)),
            risk=risk,
            high_because=because,
            unready=unready_share(workload),
            promise=Promise(ready=workload.desired, within=WITHIN),
            undo=Undo(action=UNDO, shown=f"Undo: back to {_line(old)}, recorded before anything is written."),
            kubectl=_kubectl(target, name, after),
        )
        template, suspend = _template_with(live, at, after), arguments.suspend_sync
        return await self.warned(rehearsal.into(draft), live, template, suspend=suspend, known=known, of=rescaled)


def _container(target: Ref, live: Json, wanted: str) -> tuple[int, Json]:
    containers = items(live, "spec", "template", "spec", "containers")
    names = [text(one, "name") for one in containers]
    if not wanted and len(containers) == 1:
        return 0, containers[0]
    if wanted not in names:
        said = f"no container {wanted}" if wanted else "several containers"
        raise BadRequest(f"{target} has {said}.", f"Name one as the argument container: {', '.join(names)}.")
    return names.index(wanted), containers[names.index(wanted)]


def _wanted(old: Json, arguments: ResourceArguments) -> Json:
    wanted = {kind: dict(part(old, kind)) for kind in ("requests", "limits")}
    for field, (kind, resource) in FIELDS.items():
        amount = str(getattr(arguments, field)).strip()
        if amount == NONE:
            wanted[kind].pop(resource, None)
        elif amount:
            _check_amount(field, amount)
            wanted[kind][resource] = amount
    _check(wanted)
    others = {key: value for key, value in old.items() if key not in wanted}
    return others | {kind: amounts for kind, amounts in wanted.items() if amounts}


def _check_amount(field: str, amount: str) -> None:
    value = number(amount)
    if value is None or not isfinite(value):
        raise BadRequest(f"{field} {amount[:20]!r} is no quantity.", "For example 250m, 1, 512Mi, 2Gi, or none.")
    if field.startswith("memory") and not value.is_integer():
        raise BadRequest(f"{field} {amount} is a fraction of a byte: m means thousandths.", "Mi are mebibytes.")


def _check(wanted: dict[str, Json]) -> None:
    for resource in ("cpu", "memory"):
        request, limit = (number(wanted[kind].get(resource)) for kind in ("requests", "limits"))
        if request is not None and limit is not None and request > limit:
            raise BadRequest(
                f"The {resource} request {wanted['requests'][resource]} is above the limit "
                f"{wanted['limits'][resource]}.",
                "Give both, or lower the request.",
            )


def _changes(old: Json, new: Json) -> Iterator[str]:
    for kind, resource in FIELDS.values():
        before, after = text(old, kind, resource) or NONE, text(new, kind, resource) or NONE
        if before != after:
            yield f"{resource} {kind[:-1]} {before} -> {after}"


def _line(resources: Json) -> str:
    found = [
        f"{resource} {kind[:-1]} {amount}"
        for kind, resource in FIELDS.values()
        if (amount := text(resources, kind, resource))
    ]
    return ", ".join(found) or "no requests and no limits"


def _write(target: Ref, live: Json, pointer: str, wanted: Json | None) -> Write:
    return Write(
        method="PATCH",
        path=path_of(target),
        body=[*tests(live, (UID, f"{pointer}/name")), *put(live, f"{pointer}/resources", wanted)],
        target=target,
        shown=f"resources of {target}: {_line(wanted or {})}",
    )


def _template_with(live: Json, at: int, resources: Json) -> Json:
    template = part(live, "spec", "template")
    containers = [
        {**one, "resources": resources} if place == at else one
        for place, one in enumerate(items(template, "spec", "containers"))
    ]
    return {**template, "spec": {**part(template, "spec"), "containers": containers}}


def _kubectl(target: Ref, container: str, after: Json) -> str:
    flags = [
        f"--{kind}={','.join(f'{key}={value}' for key, value in part(after, kind).items())}"
        for kind in ("requests", "limits")
        if part(after, kind)
    ]
    return f"kubectl -n {target.namespace} set resources {typed(target)} -c {container} {' '.join(flags)}".rstrip()
