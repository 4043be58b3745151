"""Is it fixed? Watching a change until its promise holds or its time is over, and verifying over a soak."""

from contextlib import suppress
from datetime import datetime, timedelta

import anyio
from pydantic import JsonValue

from incident_mcp.cluster.kinds import workload_ref
from incident_mcp.cluster.observe import observe
from incident_mcp.record.plans import PlanState, PlanStory
from incident_mcp.resolve.new_logs import new_logs
from incident_mcp.resolve.verification import Verification
from incident_mcp.resolve.verify import verify
from incident_mcp.resolve.watch import EVERY_SECONDS, Look, soak, watch_until
from incident_mcp.text.words import count, duration
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.errors import ClusterError, ExecutorAway
from incident_mcp.vocabulary.observation import LogSeen, Observation, PodSeen
from incident_mcp.vocabulary.plan import Plan, Promise
from incident_mcp.vocabulary.refs import Ref, Scope
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.value import Value
from incident_mcp.vocabulary.verdict import Check, Kept, Verdict
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.looks import counts_of, seconds_taken
from incident_mcp.workflow.progress import Progress, silent
from incident_mcp.workflow.serving import Served, serving

PODS = 10
"""Shown in an answer, those that are not ready first."""
SERVER = Actor(role="server", name="incident-mcp", known_by="server")
"""Who judges a promise that the change itself is watched for."""


class VerdictReply(Reply):
    """The verdict, item by item."""

    target: str = ""
    verdict: Verdict
    promise: str = ""
    """What became of what the last plan promised (a `Kept`); empty while it still has time."""
    checks: tuple[Check, ...] = ()
    pods: tuple[str, ...] = ()
    """`checkout-5d9c-x2x7b ready, 0 restarts, node-1, 10.244.0.7`."""
    next_step: str = ""


class Watched(Value):
    """How a change went until it was ready or its time was over."""

    ready: bool
    text: str
    """`0 -> 1 -> 3 of 3 ready in 6 s`."""


async def watched(desk: Desk, plan: Plan, sent: datetime, incident: str | None, progress: Progress = silent) -> Watched:
    """Watch an applied plan until what it promised is there, at most until the promised time."""
    promise = plan.draft.promise
    if promise is None:
        return Watched(ready=True, text="carried out; nothing was promised beyond")
    if promise.ready is None:
        return await _watched_otherwise(desk, plan, promise, sent, incident, progress)
    target = promise.of or plan.draft.target

    async def tell(message: str) -> None:
        done = (desk.clock() - sent).total_seconds()
        await progress(done, promise.within.total_seconds(), message)

    seen = await watch_until(
        _look(desk, target),
        target,
        clock=desk.clock,
        deadline=promise.within,
        promise=promise,
        since=sent,
        on_progress=tell,
    )
    return Watched(ready=seen.ready, text=seen.text)


async def _watched_otherwise(
    desk: Desk, plan: Plan, promise: Promise, sent: datetime, incident: str | None, progress: Progress
) -> Watched:
    """As `watched`, where the promise is not about readiness: its own action tells, and the verdict is recorded."""
    kept: bool | None = None
    while True:
        with suppress(ClusterError):
            kept = await desk.actions[plan.action].kept(plan)
        took = desk.clock() - sent
        if kept or took >= promise.within:
            break
        await progress(took.total_seconds(), promise.within.total_seconds(), f"not yet: {promise.other}")
        await anyio.sleep(EVERY_SECONDS)
    words = Kept.CANT_TELL if kept is None else Kept.AS_PROMISED if kept else Kept.NOT_AS_PROMISED
    text = f"{promise.other}: {words} after {duration(took)}"
    verdict = {True: Verdict.RECOVERED, False: Verdict.NOT_RECOVERED, None: Verdict.NOT_YET_KNOWN}[kept]
    target = plan.draft.target
    judged = Verification(
        target=target, verdict=verdict, checks=(Check(what="promise", verdict=verdict, seen=text),), promise=words
    )
    await _record(desk, incident, judged, plan.id, SERVER)
    return Watched(ready=bool(kept), text=text)


async def verify_fix(
    desk: Desk,
    by: Actor,
    *,
    kind: str,
    namespace: str,
    name: str,
    soak_seconds: float | None,
    incident: str | None,
    progress: Progress = silent,
) -> VerdictReply:
    """Watch a workload over the soak and judge it, by its last plan's promise where there is one.

    Raises `NotFound` with near misses, `Forbidden`, `Unreachable`.
    """
    found = await desk.incident_id(incident)
    target = workload_ref(kind, namespace, name)
    change = await _last_change(desk, found, target)
    promise, since = change.promise, change.since
    span = timedelta(seconds=desk.soak_seconds if soak_seconds is None else soak_seconds)
    looks = await soak(_look(desk, target), clock=desk.clock, span=span)
    logs = await _logs(desk, looks, target, since) if promise and promise.gone else None
    judged = verify(looks, target, promise=promise, since=since, before=change.before, soak=span, logs=logs)
    served = await serving(desk, found, looks, target, since) if looks else Served()
    judged = judged.with_more(served.items)
    counts = counts_of(looks[-1]) if looks else {}
    entry = await _record(desk, found, judged, change.plan, by, counts)
    return VerdictReply(
        cluster=desk.cluster,
        summary=(f"{desk.cluster}: {target}: {judged.headline}. {judged.detail}.",),
        incident=found,
        entry=entry,
        target=str(target),
        verdict=judged.verdict,
        promise=str(judged.promise or ""),
        checks=judged.checks,
        pods=_pods(looks[-1], target) if looks else (),
        not_checked=tuple(served.not_checked),
        next_step=_next(judged.verdict),
    )


