"""Phase 1 in one call: look, find causes, date the onset, name what changed, propose a severity and the change to make.

Each statement becomes an entry of the record the first time it is made, so the answer and the postmortem cite the same
ids; a second look that finds the same adds only itself.
"""

from pydantic import JsonValue

from incident_mcp.assess.assess import assess
from incident_mcp.assess.assessment import Assessment, Row
from incident_mcp.assess.trend import EarlierLook
from incident_mcp.cluster.observe import observe
from incident_mcp.text.budget import first
from incident_mcp.text.words import clock, duration, listed
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.refs import Ref, Scope
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.severity import LEVELS, Severity
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.findings import evidence_line, finding_line, silenced_words
from incident_mcp.workflow.health import totals_words
from incident_mcp.workflow.looks import recorded
from incident_mcp.workflow.statements import Statements

SHOWN = 5


class Cited(Value):
    """A statement and the entry that holds it."""

    text: str
    entry: str | None = None


class RootLine(Value):
    """One root cause with all that belongs to it."""

    target: Ref
    code: str
    state: str
    since: str = ""
    cause: Cited
    evidence: Cited | None = None
    changed: Cited | None = None
    breaks: Cited | None = None
    next_step: str = ""


class ProposedSeverity(Value):
    """A person sets it: `update_incident` with their decision."""

    severity: Severity
    answer: str
    reasons: tuple[str, ...]
    entry: str | None = None


class ProposedChange(Value):
    """The call to preview, then to make."""

    tool: str
    arguments: dict[str, JsonValue]


class AssessmentReply(Reply):
    """What an engineer reads first. `roots` are ranked, the worst first."""

    roots: tuple[RootLine, ...] = ()
    more: str = ""
    onset: str = ""
    trend: str = ""
    severity: ProposedSeverity | None = None
    recent_deployment: str = ""
    so: str = ""
    propose: ProposedChange | None = None
    looked_at: tuple[str, ...] = ()
    totals: str = ""
    took: str = ""
    silenced: str = ""


async def assess_incident(desk: Desk, by: Actor, *, namespace: str | None, incident: str | None) -> AssessmentReply:
    """Assess the cluster, or one namespace. Raises `NotFound`, `Forbidden`, `Unreachable`, `CredentialsError`."""
    name = await desk.incident_id(incident)
    before = await desk.record.entries(name)
    seen = await observe(desk.api, Scope(namespace=namespace), clock=desk.clock, deadline_seconds=desk.tool_seconds)
    result = assess(seen, earlier=_earlier(before), silenced=desk.silenced)
    shown = first(result.rows, SHOWN)
    said = Statements(desk.record, name, by, before)
    roots = [await _root(said, row) for row in shown.items]
    reply = AssessmentReply(
        cluster=desk.cluster,
        summary=tuple(_summary(desk.cluster, result, roots)),
        roots=tuple(roots),
        more=f"{shown.note}; name a namespace to narrow." if shown.note else "",
        onset=_onset(result),
        trend=str(result.trend) if result.trend else "",
        severity=await _severity(said, result),
        recent_deployment=f"{result.decision.recent_deployment}: {result.decision.why}" if result.decision else "",
        so=result.decision.so if result.decision else "",
        propose=_propose(result),
        looked_at=result.looked_at,
        not_checked=tuple(str(one) for one in result.not_checked),
        totals=totals_words(result.totals),
        took=duration(result.took),
        silenced=silenced_words(seen, desk.silenced),
    )
    counts: dict[str, JsonValue] = {
        str(w.ref): {"ready": w.ready, "desired": w.desired, "at": seen.at.isoformat()} for w in seen.workloads
    }
    return await recorded(desk, name, "assess_incident", {"namespace": namespace}, reply, by, counts=counts)


async def _root(said: Statements, row: Row) -> RootLine:
    line = finding_line(row.cause)
    hurt = row.breaks or row.state
    breaks = await said.impact(row.target, hurt, bool(row.breaks), row.since)
    evidence = await said.evidence(row) if row.evidence else None
    changed = await said.change(row.changed) if row.changed else None
    cause = await said.finding(row.cause, line.summary, line.next_step)
    return RootLine(
        target=row.target,
        code=row.cause.code,
        state=row.state,
        since=f"{clock(row.since)} UTC" if row.since else "",
        cause=Cited(text=line.summary, entry=cause),
        evidence=Cited(text=evidence_line(row.evidence), entry=evidence) if row.evidence else None,
        changed=Cited(text=f"{clock(row.changed.at)} UTC {row.changed.text}", entry=changed) if row.changed else None,
        breaks=Cited(text=row.breaks, entry=breaks) if row.breaks else None,
        next_step=line.next_step,
    )


async def _severity(said: Statements, result: Assessment) -> ProposedSeverity | None:
    if result.severity is None:
        return None
    proposed = result.severity
    entry = await said.severity(proposed.severity, proposed.reasons)
    return ProposedSeverity(
        severity=proposed.severity,
        answer=LEVELS[proposed.severity].response_words,
        reasons=proposed.reasons,
        entry=entry,
    )


def _summary(cluster: str, result: Assessment, roots: list[RootLine]) -> list[str]:
    if not roots:
        unseen = f" Not checked: {listed([str(one) for one in result.not_checked])}." if result.not_checked else ""
        looked = listed(result.looked_at)
        return [
            f"{cluster}: no fault found in {result.scope}: {result.headline}. Looked at: {looked}.{unseen} "
            "The cause may lie outside: DNS for users, the load balancer, a provider."
        ]
    worst = roots[0]
    since = f" since {worst.since}" if worst.since else ""
    lines = [
        f"{cluster}: {result.headline}.",
        f"{worst.target}: {worst.state}{since}. {worst.cause.text} ({worst.cause.entry}).",
    ]
    if result.severity:
        lines.append(f"Proposed: {result.severity.severity}. A person sets it (update_incident).")
    if result.decision:
        lines.append(f"{result.decision}")
    if result.decision and result.decision.call:
        lines.append("Preview the proposed call with preview_change and show its page before making it.")
    return lines


def _onset(result: Assessment) -> str:
    if result.onset is None:
        return ""
    at_latest = "" if result.onset.exact else " at the latest"
    return f"{clock(result.onset.at)} UTC{at_latest}: {result.onset.what}"


def _propose(result: Assessment) -> ProposedChange | None:
    call = result.decision.call if result.decision else None
    return ProposedChange(tool=call.tool, arguments=call.arguments) if call else None


def _earlier(entries: list[Entry]) -> list[EarlierLook]:
    """The counts of the worst workload at earlier looks: the one that the last finding is about."""
    targets = [entry.data.get("target") for entry in entries if entry.kind is EntryKind.FINDING]
    looks: list[EarlierLook] = []
    for entry in entries:
        counts = entry.data.get("counts")
        seen = counts.get(str(targets[-1])) if targets and isinstance(counts, dict) else None
        if isinstance(seen, dict):
            looks.append(EarlierLook.model_validate(seen, strict=False))
    return looks
