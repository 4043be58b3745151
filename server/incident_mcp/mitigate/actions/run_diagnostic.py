"""Run a command in a container, as `kubectl exec` does, when looking from outside is not enough.

The command is an argument list that no shell reads, unless one is asked for. A person approves exactly what is shown,
so nothing that can't be shown (invisible characters, what would be masked) is taken. An exec has no dry run, no
precondition and no undo: the rights for it are asked about, and its pod's uid and container are compared just before.
"""

import re
import shlex
from collections.abc import Iterator
from datetime import datetime

from pydantic import Field

from incident_mcp.cluster.access import Need, review
from incident_mcp.cluster.containers import containers_seen
from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.kinds import path_of
from incident_mcp.cluster.pods import pod_seen
from incident_mcp.cluster.writes import send_command
from incident_mcp.mitigate.pointers import UID, fact
from incident_mcp.mitigate.writing import ObjectAction
from incident_mcp.text.cleaning import clean
from incident_mcp.text.command import output_lines
from incident_mcp.text.masking import mask
from incident_mcp.text.question import whole
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known, Landed
from incident_mcp.vocabulary.errors import BadRequest, Conflict, Forbidden
from incident_mcp.vocabulary.observation import ContainerSeen
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Draft, Plan, Undo, Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

BYTES = 64 * 1024
"""Output that is kept; beyond it the command is left."""
LONGEST = 1000
"""Characters of a whole command: one that is longer is a script, and nobody reads it at a glance."""
DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
REVEALING = re.compile(r"(?:^|[\s;|&/(])(?:env|printenv)(?:$|[\s;|&)])|/environ\b|/secrets/|\.kube/config")
NEEDS = (Need("create", "pods/exec"), Need("get", "pods/exec"))
"""A WebSocket is opened by a GET; since Kubernetes 1.35 it wants `create` all the same, before that `get`."""


class DiagnosticArguments(Value):
    """A pod, and what to run in it."""

    namespace: str = Field(max_length=253)
    name: str = Field(description="The pod.", max_length=253)
    command: list[str] = Field(
        description="Program and arguments; with shell, one script.", min_length=1, max_length=50
    )
    container: str = Field("", description="Needed where there are several.", max_length=63)
    shell: bool = Field(False, description="Run it by sh -c.")
    seconds: int = Field(10, ge=1, le=60)


