"""The proof: the API server's books beside ours. Each request of ours must belong to a plan that a person had approved
and be one of the writes that it lists; each write that the record calls done must be there, once.

Anybody can run it, without trusting the server that wrote: the record's chain and the audit log are two witnesses.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from incident_mcp.gate.audit_log import AuditLog, Request
from incident_mcp.record.journal import Store
from incident_mcp.record.plans import PlanAltered, PlanState, as_recorded, story
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.plan import Plan, Write

IN_CLUSTER = ("/api/v1/", "/apis/")
CLOCKS = timedelta(seconds=5)
"""How far the API server's clock may be from ours."""


@dataclass(frozen=True)
class Told:
    """A plan as the record tells of it."""

    plan: Plan
    digest: str
    incident: str | None
    approved: bool
    """Whether it was approved, in time and not taken back, when its intent was written."""
    sent: datetime | None
    """When its intent was written; None: it was not carried out."""
    last: datetime | None
    """When the last of its writes was about to be sent."""
    states: dict[int, str]
    """What the record says of each write, by its number from 1."""

    def __str__(self) -> str:
        return f"plan {self.plan.id} ({self.plan.draft.headline})"


@dataclass(slots=True)
class Proof:
    """What the two books say together. Without differences, the record is what happened."""

    requests: int = 0
    plans: int = 0
    writes: int = 0
    """Requests that belong to an approved plan's write."""
    bodies: int = 0
    """Of these, those whose content the log holds, and which so was compared."""
    outside: int = 0
    """Plans that were carried out at a time that the log does not cover."""
    differences: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])


def prove(store: Store, log: AuditLog, cluster: str = "") -> Proof:
    """Hold the log against the record. `cluster`: whose log it is, by context or address; else it is told by the plans
    that it names. Raises `RecordError`.
    """
    proof = Proof(requests=len(log.requests))
    plans = {told.digest: told for told in _told(store, proof)}
    proof.differences += [f"line {number} of the log is no audit event" for number in log.broken]
    proof.differences += [f"the record's chain is broken: {problem}" for problem in store.verify()]
    sent: dict[tuple[str, int], list[Request]] = defaultdict(list)
    for request in log.requests:
        number = _place(request, plans.get(request.digest), proof)
        if number:
            sent[request.digest, number].append(request)
    proof.writes = sum(map(len, sent.values()))
    for told in _of_cluster(list(plans.values()), {digest for digest, _ in sent}, cluster):
        if told.sent is not None and told.last is not None:
            proof.plans += 1
            covered = log.covers(told.sent) and log.covers(told.last)
            proof.outside += not covered
            _compare(told, sent, proof, covered=covered)
    return proof


def _told(store: Store, proof: Proof) -> Iterator[Told]:
    """The plans of the record. One that is not there to the letter can't be compared, and is a difference."""
    for incident in [*store.incidents(), None]:
        for entry in store.entries(incident):
            ours = entry.kind is EntryKind.PLAN and entry.writer == store.writer and "adopted" not in entry.data
            if not (ours and entry.plan):
                continue
            of_it = store.of_plan(entry.plan)
            try:
                plan = as_recorded(store.private(entry.plan), of_it)
            except PlanAltered:
                proof.differences.append(f"plan {entry.plan} ({entry.text}) is not in the record as it was made")
                continue
            place = next((at for at, one in enumerate(of_it) if one.kind is EntryKind.INTENT), None)
            sent = None if place is None else of_it[place].written
            before = of_it if place is None else of_it[:place]
            yield Told(
                plan=plan,
                digest=str(entry.data["digest"]),
                incident=incident,
                approved=sent is not None and story(before, plan.expires, sent).state is PlanState.APPROVED,
                sent=sent,
                last=_last(of_it),
                states=_states(of_it, plan),
            )


def _last(entries: Sequence[Entry]) -> datetime | None:
    told = (EntryKind.INTENT, EntryKind.STEP)
    begun = [one.written for one in entries if one.kind in told and one.data.get("state", "sending") == "sending"]
    return max(begun, default=None)


def _states(entries: Sequence[Entry], plan: Plan) -> dict[int, str]:
    """What the record says last of each write; a plan of one write is told by its outcome."""
    states: dict[int, str] = {}
    for entry in entries:
        if entry.kind is EntryKind.STEP:
            states[int(str(entry.data["number"]))] = str(entry.data["state"])
        elif entry.kind is EntryKind.OUTCOME and len(plan.draft.writes) == 1:
            states[1] = str(entry.data["status"])
        elif entry.kind is EntryKind.OUTCOME and entry.data.get("status") == "applied":
            states |= {number: "applied" for number, state in states.items() if state in ("unknown", "sending")}
    return states


def _place(request: Request, told: Told | None, proof: Proof) -> int:
    """The number of the plan's write that this request is; 0, with the difference named, when it is none."""
    if not request.digest:
        proof.differences.append(f"a request of ours names no plan: {request}")
    elif told is None:
        proof.differences.append(f"a request names plan digest {request.digest[:12]}…, which no plan has: {request}")
    elif not told.approved or told.sent is None or told.sent > request.at + CLOCKS:
        proof.differences.append(f"{told} was not approved and begun before its request: {request}")
    else:
        for number, write in enumerate(told.plan.draft.writes, 1):
            if _is(request, write):
                proof.bodies += request.body is not None
                return number
        proof.differences.append(f"{told} lists no such write: {request}")
    return 0


def _is(request: Request, write: Write) -> bool:
    if (request.method, request.path) != (write.method, write.path.partition("?")[0]):
        return False
    if request.body is None:
        return True
    return request.body == write.body if write.method in ("PATCH", "EXEC") else _within(write.body, request.body)


def _within(part: Any, whole: Any) -> bool:
    """Whether all of what was planned is in what was sent; the API server's own defaults may stand beside it."""
    if isinstance(part, dict) and isinstance(whole, dict):
        there = cast("dict[str, Any]", whole)
        return all(key in there and _within(value, there[key]) for key, value in cast("dict[str, Any]", part).items())
    return part == whole


def _of_cluster(plans: list[Told], seen: set[str], cluster: str) -> Iterator[Told]:
    """The plans of the cluster whose log this is."""
    servers = {told.plan.cluster.server for told in plans if told.digest in seen}
    for told in plans:
        ours = told.plan.cluster
        if cluster in (ours.name, ours.server) if cluster else (not servers or ours.server in servers):
            yield told


def _compare(told: Told, sent: dict[tuple[str, int], list[Request]], proof: Proof, *, covered: bool) -> None:
    """One carried out plan, write by write; what is missing is named where the log covers its time."""
    for number, write in enumerate(told.plan.draft.writes, 1):
        if not write.path.startswith(IN_CLUSTER):
            proof.notes.append(f"{told}, write {number} ({write.shown}) went to an outside service, not to this log's")
            continue
        requests, state = sent.get((told.digest, number), []), told.states.get(number, "not sent")
        done = [one for one in requests if one.done]
        what = f"{told}, write {number} ({write.shown})"
        if len(done) > 1:
            proof.differences.append(f"{what} was carried out {len(done)} times")
        if len(requests) > 1 and not write.patient:
            proof.differences.append(f"{what} was sent {len(requests)} times")
        if state == "applied" and not done and covered:
            proof.differences.append(f"{what} is done by the record, and the log has no such request")
        if state in ("not applied", "not needed", "not sent") and done:
            proof.differences.append(f"{what} is {state} by the record, and the log has it done: {done[0]}")
        if state in ("unknown", "sending") and (done or covered):
            proof.notes.append(f"{what} is unknown by the record; by the log it is {'done' if done else 'not done'}")
