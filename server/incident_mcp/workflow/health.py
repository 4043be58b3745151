"""What is not well in a cluster, a namespace or one workload: one look, the rules over it, root causes first."""

from incident_mcp.assess.assess import broken_words
from incident_mcp.cluster.kinds import workload_ref
from incident_mcp.cluster.observe import observe
from incident_mcp.investigate.find import find_chains
from incident_mcp.text.budget import Part, fitting, tokens
from incident_mcp.text.words import count, duration, listed
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.observation import Observation, Totals
from incident_mcp.vocabulary.refs import Scope
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.findings import FindingLine, finding_line, silenced_words
from incident_mcp.workflow.hygiene import HygieneLine, hygiene_of
from incident_mcp.workflow.looks import counts_of, recorded
from incident_mcp.workflow.status import glance, lines_of

SHOWN = 8
ANSWER = 1900
"""Tokens of the whole, at most; the lines of the causes take up to half of it, and the findings what is left."""
MORE = 60
"""Tokens of the rest: the cluster's name, the way to more, the entry."""
BROKEN = 2
"""Of what one cause breaks, so many are named in its line."""
NOTED = 4


class HealthReply(Reply):
    """The findings of one look, root causes first, and what it could not see."""

    findings: tuple[FindingLine, ...]
    healthy: bool | None = None
    """None: nothing unwell was seen, but too little was checked to say so."""
    more: str = ""
    looked_at: tuple[str, ...] = ()
    silenced: str = ""
    hygiene: tuple[HygieneLine, ...] = ()
    """Only where somebody asked for it."""


async def check_health(
    desk: Desk,
    by: Actor,
    *,
    namespace: str | None,
    kind: str | None,
    name: str | None,
    incident: str | None,
    hygiene: bool = False,
    quick: bool = False,
) -> HealthReply:
    """Look once at a scope; with `hygiene`, list what is untidy there as well; `quick`: only at who is not well.

    Raises `NotFound` with near misses, `Forbidden`, `Unreachable`, `BadRequest`.
    """
    found = await desk.incident_id(incident)
    scope = scope_of(namespace, kind, name)
    if quick and scope.workload is None:
        return await recorded(
            desk, found, "check_health", {"namespace": namespace, "quick": True}, await _glance(desk, namespace), by
        )
    seen = await observe(
        desk.api,
        scope,
        clock=desk.clock,
        deadline_seconds=desk.tool_seconds,
        certificates=desk.certificates,
    )
    reply = _reply(desk.cluster, seen, find_chains(seen, desk.silenced), silenced_words(seen, desk.silenced))
    if hygiene:
        tidied = await hygiene_of(desk, seen)
        missed = dict.fromkeys((*reply.not_checked, *tidied.not_checked))
        reply = reply.model_copy(update={"hygiene": tidied.lines, "not_checked": tuple(missed)})
    arguments = {"namespace": namespace, "kind": kind, "name": name, "hygiene": hygiene}
    return await recorded(desk, found, "check_health", {**arguments}, reply, by, counts=counts_of(seen))


async def _glance(desk: Desk, namespace: str | None) -> HealthReply:
    """Who is not well. That nobody is does not make a cluster healthy: nothing else was looked at."""
    seen = await glance(desk.api, now=desk.clock, seconds=desk.tool_seconds, namespace=namespace)
    swept = seen.swept
    return HealthReply(
        cluster=desk.cluster,
        summary=lines_of(seen),
        findings=(),
        healthy=False if swept.pods or swept.workloads or swept.nodes else None,
        more="Without quick, check_health looks at all kinds and tells why.",
        looked_at=seen.look.looked_at,
        not_checked=tuple(str(part) for part in seen.look.not_checked),
    )


def scope_of(namespace: str | None, kind: str | None, name: str | None) -> Scope:
    """Cluster, namespace or workload. Raises `BadRequest` when the arguments name half a workload."""
    if kind is None and name is None:
        return Scope(namespace=namespace)
    if kind is None or name is None or namespace is None:
        raise BadRequest(
            "A workload is named by kind, namespace and name together.",
            "For example: kind Deployment, namespace shop, name checkout.",
        )
    return Scope(namespace=namespace, workload=workload_ref(kind, namespace, name))


