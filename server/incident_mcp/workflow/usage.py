"""What pods and nodes use, beside what they asked for and may use: `kubectl top`, with the half that it leaves out."""

from collections.abc import Callable
from typing import Any

import anyio

from incident_mcp.cluster.json_parts import part
from incident_mcp.cluster.look import Look
from incident_mcp.cluster.namespaces import require_namespace
from incident_mcp.cluster.quantities import of_template
from incident_mcp.cluster.usage import read_usage
from incident_mcp.text.amounts import cores, memory, percent
from incident_mcp.text.budget import first
from incident_mcp.text.words import count
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.usage import Amounts, NodeUsage, PodUsage, Usage
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.looks import recorded

SHOWN = 15
TIGHT = 0.9
"""From this share of a limit on, a pod is named in the headline."""


class UsageLine(Value):
    """One pod or node: `250m, request 100m, limit 500m (50 %)`."""

    name: str
    cpu: str
    memory: str
    node: str = ""
    restarts: int = 0


class UsageReply(Reply):
    """Those closest to their limits first, then those that use most."""

    pods: tuple[UsageLine, ...] = ()
    nodes: tuple[UsageLine, ...] = ()
    more: str = ""


async def resource_usage(desk: Desk, by: Actor, *, namespace: str | None, incident: str | None) -> UsageReply:
    """Raises `NotFound` with near misses, `Unreachable`, `CredentialsError`."""
    found = await desk.incident_id(incident)
    if namespace is not None:
        await require_namespace(desk.api, namespace)
    look, usage = Look(desk.api, desk.clock), Usage(at=desk.clock())
    with anyio.move_on_after(desk.tool_seconds) as limit:
        usage = await read_usage(look, namespace)
    if limit.cancelled_caught:
        look.timed_out(("metrics",), desk.tool_seconds)
    reply = _reply(desk.cluster, namespace, usage, tuple(str(one) for one in look.not_checked))
    return await recorded(desk, found, "resource_usage", {"namespace": namespace}, reply, by)


def _reply(cluster: str, namespace: str | None, usage: Usage, not_checked: tuple[str, ...]) -> UsageReply:
    pods, nodes = first(usage.pods, SHOWN), first(usage.nodes, SHOWN)
    return UsageReply(
        cluster=cluster,
        summary=(f"{cluster}: {_headline(namespace, usage)}",),
        pods=tuple(pod_line(pod) for pod in pods.items),
        nodes=tuple(_node_line(node) for node in nodes.items),
        more=f"{len(pods.items)} of {usage.measured} pods shown; name a namespace to narrow."
        if len(pods.items) < usage.measured
        else "",
        not_checked=not_checked,
    )


def _headline(namespace: str | None, usage: Usage) -> str:
    if not usage.measured:
        return "what pods and nodes use is not measured here. Requests and limits are in read_object of a pod."
    tight = [pod for pod in usage.pods if pod.tightest >= TIGHT]
    where = f"namespace {namespace}" if namespace else "the whole cluster"
    what = f"{count(usage.measured, 'pod')} measured in {where}"
    if not tight:
        return f"{what}; none of those that use most is near a limit."
    named = ", ".join(f"{pod.ref.path} ({round(pod.tightest * 100)} %)" for pod in tight[:3])
    return f"{what}; {count(len(tight), 'pod')} at 90 % of a limit or more: {named}."


def pod_line(pod: PodUsage) -> UsageLine:
    return UsageLine(
        name=pod.ref.path,
        cpu=_beside(cores, pod.used.cpu, pod.requested.cpu, pod.limit.cpu),
        memory=_beside(memory, pod.used.memory, pod.requested.memory, pod.limit.memory),
        node=pod.node or "",
        restarts=pod.restarts,
    )


def _beside(words: Callable[[float | None], str], used: float | None, asked: float | None, limit: float | None) -> str:
    share = f" ({percent(used, limit)})" if percent(used, limit) else ""
    return f"{words(used)}, request {words(asked)}, limit {words(limit)}{share}"


def _node_line(node: NodeUsage) -> UsageLine:
    return UsageLine(
        name=node.name,
        cpu=_of(cores, node.used.cpu, node.allocatable.cpu),
        memory=_of(memory, node.used.memory, node.allocatable.memory),
    )


def _of(words: Callable[[float | None], str], used: float | None, room: float | None) -> str:
    return f"{words(used)} of {words(room)} ({percent(used, room)})" if room else words(used)


def used_words(ready: list[Amounts], template: dict[str, Any]) -> str:
    """What the ready pods of a workload use, the largest of them: `cpu 64m, request 100m, limit none; memory ...`."""
    if not ready:
        return ""
    spec = part(template, "spec")
    asked, limit = of_template(spec, "requests"), of_template(spec, "limits")
    cpu = max((one.cpu for one in ready if one.cpu is not None), default=None)
    most = max((one.memory for one in ready if one.memory is not None), default=None)
    beside = (
        f"cpu {_beside(cores, cpu, asked.cpu, limit.cpu)}; memory {_beside(memory, most, asked.memory, limit.memory)}"
    )
    return f"at most, of {count(len(ready), 'ready pod')}: {beside}"
