"""What changed lately, on one clock: rollouts, edits, scalings, nodes, releases, syncs; the likeliest suspect first."""

from datetime import timedelta

import anyio

from incident_mcp.assess.assessment import Change, Onset
from incident_mcp.assess.changes import rollouts
from incident_mcp.assess.onset import onset
from incident_mcp.assess.suspects import Suspect, rank
from incident_mcp.cluster.changes.read import open_window, read_changes
from incident_mcp.cluster.changes.scalings import told_once
from incident_mcp.cluster.changes.window import Window
from incident_mcp.cluster.look import Look, together
from incident_mcp.investigate.find import find_chains
from incident_mcp.metrics.inquiry import PROMETHEUS
from incident_mcp.text.budget import fitting
from incident_mcp.text.fencing import plain
from incident_mcp.text.words import clock, count, duration
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.change import ChangeSeen
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.metrics_seen import TrafficSeen
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref, Scope
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.access_traffic import Traffic, moved, read_traffic
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.looks import recorded
from incident_mcp.workflow.measuring import UNWATCHED, look_and_measure
from incident_mcp.workflow.metric_lines import traffic_words
from incident_mcp.workflow.off_record import note_changes_of_others
from incident_mcp.workflow.statements import Statements

BUDGET = 1300
"""Tokens for the changes of one answer."""
SOURCES = ("workloads", "ConfigMaps", "Secrets and Helm releases", "events", "nodes")


class ChangeLine(Value):
    """One change. `relation` says how its object stands to what fails."""

    at: str
    target: Ref
    kind: str
    what: str
    by: str = ""
    onset: str = ""
    """`9 s before`, `2 min after`."""
    relation: str = ""
    query: str = ""
    """The query whose figures it rests on."""


class ChangesReply(Reply):
    """The likeliest suspect first; where nothing fails, the newest."""

    changes: tuple[ChangeLine, ...]
    onset: str = ""
    since: str = ""
    more: str = ""


async def what_changed(
    desk: Desk, by: Actor, *, namespace: str | None, hours: int, incident: str | None
) -> ChangesReply:
    """Raises `NotFound` with near misses, `Forbidden` when nothing may be read, `Unreachable`."""
    found = await desk.incident_id(incident)
    scope, look = Scope(namespace=namespace), Look(desk.api, desk.clock)
    window = await open_window(look, namespace, desk.clock() - timedelta(hours=hours))
    looks: list[Observation] = []
    traffic: list[Traffic] = []

    async def now() -> None:
        seen = await look_and_measure(desk, scope, deadline_seconds=desk.tool_seconds, logs=False, wanted="traffic")
        looks.append(seen)

    async def lately() -> None:
        with anyio.move_on_after(desk.tool_seconds) as limit:
            await read_changes(window)
        if limit.cancelled_caught:
            look.timed_out(SOURCES, desk.tool_seconds)

    async def access_logs() -> None:
        traffic.append(await read_traffic(desk, look))

    await together([now, lately, *([] if desk.monitoring.prometheus else [access_logs])])
    seen = looks[0]
    rolled = [each for workload in window.workloads for each in rollouts(workload, seen.at)]
    if found:
        known = await desk.record.entries(found)
        others = [*rolled, *told_once(window.found)]
        await note_changes_of_others(Statements(desk.record, found, by, known), known, others)
    reply = _reply(desk, seen, window, rolled, traffic, hours)
    return await recorded(desk, found, "what_changed", {"namespace": namespace, "hours": hours}, reply, by)


def _reply(
    desk: Desk, seen: Observation, window: Window, rolled: list[Change], traffic: list[Traffic], hours: int
) -> ChangesReply:
    chains = [chain for chain in find_chains(seen, desk.silenced) if chain.worst != "notice"]
    began = onset(seen, chains[0]) if chains else None
    window.add(_rollout(each) for each in rolled)
    window.add(_traffic(each, seen) for each in seen.metrics.traffic)
    window.add(change for each in traffic for change in moved(each, seen, began.at if began else None))
    ranked = rank(told_once(window.found), seen, chains, began)
    part = fitting([_line(each, seen) for each in ranked], BUDGET)
    return ChangesReply(
        cluster=desk.cluster,
        summary=tuple(_summary(desk.cluster, seen, ranked, chains, began, hours)),
        changes=part.items,
        onset=f"{clock(began.at, seen.at)} UTC: {began.what}" if began else "",
        since=f"{clock(window.since, seen.at)} UTC",
        more=f"{part.note}; name a namespace, or fewer hours." if part.note else "",
        not_checked=tuple(
            dict.fromkeys(
                [
                    *(str(one) for one in window.look.not_checked),
                    *_unmeasured(seen, told=any(each.curves for each in traffic)),
                ]
            )
        ),
    )


def _rollout(change: Change) -> ChangeSeen:
    """Its text names the field manager already."""
    return ChangeSeen(target=change.target, at=change.at, kind="rollout", text=change.text)


def _traffic(traffic: TrafficSeen, seen: Observation) -> ChangeSeen:
    words = traffic_words(traffic, seen.at)
    return ChangeSeen(target=traffic.target, at=traffic.since, kind="traffic", text=words, query=traffic.query)


def _unmeasured(seen: Observation, *, told: bool) -> list[str]:
    """Of what the look itself could not see, what speaks of traffic, unless access logs told it: of the rest the other
    tools tell.
    """
    wanted = () if told else (PROMETHEUS, UNWATCHED.what)
    return [str(one) for one in seen.not_checked if one.what in wanted]


def _summary(
    cluster: str, seen: Observation, ranked: tuple[Suspect, ...], chains: list[Chain], began: Onset | None, hours: int
) -> list[str]:
    lines = [f"{cluster}: {count(len(ranked), 'change') if ranked else 'no change'} in {hours} h in {seen.scope}."]
    if not ranked:
        return lines
    if not chains:
        lines.append("Nothing fails there, so none of them is a suspect.")
        return lines
    before = [each for each in ranked if each.before_onset is None or each.before_onset >= timedelta(seconds=-2)]
    if began is None or not before:
        lines.append(f"None of them explains the fault of {chains[0].root.target}.")
        return lines
    first = before[0]
    lines.append(f"Likeliest: {_lead(first)} the {began.what}: {first.change.target}, {plain(first.change.text)}.")
    return lines


def _line(suspect: Suspect, seen: Observation) -> ChangeLine:
    change = suspect.change
    return ChangeLine(
        at=f"{clock(change.at, seen.at)} UTC",
        target=change.target,
        kind=change.kind,
        what=plain(change.text),
        by=plain(change.manager) if change.manager else "",
        onset=_lead(suspect),
        relation="" if suspect.relation == "elsewhere" else suspect.relation,
        query=change.query,
    )


def _lead(suspect: Suspect) -> str:
    if suspect.before_onset is None:
        return ""
    side = "before" if suspect.before_onset >= timedelta() else "after"
    return f"{duration(suspect.before_onset)} {side}"
