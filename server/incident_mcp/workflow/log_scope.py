"""Whose logs are meant, and which of their lines: a workload, a pod, a selector, a namespace, or the whole cluster."""

from dataclasses import dataclass
from datetime import datetime

from incident_mcp.cluster.kinds import kind_of, workload_ref
from incident_mcp.cluster.pod_lists import one_pod, pods_in
from incident_mcp.cluster.rollout_history import read_workload
from incident_mcp.text.fencing import plain
from incident_mcp.text.moments import moment_said, span_said
from incident_mcp.text.words import clock, duration
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.log_source import AtLeast, LogsWanted
from incident_mcp.vocabulary.observation import PodSeen, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.workflow.desk import Desk

SINCE = "60m"
TEXTS = 10
"""Alternatives in one `match`."""


@dataclass(frozen=True, slots=True)
class LogsAsked:
    """As a person or an assistant says it. `kind` without `name` makes no sense; neither does `name` without `kind`."""

    namespace: str | None = None
    kind: str | None = None
    name: str | None = None
    selector: str | None = None
    container: str | None = None
    since: str = SINCE
    """A span, `2h`, or a time, `02:10`."""
    until: str | None = None
    previous: bool = False
    level: AtLeast = "info"
    match: str | None = None
    """Texts, `|` between them."""


@dataclass(frozen=True, slots=True)
class LogScope:
    """What was meant. `workload` is None for anything but a workload."""

    said: str
    namespace: str | None
    pods: tuple[PodSeen, ...] = ()
    workload: WorkloadSeen | None = None
    every: bool = False
    """All pods of the namespace, or of the cluster."""


async def scope_of(desk: Desk, asked: LogsAsked) -> LogScope:
    """Raises `BadRequest` for what can't be meant, `NotFound` with near misses, `Forbidden`."""
    _check(asked)
    if asked.namespace is None:
        if not desk.log_engines:
            raise BadRequest(
                f"{desk.cluster}: the logs of a whole cluster are read from Loki or VictoriaLogs, and neither is set.",
                "Name a namespace.",
            )
        return LogScope("the whole cluster", None, every=True)
    if asked.kind is not None and asked.name is not None:
        found = await _named(desk, asked.kind, asked.namespace, asked.name)
    else:
        pods = await pods_in(desk.api, asked.namespace, asked.selector or "")
        which = f"pods with {plain(asked.selector, 100)} in " if asked.selector else ""
        found = LogScope(f"{which}namespace {asked.namespace}", asked.namespace, pods, every=not asked.selector)
    _check_container(found, asked.container)
    return found


def wanted_of(scope: LogScope, asked: LogsAsked, now: datetime) -> LogsWanted:
    """Raises `BadRequest` for a time that is none, or an end before the beginning."""
    span = span_said(asked.since)
    since = now - span if span else moment_said(asked.since, now)
    until = moment_said(asked.until, now) if asked.until else None
    if until is not None and until <= since:
        raise BadRequest(f"The time ends ({clock(until)}) before it begins ({clock(since)}).", "Times are UTC.")
    return LogsWanted(
        since=since,
        until=until,
        namespace=scope.namespace,
        workload=scope.workload.ref if scope.workload else None,
        pods=scope.pods,
        container=asked.container,
        previous=asked.previous,
        match=_texts(asked.match),
        level=asked.level,
    )


def window_words(wanted: LogsWanted, asked: LogsAsked, now: datetime) -> str:
    """`last 60 min`, or `13:00:00 to 13:10:00`."""
    span = span_said(asked.since)
    if span and not wanted.until:
        return f"last {duration(span)}"
    return f"{clock(wanted.since, now)} to {clock(wanted.until, now) if wanted.until else 'now'}"


async def _named(desk: Desk, kind: str, namespace: str, name: str) -> LogScope:
    if kind_of(kind) == "Pod":
        pod = await one_pod(desk.api, namespace, name)
        return LogScope(str(pod.ref), namespace, (pod,))
    if kind_of(kind) == "Job":
        pods = await pods_in(desk.api, namespace, f"job-name={name}")
        return LogScope(str(Ref(kind="Job", namespace=namespace, name=name)), namespace, pods)
    target = workload_ref(kind, namespace, name)
    workload, pods = await read_workload(desk.api, target)
    if not pods and workload.pods_query:  # none, or they may not be listed, which must be told
        await pods_in(desk.api, namespace, workload.pods_query)
    return LogScope(str(target), namespace, pods, workload)


def _check(asked: LogsAsked) -> None:
    if (asked.kind is None) != (asked.name is None):
        raise BadRequest("Kind and name go together.", "Give both, a selector, or only a namespace.")
    if asked.name and asked.selector:
        raise BadRequest("Name and selector can't be given both.", "Leave out one of them.")
    if asked.namespace is None and (asked.name or asked.selector):
        raise BadRequest("A name or a selector needs its namespace.", "Give the namespace.")


def _check_container(scope: LogScope, container: str | None) -> None:
    """A wrong name would read nothing, and look like silence."""
    names = sorted({one.name for pod in scope.pods for one in pod.containers})
    if container is not None and names and container not in names:
        raise BadRequest(
            f"No pod of {scope.said} has a container {plain(container)}.", f"There are: {', '.join(names)}."
        )


def _texts(match: str | None) -> tuple[str, ...]:
    texts = tuple(text.strip() for text in (match or "").split("|") if text.strip())
    if len(texts) > TEXTS:
        raise BadRequest(f"match has {len(texts)} texts.", f"At most {TEXTS} are looked for at once.")
    if any(not text.isprintable() for text in texts):
        raise BadRequest("match holds characters that can't be printed.", "Give plain text; case is ignored.")
    return texts
