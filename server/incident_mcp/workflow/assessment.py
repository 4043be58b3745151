"""Phase 1 in one call: look, find causes, date the onset, name what changed, propose a severity and the change to make.

Each statement becomes an entry of the record the first time it is made, so the answer and the postmortem cite the same
ids; a second look that finds the same adds only itself.
"""

from collections.abc import Sequence
from datetime import datetime

from pydantic import JsonValue

from incident_mcp.assess.assess import assess
from incident_mcp.assess.assessment import Assessment, Row
from incident_mcp.assess.changes import rollouts
from incident_mcp.assess.questions import quick_questions
from incident_mcp.assess.response import response_words
from incident_mcp.assess.tree import walk
from incident_mcp.assess.trend import EarlierLook
from incident_mcp.investigate.common_issues import common_issues, of_a_look
from incident_mcp.investigate.hygiene.item import HygieneItem
from incident_mcp.investigate.hygiene.judge import estate_of, hygiene
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
from incident_mcp.workflow.beside import Beside, beside, told_beside
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.findings import FindingLine, evidence_line, finding_line, silenced_words
from incident_mcp.workflow.from_here import from_here
from incident_mcp.workflow.health import totals_words
from incident_mcp.workflow.looks import counts_of, recorded
from incident_mcp.workflow.measuring import look_and_measure
from incident_mcp.workflow.metric_lines import MetricLine, alert_words, metric_lines, other_alerts
from incident_mcp.workflow.off_record import note_changes_of_others
from incident_mcp.workflow.statements import Cited, Statements

SHOWN = 5
ALERTS = 3
"""About one root, that are shown."""
NOTED = 3
REPORTS = 3
"""Of what people reported, the newest that are shown."""


class RootLine(Beside, FindingLine):
    """One root cause with all that belongs to it; `entry` holds the cause, `evidence_entry` its first sign. What is
    only noted is nobody's fault, and has no entry.
    """

    state: str = ""
    entry: str = ""
    evidence_entry: str | None = None
    share_entry: str | None = None
    changed: Cited | None = None
    breaks: Cited | None = None
    alerts: tuple[Cited, ...] = ()
    """Alerts about it."""


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
    metrics: tuple[MetricLine, ...] = ()
    """How the worst root serves, by Prometheus."""
    alerts: tuple[str, ...] = ()
    """Alerts about anything else."""
    reported: tuple[Cited, ...] = ()
    """What people said, beside what was measured."""
    from_here: tuple[str, ...] = ()
    """Hurt hosts, each tried once from this machine: a HEAD, no redirect followed."""
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
    scope = Scope(namespace=namespace)
    seen = await look_and_measure(desk, scope, deadline_seconds=desk.tool_seconds, siblings=True)
    result = assess(seen, earlier=_earlier(before), silenced=desk.silenced)
    tried = await from_here(desk, seen, result.impact.routes)
    worst = result.rows[0].chain if result.rows else None
    tree = walk(seen, worst, result.decision)
    shown = first(result.rows, SHOWN)
    said = Statements(desk.record, name, by, before)
    aside = await beside(desk, seen, result, shown.items, incident=name)
    rolled = [each for workload in seen.workloads for each in rollouts(workload, seen.at)]
    await note_changes_of_others(said, before, rolled)
    roots = [await _root(said, row, each, seen.at) for row, each in zip(shown.items, aside.rows, strict=True)]
    reply = AssessmentReply(
        cluster=desk.cluster,
        summary=tuple(_summary(desk.cluster, result, roots)),
        findings=(*roots, *(_noted(each) for each in result.noted[:NOTED])),
        more=f"{shown.note}; name a namespace to narrow." if shown.note else "",
        onset=_onset(result),
        trend=str(result.trend) if result.trend else "",
        metrics=metric_lines(seen.metrics, seen.at),
        alerts=_other_alerts(result),
        reported=_reported(before),
        from_here=tried,
        quick_questions=tuple(plain(str(one)) for one in quick_questions(result)),
        severity=await _severity(said, result, before),
        decision_tree=tuple(str(branch) for branch in tree.branches) if worst else (),
        so=result.decision.so if result.decision else "",
        common_issues=_checklist(seen, worst) if worst else None,
        propose=ProposedChange(tool=tree.call.tool, arguments=tree.call.arguments) if tree.call else None,
        looked_at=result.looked_at,
        not_checked=tuple(dict.fromkeys((*(str(one) for one in result.not_checked), *aside.not_checked))),
        totals=totals_words(result.totals),
        took=duration(result.took),
        silenced=silenced_words(seen, desk.silenced),
    )
    untidy: list[JsonValue] = [each.model_dump(mode="json") for each in _untidy(seen, shown.items)]
    arguments: dict[str, JsonValue] = {"namespace": namespace}
    return await recorded(desk, name, "assess_incident", arguments, reply, by, counts=counts_of(seen), hygiene=untidy)


def _untidy(seen: Observation, rows: Sequence[Row]) -> tuple[HygieneItem, ...]:
    """What should be tidied up about the workloads that failed: for the record alone, never part of the answer."""
    return hygiene(estate_of(seen, {row.chain.subject for row in rows}))


async def _root(said: Statements, row: Row, aside: Beside, at: datetime) -> RootLine:
    line = finding_line(row.cause)
    breaks = await said.impact(row)
    evidence = await said.evidence(row) if row.evidence else None
    changed = await said.change(row.changed) if row.changed else None
    alerts = tuple([await said.alert(row.target, one, alert_words(one, at)) for one in row.alerts[:ALERTS]])
    cause = await said.finding(row.cause, line.summary, line.next_step)
    share = await said.share(row.chain.subject, aside.share) if aside.share else None
    return RootLine(
        **dict(aside),
        share_entry=share,
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
        alerts=alerts,
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


def _alarm(result: Assessment) -> str:
    """Where the cluster shows no fault, what rings is the best sign there is."""
    firing = sum(alert.state == "firing" for alert in result.metrics.alerts)
    return f"But {count(firing, 'alert')} {'fires' if firing == 1 else 'fire'} (alerts). " if firing else ""


def _other_alerts(result: Assessment) -> tuple[str, ...]:
    told = [alert for row in result.rows for alert in row.alerts]
    return other_alerts(result.metrics.alerts, told, result.at)


def _set(entries: list[Entry]) -> Severity | None:
    """The severity that somebody has set; its time counts, not that of our proposal."""
    told = [entry for entry in entries if entry.kind is EntryKind.SEVERITY and not entry.data.get("proposed")]
    return Severity(str(told[-1].data["severity"])) if told else None


def _summary(cluster: str, result: Assessment, roots: list[RootLine]) -> list[str]:
    if not roots:
        unseen = f" Not checked: {listed([str(one) for one in result.not_checked])}." if result.not_checked else ""
        looked, part = listed(result.looked_at), "what could be read of " if result.blind else ""
        return [
            f"{cluster}: no fault found in {part}{result.scope}: {result.headline}. Looked at: {looked}.{unseen} "
            f"{_alarm(result)}The cause may lie outside: DNS for users, the load balancer, a provider."
        ]
    worst = roots[0]
    since = f" since {worst.since}" if worst.since else ""
    lines = [
        f"{cluster}: {result.headline}.",
        f"{worst.target}: {worst.state}{since}. {worst.summary} ({worst.entry}).",
    ]
    lines += [f"{told}." for told in told_beside(worst)]
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
