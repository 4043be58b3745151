"""What stands out in a cluster right now, in a dozen lines and in the time that there is: pods that are not well, and
the newest events. Nothing is judged here, and nothing recorded: this is the glance before anybody has asked.
"""

import re
from collections.abc import Iterator

import anyio

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.namespaces import namespaces_of
from incident_mcp.cluster.pods import grouped
from incident_mcp.cluster.recent_events import RecentEvents
from incident_mcp.cluster.sweep import sweep
from incident_mcp.cluster.table_rows import PodRow, Sweep, WorkloadRow
from incident_mcp.text.fencing import plain, quote
from incident_mcp.text.words import clock, count, duration, listed
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.observation import EventSeen
from incident_mcp.vocabulary.refs import Scope
from incident_mcp.vocabulary.untrusted import Untrusted

POD_LINES = 10
EVENT_LINES = 5
NAMED = 5
"""Workloads and nodes named in their line."""
MESSAGE = 160
"""Characters of an event's message."""
_NAME = re.compile(r"^([A-Za-z0-9._:/-]{1,253})$")
NOT_CHECKED = 800
"""Characters of what was not checked."""
_FOR_EVENTS_IN_FULL = 0.2
"""Of the time, the part that is kept for reading the newest events once more."""


class Glance:
    """One look at pods and events while it is filled: what is there counts when the time is over."""

    def __init__(self, api: Api, now: Clock) -> None:
        self.look = Look(api, now)
        self.swept = Sweep()
        self.events = RecentEvents(self.look, EVENT_LINES)

    async def take(self, namespace: str | None, seconds: float, *, events: bool) -> None:
        first = seconds * (1 - _FOR_EVENTS_IN_FULL * events)
        with anyio.move_on_after(first) as limit:
            namespaces = await namespaces_of(self.look, Scope(namespace=namespace))
            whole = namespace is None and not self.look.forbidden("other namespaces")
            jobs = [lambda: sweep(self.look, self.swept, namespaces, nodes=namespace is None)]
            if events:
                jobs.append(lambda: self.events.read(namespaces, whole=whole))
            await together(jobs)
            self.look.require_an_answer()
        if limit.cancelled_caught:
            self.look.timed_out(("pods", "workloads", *(["events"] if events else [])), first)
        with anyio.move_on_after(seconds * _FOR_EVENTS_IN_FULL):
            await self.events.read_in_full()


async def status(api: Api, *, now: Clock, seconds: float, namespace: str | None = None) -> tuple[str, ...]:
    """The lines to show; the cluster's name leads them. Raises what `glance` raises."""
    seen = await glance(api, now=now, seconds=seconds, namespace=namespace, events=True)
    missed = [str(part) for part in seen.look.not_checked]
    return (*lines_of(seen), *([plain(f"Not checked: {listed(missed)}", NOT_CHECKED)] if missed else []))


async def glance(api: Api, *, now: Clock, seconds: float, namespace: str | None = None, events: bool = False) -> Glance:
    """One quick look; `events`: at the newest of them too.

    Raises `Unreachable` when nothing was answered in time, `CredentialsError`, and `NotFound` for the namespace.
    """
    seen = Glance(api, now)
    await seen.take(namespace, seconds, events=events)
    return seen


def lines_of(seen: Glance) -> tuple[str, ...]:
    """All but what was not checked."""
    return (_headline(seen), *_details(seen))


def _headline(seen: Glance) -> str:
    cluster, swept = seen.look.api.cluster, seen.swept
    numbers = (
        ("pod", len(swept.pods), swept.pods_seen),
        ("workload", len(swept.workloads), swept.workloads_seen),
        ("node", len(swept.nodes), swept.nodes_seen),
    )
    read = seen.look.looked_at
    told = [_unwell(noun, unwell, number) for noun, unwell, number in numbers if f"{noun}s" in read]
    where = f"{plain(cluster.name)} ({plain(cluster.server)}) at {clock(seen.look.clock())} UTC"
    return f"{where}: {', '.join(told)}." if told else f"{where}: neither pods nor workloads could be read."


def _unwell(noun: str, unwell: int, all_of_them: int) -> str:
    """`3 of 24 pods not well`, `24 pods well`."""
    if unwell == 0:
        return f"{count(all_of_them, noun)} well"
    return f"{unwell} of {count(all_of_them, noun)} not well"


def _details(seen: Glance) -> Iterator[str]:
    swept = seen.swept
    if swept.workloads:
        worst = sorted(swept.workloads, key=lambda row: (row.ready / max(row.desired, 1), -row.desired))
        yield f"Workloads not well: {listed([f'{row.ref} ({_counts(row)})' for row in worst], NAMED)}"
    if swept.nodes:
        yield f"Nodes not ready, or cordoned: {listed(sorted(swept.nodes), NAMED)}"
    yield from _pod_lines(swept.pods)
    yield from _event_lines(seen.events.newest)


def _counts(row: WorkloadRow) -> str:
    updated = f", {row.updated} updated" if row.updated < row.desired <= row.ready else ""
    return f"{row.ready} of {row.desired} ready{updated}"


def _pod_lines(pods: list[PodRow]) -> Iterator[str]:
    """One line for all pods of one controller that are unwell alike."""
    groups = list(grouped(pods).values())
    if groups:
        yield "Pods not well:"
    for rows in groups[:POD_LINES]:
        yield f"  {_who(rows)}  {_state(rows)}"
    if len(groups) > POD_LINES:
        rest = sum(len(rows) for rows in groups[POD_LINES:])
        yield f"  and {count(rest, 'pod')} more, of {count(len(groups) - POD_LINES, 'other controller')}"


def _who(rows: list[PodRow]) -> str:
    worst = max(rows, key=lambda row: row.restarts)
    others = f" and {len(rows) - 1} like it" if len(rows) > 1 else ""
    return f"{worst.namespace}/{worst.name}{others}"


def _state(rows: list[PodRow]) -> str:
    worst = max(rows, key=lambda row: row.restarts)
    parts = [_word(worst.status), f"{worst.ready} of {count(worst.wanted, 'container')} ready"]
    if worst.restarts:
        last = f", the last {duration(worst.restarted)} ago" if worst.restarted else ""
        parts.append(f"{count(worst.restarts, 'restart')}{last}")
    if worst.age:
        parts.append(f"{duration(worst.age)} old")
    return "; ".join(parts)


def _event_lines(events: tuple[EventSeen, ...]) -> Iterator[str]:
    if events:
        yield "Newest events (UTC):"
    for event in events:
        times = f" ({event.count} times)" if event.count > 1 else ""
        where = f"{event.about.namespace}/" if event.about.namespace else ""
        about = f"{_word(event.about.kind)} {where}{_word(event.about.name)}"
        kind = "Warning" if event.warning else "Normal"
        yield f"  {clock(event.last)} {kind} {_word(event.reason)}{times}, {about}: {quote(event.message, MESSAGE)}"


def _word(text: str) -> str:
    """A name as it is; anything else that somebody wrote in its place is quoted as data."""
    words = Untrusted(text).identifiers(_NAME)
    return words[0] if words else quote(Untrusted(text), MESSAGE)
