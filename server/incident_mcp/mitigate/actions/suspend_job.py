"""Suspend or resume a CronJob or a Job (`spec.suspend`, api batch/v1).

They differ: a suspended CronJob starts no further Jobs and leaves the running ones alone; a suspended Job loses its
active pods at once. Resumed, a CronJob starts the latest run that it missed, unless that is past its
`startingDeadlineSeconds`.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from incident_mcp.cluster.json_parts import Json, count, items, text
from incident_mcp.cluster.kinds import path_of
from incident_mcp.mitigate.pointers import UID, fact, put, tests, value_at
from incident_mcp.mitigate.writing import ObjectAction
from incident_mcp.text.words import clock
from incident_mcp.text.words import count as counted
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import UNDO, Draft, Fact, Undo, Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

SUSPEND = "/spec/suspend"


class SuspendArguments(Value):
    """A CronJob or a Job, and whether it shall rest."""

    kind: Literal["CronJob", "Job"]
    namespace: str = Field(max_length=253)
    name: str = Field(max_length=253)
    suspend: bool = Field(True, description="False resumes.")


class SuspendJob(ObjectAction):
    """Sets `spec.suspend`."""

    name = "suspend_job"
    title = "Suspend or resume a job"
    description = "Suspend a CronJob (no further runs) or a Job (its pods go), or resume it. A person is asked first."
    arguments = SuspendArguments

    async def preview(self, arguments: SuspendArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` where it is so already, and for a Job that has ended."""
        target = Ref(kind=arguments.kind, namespace=arguments.namespace, name=arguments.name)
        live = await self.api.get_json(path_of(target))
        is_now, shall_be = bool(value_at(live, SUSPEND)), arguments.suspend
        if is_now == shall_be:
            raise BadRequest(f"{target} is {'suspended' if is_now else 'not suspended'} already.", "Nothing is to do.")
        if any(text(one, "type") in ("Complete", "Failed") and text(one, "status") == "True" for one in _ends(live)):
            raise BadRequest(
                f"{target} has ended, so there is nothing to suspend.", "A Job that ended can't be run on."
            )
        write = _write(target, live, shall_be)
        rehearsal = await self.rehearsed(write)
        verb, state = ("suspend", "suspended") if shall_be else ("resume", "running")
        now = Fact(pointer=SUSPEND, value=is_now, shown="suspended" if is_now else "not suspended")
        draft = Draft(
            target=target,
            title=f"{verb.capitalize()} {target.path}",
            headline=f"{verb} {target}",
            before=_state(live),
            after=", ".join(filter(None, (state, text(live, "spec", "schedule")))),
            arguments=arguments.model_dump(mode="json"),
            pods=f"{_pods(target, live, shall_be)} at {clock(self.clock())}",
            facts=(fact(live, UID, "the same object"), now),
            writes=(write,),
            diff=(f"- suspend: {str(is_now).lower()}", f"+ suspend: {str(shall_be).lower()}"),
            warnings=tuple(_warnings(target, live, shall_be)),
            undo=Undo(action=UNDO, shown=f"Undo: {'resume' if shall_be else 'suspend'} it again."),
            kubectl=f"kubectl -n {target.namespace} patch {target.kind.lower()}/{target.name} --type=merge "
            f'-p \'{{"spec":{{"suspend":{str(shall_be).lower()}}}}}\'',
        )
        return await self.warned(rehearsal.into(draft), live, known=known)


def _ends(live: Json) -> list[Json]:
    return items(live, "status", "conditions")


def _active(target: Ref, live: Json) -> int:
    return len(items(live, "status", "active")) if target.kind == "CronJob" else count(live, "status", "active")


def _state(live: Json) -> str:
    return "suspended" if value_at(live, SUSPEND) else "not suspended"


def _pods(target: Ref, live: Json, shall_be: bool) -> str:
    active = _active(target, live)
    if target.kind == "CronJob":
        return f"{counted(active, 'running Job')} left alone" if active else "No Job of it is running"
    return (
        f"{counted(active, 'active pod')} {'deleted' if shall_be else 'of it'}" if active else "No pod of it is active"
    )


def _warnings(target: Ref, live: Json, shall_be: bool) -> Iterator[str]:
    active = _active(target, live)
    if shall_be and active:
        if target.kind == "Job":
            yield f"its {counted(active, 'active pod')} and their logs go at once; resumed, it starts them anew"
        else:
            yield f"its {counted(active, 'running Job')} will go on: suspend those by themselves"
    if not shall_be and target.kind == "CronJob":
        deadline = count(live, "spec", "startingDeadlineSeconds")
        unless = f" unless it is more than {deadline} s late" if deadline else ""
        yield f"the latest run that it missed starts at once{unless}"


def _write(target: Ref, live: Json, shall_be: bool) -> Write:
    return Write(
        method="PATCH",
        path=path_of(target),
        body=[*tests(live, (UID,)), *put(live, SUSPEND, shall_be)],
        target=target,
        shown=f"{target}: {'suspended' if shall_be else 'no longer suspended'}",
    )