def _reply(cluster: str, seen: Observation, chains: list[Chain], silenced: str) -> HealthReply:
    found = sum(1 + len(chain.symptoms) + len(chain.breaks) for chain in chains)
    summary, missed = _summary(cluster, seen, chains), [str(one) for one in seen.not_checked]
    room = ANSWER - tokens([summary, missed, seen.looked_at, silenced]) - MORE
    part = Part(shown_findings(chains, room), found)
    return HealthReply(
        cluster=cluster,
        summary=tuple(summary),
        healthy=False if _faults(chains) else (None if seen.blind else True),
        findings=part.items,
        more=f"{part.note}; name a namespace or workload to narrow." if part.note else "",
        looked_at=seen.looked_at,
        silenced=silenced,
        not_checked=tuple(missed),
    )


def shown_findings(chains: list[Chain], room: int) -> list[FindingLine]:
    """Roots before anything that hangs on them, and then a bit of each chain: one cause must not hide the next. They
    stand chain by chain.
    """
    hanging = [[*chain.symptoms, *chain.breaks] for chain in chains]
    ranked = [(at, 0, chain.root) for at, chain in enumerate(chains)]
    below = [(at, place, one) for at, those in enumerate(hanging) for place, one in enumerate(those, 1)]
    ranked += sorted(below, key=lambda each: (min(each[1], BROKEN + 1), each[0], each[1]))
    lines = fitting([_Placed(at=at, place=n, line=finding_line(one)) for at, n, one in ranked[:SHOWN]], room).items
    return [each.line for each in sorted(lines, key=lambda each: (each.at, each.place))]


class _Placed(Value):
    """One line, and where it belongs: the number of its chain, and its place there."""

    at: int
    place: int
    line: FindingLine


def _summary(cluster: str, seen: Observation, chains: list[Chain]) -> list[str]:
    looked = f"{totals_words(seen.totals)}, {duration(seen.took)}"
    faults = _faults(chains)
    if not faults:
        not_seen = f" Not checked: {listed([str(one) for one in seen.not_checked])}." if seen.not_checked else ""
        part = "what could be read of " if seen.blind else ""
        well = (
            f"{cluster}: no fault found in {part}{seen.scope}: {looked}. Looked at: {listed(seen.looked_at)}.{not_seen}"
        )
        return [well, *_noted(chains)]
    lines = [f"{cluster}: {count(len(faults), 'cause')} found in {seen.scope}: {looked}."]
    lines += fitting([chain_line(number, chain) for number, chain in enumerate(faults[:SHOWN], 1)], ANSWER // 2).items
    return [*lines, *_noted(chains), f"Next: {faults[0].root.next_step}" if faults[0].root.next_step else ""]


def _faults(chains: list[Chain]) -> list[Chain]:
    return [chain for chain in chains if chain.worst != "notice"]


def _noted(chains: list[Chain]) -> list[str]:
    """What is somebody's intention, in one line."""
    notices = [str(chain.root.target) for chain in chains if chain.worst == "notice"]
    return [f"Noted, and no fault: {listed(notices, most=NOTED)}."] if notices else []


def chain_line(number: int, chain: Chain) -> str:
    """`1  Deployment shop/checkout: <cause> -> Service shop/checkout has no endpoints -> Ingress ...`."""
    line = finding_line(chain.root)
    broken = "".join(f" -> {broken_words(one)}" for one in chain.breaks[:BROKEN])
    more = f" and {len(chain.breaks) - BROKEN} more" if len(chain.breaks) > BROKEN else ""
    return f"{number}  {chain.root.target}: {line.summary}{broken}{more}"


def totals_words(seen: Totals) -> str:
    """`9 workloads, 20 pods, 3 nodes`."""
    parts = [count(seen.workloads, "workload"), count(seen.pods, "pod")]
    if seen.nodes:
        parts.append(count(seen.nodes, "node"))
    return ", ".join(parts)