class RunDiagnostic(ObjectAction):
    """`kubectl exec`, bounded in time and output."""

    name = "run_diagnostic"
    title = "Run a command in a container"
    description = (
        "Run one command in a container for seconds, when no reading tool shows it. A person is asked first about "
        "exactly this command; can't be undone."
    )
    arguments = DiagnosticArguments

    async def preview(self, arguments: DiagnosticArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` for a command that can't be shown, a container that is not there or does not run."""
        argv = _argv(arguments)
        target = Ref(kind="Pod", namespace=arguments.namespace, name=arguments.name)
        live = await self.api.get_json(path_of(target))
        container = _container(target, live, arguments.container)
        if why := _cannot_run(live, container):
            raise BadRequest(f"{target}: {why}, so nothing can be run in it.", "analyze_logs reads what it left.")
        shown = shlex.join(argv)
        write = Write(
            method="EXEC",
            path=f"{path_of(target)}/exec",
            content_type="",
            body={"container": container.name, "command": [*argv]},
            target=target,
            shown=f"run {shown} in {target}, container {container.name}",
        )
        headline = f"run {shown} in {target}"
        long = not whole(self.api.cluster.name, f"run {shown} in ", target)
        ready = "ready" if pod_seen(live).ready else "not ready"
        return Draft(
            target=target,
            title="Run this command once",
            headline=headline,
            before=f"{target.path}, container {container.name}, image {container.image}",
            after=f"the same, after the command ran for at most {arguments.seconds} s",
            arguments=arguments.model_dump(mode="json") | {"container": container.name},
            pods=f"1 pod, {ready} at {clock(self.clock())}",
            facts=(fact(live, UID, "the same pod"),),
            writes=(write,),
            likeness=f"{container.name} {arguments.seconds} s {shown}",
            diff=(f"$ {shown}", "(a command has no dry run: nobody knows what it does but who wrote it)"),
            refused=await self._refused(target),
            warnings=tuple(_warnings(live, container, shown, arguments.shell)),
            risk="high" if long else "normal",
            high_because="the question is too short for the whole command" if long else "",
            undo=Undo(shown="No undo: what a command did can't be taken back."),
            kubectl=f"kubectl -n {target.namespace} exec {target.name} -c {container.name} -- {shown}",
        )

    async def _refused(self, target: Ref) -> str:
        """As a dry run would: the right that is lacking."""
        granted = await review(self.api, NEEDS, namespace=target.namespace, only=True)
        lacking = [need for need in NEEDS if granted[need] == "nowhere"]
        if not lacking:
            return ""
        where = f"in namespace {target.namespace} on {self.api.cluster.name}"
        return f"{self.api.user} may not {lacking[0]} {where}."

    async def rehearse(self, plan: Plan) -> None:
        """What can be known before: the right is there and the container runs. Raises `Forbidden`, `Conflict`."""
        target = plan.draft.target
        live = await self.api.get_json(path_of(target))
        container = _container(target, live, str(plan.arguments["container"]))
        if why := _cannot_run(live, container):
            raise Conflict(f"{target}: {why}.", "Look again: diagnose_workload, analyze_logs.")
        if refused := await self._refused(target):
            raise Forbidden(refused, "incident-mcp doctor --rbac prints the role that is lacking.")

    async def apply(self, write: Write, permit: Permit) -> tuple[str, ...]:
        seconds = float(str(permit.plan.arguments["seconds"]))
        ran = await send_command(self.api, write, permit, self.clock(), seconds=seconds, most=BYTES)
        return output_lines(ran.ended, ran.output, ran.errors)

    async def landed(self, write: Write, since: datetime) -> Landed:
        """No object tells whether a command ran."""
        return "unknown"


def _argv(arguments: DiagnosticArguments) -> list[str]:
    command = arguments.command
    shown = shlex.join(command)
    if len(shown) > LONGEST or not command[0].strip():
        raise BadRequest(f"The command has {len(shown)} characters.", f"Give a program, and at most {LONGEST} in all.")
    if clean(shown) != shown:
        raise BadRequest(
            "The command has characters that can't be shown to a person (line breaks, controls, invisible ones).",
            "Leave them out; a script of several lines can be joined with ; or &&.",
        )
    if mask(shown) != shown:
        raise BadRequest(
            "The command holds what looks like a secret, which could not be shown, and would stand in audit logs.",
            "Read it from where the container has it, its environment or a file.",
        )
    if arguments.shell and len(command) != 1:
        raise BadRequest(f"With shell, the command is one script; there are {len(command)} parts.", "Join them.")
    return ["sh", "-c", command[0]] if arguments.shell else command


def _container(target: Ref, live: Json, wanted: str) -> ContainerSeen:
    found = {one.name: one for one in (*containers_seen(live), *containers_seen(_debugging(live)))}
    wanted = wanted or text(part(live, "metadata", "annotations"), DEFAULT_CONTAINER)
    mains = [one for one in found.values() if not one.init and one.name in _names(live)]
    if not wanted and len(mains) == 1:
        return mains[0]
    if wanted not in found:
        said = f"no container {wanted}" if wanted else "several containers"
        raise BadRequest(f"{target} has {said}.", f"Name one as the argument container: {', '.join(found)}.")
    return found[wanted]


def _debugging(live: Json) -> Json:
    """The ephemeral containers, which `kubectl debug` adds, as a pod's own."""
    specs, statuses = items(live, "spec", "ephemeralContainers"), items(live, "status", "ephemeralContainerStatuses")
    return {"spec": {"containers": specs}, "status": {"containerStatuses": statuses}}


def _names(live: Json) -> set[str]:
    return {text(one, "name") for one in items(live, "spec", "containers")}


def _cannot_run(live: Json, container: ContainerSeen) -> str:
    """Why there is no process to join; empty: there is one."""
    if text(live, "status", "phase") in ("Succeeded", "Failed"):
        return f"the pod has ended ({text(live, 'status', 'phase')})"
    if container.state == "running":
        return ""
    reason = f" ({container.reason})" if container.reason else ""
    state = "has not started" if container.state == "unknown" else f"is {container.state}"
    return f"container {container.name} {state}{reason}"


def _warnings(live: Json, container: ContainerSeen, shown: str, shell: bool) -> Iterator[str]:
    specs = [one for one in items(live, "spec", "containers") if text(one, "name") == container.name]
    if any(part(one, "securityContext").get("privileged") for one in specs):
        yield "the container is privileged: the command can change its node"
    shared = [key for key in ("hostPID", "hostNetwork", "hostIPC") if part(live, "spec").get(key)]
    if shared:
        yield f"the pod shares {' and '.join(shared)} with its node"
    if REVEALING.search(shown):
        yield "it may print secrets: only those of a known shape are masked"
    if shell:
        yield "a shell reads it: every part of the line is carried out"
