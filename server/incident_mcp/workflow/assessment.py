"""Phase 1 in one call: look, find causes, date the onset, name what changed, propose a severity and the change to make.

Each statement becomes an entry of the record the first time it is made, so the answer and the postmortem cite the same
ids; a second look that finds the same adds only itself.
"""

from pydantic import JsonValue

from incident_mcp.assess.assess import assess
from incident_mcp.assess.assessment import Assessment, Row
from incident_mcp.assess.questions import quick_questions
from incident_mcp.assess.response import response_words
from incident_mcp.assess.tree import walk
from incident_mcp.assess.trend import EarlierLook
from incident_mcp.cluster.observe import observe
from incident_mcp.investigate.common_issues import common_issues, of_a_look
from incident_mcp.text.budget import first
from incident_mcp.text.fencing import plain
from incident_mcp.text.words import clock, count, duration, listed
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.finding import Chain, Finding
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Scope
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.severity import LEVELS, Severity
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.findings import FindingLine, evidence_line, finding_line, silenced_words
from incident_mcp.workflow.health import totals_words
from incident_mcp.workflow.looks import recorded
from incident_mcp.workflow.statements import Statements

SHOWN = 5
NOTED = 3
REPORTS = 3
"""Of what people reported, the newest that are shown."""


class Cited(Value):
    """A statement and the entry that holds it."""

    text: str
    entry: str | None = None


class RootLine(FindingLine):
    """One root cause with all that belongs to it; `entry` holds the cause, `evidence_entry` its first sign. What is
    only noted is nobody's fault, and has no entry.
    """

    state: str = ""
    entry: str = ""
    evidence_entry: str | None = None
    changed: Cited | None = None
    breaks: Cited | None = None


class ProposedSeverity(Value):
    """A person sets it: `update_incident` with their decision."""

    severity: Severity
    answer: str
    reasons: tuple[str, ...]
    response: str = ""
    """Whether somebody has answered in time: `due by 02:29:03 UTC, in 12 min`."""
    escalation: str = ""
    entry: str | None = None


class ProposedChange(Value):
    """The call to preview, then to make."""

    tool: str
    arguments: dict[str, JsonValue]


class Checklist(Value):
    """The common issues, gone through for the worst root: what was found, and what not."""

    found: tuple[str, ...] = ()
    ruled_out: tuple[str, ...] = ()
    by: str = ""
    """What they are ruled out by; diagnose_workload reads more."""
    not_checked: tuple[str, ...] = ()


class AssessmentReply(Reply):
    """What an engineer reads first. The findings are root causes, the worst first; then what is only noted."""

    findings: tuple[RootLine, ...]
    more: str = ""
    onset: str = ""
    trend: str = ""
    reported: tuple[Cited, ...] = ()
    """What people said, beside what was measured."""
    quick_questions: tuple[str, ...] = ()
    severity: ProposedSeverity | None = None
    decision_tree: tuple[str, ...] = ()
    so: str = ""
    common_issues: Checklist | None = None
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
    worst = result.rows[0].chain if result.rows else None
    tree = walk(seen, worst, result.decision)
    shown = first(result.rows, SHOWN)
    said = Statements(desk.record, name, by, before)
    roots = [await _root(said, row) for row in shown.items]
    reply = AssessmentReply(
        cluster=desk.cluster,
        summary=tuple(_summary(desk.cluster, result, roots)),
        findings=(*roots, *(_noted(each) for each in result.noted[:NOTED])),
        more=f"{shown.note}; name a namespace to narrow." if shown.note else "",
        onset=_onset(result),
        trend=str(result.trend) if result.trend else "",
        reported=_reported(before),
        quick_questions=tuple(plain(str(one)) for one in quick_questions(result)),
        severity=await _severity(said, result, before),
        decision_tree=tuple(str(branch) for branch in tree.branches) if worst else (),
        so=result.decision.so if result.decision else "",
        common_issues=_checklist(seen, worst) if worst else None,
        propose=ProposedChange(tool=tree.call.tool, arguments=tree.call.arguments) if tree.call else None,
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
        code=line.code,
        cause=line.cause,
        severity=line.severity,
        target=line.target,
        root=True,
        summary=line.summary,
        state=row.state,
        since=f"{clock(row.since)} UTC" if row.since else None,
        entry=cause,
        evidence=(evidence_line(row.evidence),) if row.evidence else (),
        evidence_entry=evidence,
        changed=Cited(text=f"{clock(row.changed.at)} UTC {row.changed.text}", entry=changed) if row.changed else None,
        breaks=Cited(text=row.breaks, entry=breaks) if row.breaks else None,
        next_step=line.next_step,
    )


def _noted(finding: Finding) -> RootLine:
    return RootLine(**finding_line(finding).model_dump())


async def _severity(said: Statements, result: Assessment, before: list[Entry]) -> ProposedSeverity | None:
    if result.severity is None:
        return None
    proposed = result.severity
    entry = await said.severity(proposed.severity, proposed.reasons)
    return ProposedSeverity(
        severity=proposed.severity,
        answer=LEVELS[proposed.severity].response_words,
        reasons=proposed.reasons,
        response=response_words(before, _set(before) or proposed.severity, result.at),
        escalation=LEVELS[proposed.severity].escalation,
        entry=entry,
    )


def _set(entries: list[Entry]) -> Severity | None:
    """The severity that somebody has set; its time counts, not that of our proposal."""
    told = [entry for entry in entries if entry.kind is EntryKind.SEVERITY and not entry.data.get("proposed")]
    return Severity(str(told[-1].data["severity"])) if told else None


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
        f"{worst.target}: {worst.state}{since}. {worst.summary} ({worst.entry}).",
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


def _reported(entries: list[Entry]) -> tuple[Cited, ...]:
    """What people reported of impact and onset, the newest last."""
    reports = [entry for entry in entries if entry.kind is EntryKind.REPORT]
    return tuple(
        Cited(
            text=f"{entry.data.get('about', 'report')}, {clock(entry.happened)} UTC: {plain(entry.text)}",
            entry=entry.id,
        )
        for entry in reports[-REPORTS:]
    )


def _checklist(seen: Observation, chain: Chain) -> Checklist | None:
    """With no more logs than this look read: those of the containers that fail."""
    target = chain.root.target
    if not any(workload.ref == target for workload in seen.workloads):
        return None
    given = of_a_look(seen, target, (chain.root, *chain.symptoms, *chain.breaks))
    issues = common_issues(given)
    short = {issue: issue.name.partition(" (")[0] for issue in issues}
    return Checklist(
        found=tuple(f"{short[one]}: {plain(one.why)}" for one in issues if one.state == "found"),
        ruled_out=tuple(short[one] for one in issues if one.state == "ruled out"),
        by=f"{count(len(given.pods), 'pod')}, {count(given.lines, 'log line')}",
        not_checked=tuple(f"{short[one]}: {one.why}" for one in issues if one.state == "not checked"),
    )


def _earlier(entries: list[Entry]) -> dict[str, list[EarlierLook]]:
    """The counts of each workload at earlier looks."""
    looks: dict[str, list[EarlierLook]] = {}
    for entry in entries:
        counts = entry.data.get("counts")
        for target, seen in (counts if isinstance(counts, dict) else {}).items():
            if isinstance(seen, dict):
                looks.setdefault(target, []).append(EarlierLook.model_validate(seen, strict=False))
    return looks