def _pods(look: Observation, target: Ref) -> tuple[str, ...]:
    pods = sorted((pod for pod in look.pods_of(target) if not pod.deleting), key=lambda pod: (pod.ready, pod.ref.name))
    more = (f"and {len(pods) - PODS} more",) if len(pods) > PODS else ()
    return (*(_pod(pod) for pod in pods[:PODS]), *more)


def _pod(pod: PodSeen) -> str:
    state = "ready" if pod.ready else "not ready"
    restarts = count(sum(container.restarts for container in pod.containers), "restart")
    return f"{pod.ref.name} {state}, {restarts}, {pod.node or 'no node'}, {pod.ip or 'no address'}"


def _look(desk: Desk, target: Ref) -> Look:
    async def look() -> Observation:
        return await observe(
            desk.api,
            Scope(namespace=target.namespace, workload=target),
            clock=desk.clock,
            deadline_seconds=desk.tool_seconds,
            logs=False,
        )

    return look


class _LastChange(Value):
    """The last plan that was applied for a target: its promise, when it was sent, and whether that was so before."""

    plan: str = ""
    promise: Promise | None = None
    since: datetime | None = None
    before: bool | None = None


async def _last_change(desk: Desk, incident: str | None, target: Ref) -> _LastChange:
    entries = await desk.record.entries(incident, EntryKind.OUTCOME, EntryKind.INTENT)
    for entry in reversed(entries):
        if entry.kind is EntryKind.OUTCOME and entry.plan and entry.data.get("status") in _WRITTEN:
            known = await _plan_of(desk, entry)
            if known is None:
                if entry.data.get("target") == str(target):
                    return _LastChange(plan=entry.plan, since=entry.happened)
                continue
            plan, told = known
            if target in _whom(plan) and told.state is PlanState.SPENT:
                kept = [e.data.get("promise_kept") for e in entries if (e.kind, e.plan) == (EntryKind.INTENT, plan.id)]
                before = next((each for each in kept if isinstance(each, bool)), None)
                since = told.spent_at if entry.data.get("reconciled") else entry.happened
                return _LastChange(plan=plan.id, promise=plan.draft.promise, since=since, before=before)
    return _LastChange()


async def _plan_of(desk: Desk, entry: Entry) -> tuple[Plan, PlanStory] | None:
    """The plan that an entry tells of; None: it is kept elsewhere, where it was made, or can't be asked for now."""
    if not entry.plan or not desk.record.wrote(entry):
        return None
    try:
        return await desk.gate.plan(entry.plan)
    except ExecutorAway:
        return None


_WRITTEN = ("applied", "applied in part")


def _whom(plan: Plan) -> tuple[Ref | None, ...]:
    """The plan's target, and whom its promise is about."""
    return plan.draft.target, plan.draft.promise.of if plan.draft.promise else None


async def _logs(desk: Desk, looks: list[Observation], target: Ref, since: datetime | None) -> list[LogSeen] | None:
    if not looks or since is None:
        return None
    return await new_logs(desk.api, looks[-1].pods_of(target), since)


async def _record(
    desk: Desk,
    incident: str | None,
    judged: Verification,
    plan: str,
    by: Actor,
    counts: dict[str, JsonValue] | None = None,
) -> str:
    checks: list[JsonValue] = [check.model_dump(mode="json") for check in judged.checks]
    entry = await desk.record.append(
        incident,
        NewEntry(
            kind=EntryKind.VERDICT,
            text=f"{judged.target}: {judged.headline}. {judged.detail}",
            actor=by,
            tool="verify_fix",
            data={
                "verdict": judged.verdict.value,
                "checks": checks,
                "target": str(judged.target),
                **seconds_taken(),
                **({"counts": counts} if counts else {}),
                **({"promise": judged.promise.value, "of_plan": plan} if judged.promise else {}),
            },
        ),
    )
    return entry.id


def _next(verdict: Verdict) -> str:
    match verdict:
        case Verdict.RECOVERED:
            return "update_incident status resolved, then write_postmortem."
        case Verdict.NOT_RECOVERED:
            return "assess_incident again: the cause may be another one."
        case Verdict.NOT_YET_KNOWN:
            return "Call verify_fix again in a minute."
