"""One workload, in depth: its chain of causes, the seven common issues, its rollout, what it uses, and what would help.

The checklist reads the logs of all its pods, not only of those that fail: that is what lets it rule something out.
"""

from dataclasses import dataclass
from datetime import timedelta

import anyio
from pydantic import JsonValue

from incident_mcp.assess.alerts import alerts_on
from incident_mcp.assess.assess import assess, state_of
from incident_mcp.assess.assessment import Assessment
from incident_mcp.assess.tree import Branch, walk
from incident_mcp.cluster.json_parts import part
from incident_mcp.cluster.kinds import workload_ref
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.observe import observe
from incident_mcp.cluster.quantities import of_template
from incident_mcp.cluster.rollout_history import history_of
from incident_mcp.cluster.usage import pods_used
from incident_mcp.cluster.workload_logs import PodLogs
from incident_mcp.investigate.common_issues import Issue, Material, common_issues, signs_of_patterns
from incident_mcp.investigate.concern import concerning, leads_on
from incident_mcp.investigate.find import find_chains
from incident_mcp.logs.sources import Source
from incident_mcp.text.budget import first
from incident_mcp.text.fencing import plain
from incident_mcp.text.words import clock, listed
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.log_source import LogsRead, LogsWanted
from incident_mcp.vocabulary.observation import Observation, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref, Scope
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.usage import Amounts, share
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.assessment import ProposedChange
from incident_mcp.workflow.beside import Beside, Besides, beside, told_beside
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.findings import FindingLine, finding_line
from incident_mcp.workflow.looks import recorded
from incident_mcp.workflow.measuring import look_and_measure
from incident_mcp.workflow.metric_lines import ALERTS, MetricLine, alert_words, metric_lines
from incident_mcp.workflow.usage import used_words

SHOWN = 6
SINCE = timedelta(hours=1)
"""Of its logs, what the checklist reads."""
FOR_DEPTH = 0.3
"""Of the time, the part that is kept for logs and usage."""
FOR_THE_REST = 0.3
"""And for a look around, where the workload alone does not explain itself."""


class IssueLine(Value):
    """One of the seven common issues."""

    issue: str
    state: str
    why: str


class DiagnosisReply(Beside, Reply):
    """One workload, root causes first; what stands beside is of the first of them."""

    findings: tuple[FindingLine, ...]
    workload: str = ""
    state: str = ""
    checklist: tuple[IssueLine, ...] = ()
    rollout: str = ""
    usage: str = ""
    metrics: tuple[MetricLine, ...] = ()
    alerts: tuple[str, ...] = ()
    decision_tree: tuple[str, ...] = ()
    propose: ProposedChange | None = None
    more: str = ""


async def diagnose_workload(
    desk: Desk, by: Actor, *, kind: str, namespace: str, name: str, incident: str | None
) -> DiagnosisReply:
    """Raises `NotFound` with near misses, `Forbidden`, `BadRequest` for an unknown kind, `Unreachable`."""
    found = await desk.incident_id(incident)
    target = workload_ref(kind, namespace, name)
    seen = await look_and_measure(
        desk,
        Scope(namespace=namespace, workload=target),
        deadline_seconds=desk.tool_seconds * (1 - FOR_DEPTH - FOR_THE_REST),
        siblings=True,
    )
    depth = await _Depth(desk, seen, target).read()
    around = await _wider(desk, seen, target)
    result = assess(around.seen, chains=around.chains)
    aside = await beside(desk, around.seen, result, result.rows[:1], incident=found, load=depth.load)
    reply = _reply(desk.cluster, around, seen, target, depth, result, aside)
    arguments = {"kind": kind, "namespace": namespace, "name": name}
    ruled_out: list[JsonValue] = [f"{one.issue}: {one.why}" for one in reply.checklist if one.state == "ruled out"]
    return await recorded(desk, found, "diagnose_workload", {**arguments}, reply, by, ruled_out=ruled_out)


@dataclass(frozen=True, slots=True)
class _Around:
    """The look that the causes are taken from, and those of its chains that concern the workload."""

    seen: Observation
    chains: list[Chain]


async def _wider(desk: Desk, seen: Observation, target: Ref) -> _Around:
    """Where the workload alone does not explain itself, its namespace may: what it needs, and the way to it."""
    own = find_chains(seen, desk.silenced)
    if not leads_on(own):
        return _Around(seen, own)
    scope, seconds = Scope(namespace=target.namespace), desk.tool_seconds * FOR_THE_REST
    wide = await observe(
        desk.api, scope, clock=desk.clock, deadline_seconds=seconds, siblings=True, certificates=desk.certificates
    )
    wide = wide.model_copy(update={"metrics": seen.metrics})
    found = concerning(wide, find_chains(wide, desk.silenced), target)
    return _Around(wide, found) if found else _Around(seen, own)


class _Depth:
    """What one workload's diagnosis reads beyond a look: the logs of all its pods, and what they use."""

    def __init__(self, desk: Desk, seen: Observation, target: Ref) -> None:
        self._desk = desk
        self._pods = seen.pods_of(target)
        self.workload = next((each for each in seen.workloads if each.ref == target), None)
        self.look = Look(desk.api, desk.clock)
        self.look.answered = 1
        self.logs = LogsRead(PodLogs.name)
        self.used: dict[Ref, Amounts] | None = None

    async def read(self) -> "_Depth":
        with anyio.move_on_after(self._desk.tool_seconds * FOR_DEPTH):
            await together([self._logs, self._usage])
        return self

    async def _logs(self) -> None:
        seconds = self._desk.tool_seconds * FOR_DEPTH
        wanted = LogsWanted(since=self._desk.clock() - SINCE, pods=self._pods)
        self.logs = await PodLogs(self._desk.api, self._desk.clock).read(wanted, seconds)

    async def _usage(self) -> None:
        if self.workload is not None and (selector := self.workload.pods_query):
            self.used = await pods_used(self.look, self.workload.ref.namespace, selector)

    @property
    def ready(self) -> list[Amounts]:
        """What its ready pods use."""
        return [self.used[pod.ref] for pod in self._pods if pod.ready and self.used and pod.ref in self.used]

    @property
    def load(self) -> float | None:
        """The share of the CPU that it asked for, or may use, on average over its ready pods."""
        spec = part(self.workload.template, "spec") if self.workload else {}
        room = of_template(spec, "limits").cpu or of_template(spec, "requests").cpu
        used = [each.cpu for each in self.ready if each.cpu is not None]
        return share(sum(used) / len(used), room) if used and room else None

    def material(self, seen: Observation, target: Ref, result: Assessment) -> Material:
        from incident_mcp.logs.analysis import read_logs  # needs numpy, which only logs do

        logs = [(Source(log.pod, log.container, log.previous), log.body) for log in self.logs.logs]
        reading = read_logs(logs, today=self._desk.clock())
        return Material(
            seen=seen,
            target=target,
            findings=tuple(
                one for row in result.rows for one in (row.chain.root, *row.chain.symptoms, *row.chain.breaks)
            ),
            signs=signs_of_patterns(reading.patterns),
            lines=reading.lines,
            pods_read=len({log.pod for log in self.logs.logs}),
        )


def _reply(
    cluster: str, around: _Around, seen: Observation, target: Ref, depth: _Depth, result: Assessment, aside: Besides
) -> DiagnosisReply:
    first_of_all = aside.rows[0] if aside.rows else Beside()
    worst = result.rows[0].chain if result.rows else None
    tree = walk(around.seen, worst, result.decision, depth.load)
    issues = common_issues(depth.material(seen, target, result))
    lines = [finding_line(one) for row in result.rows for one in (row.cause, *row.symptoms, *row.chain.breaks)]
    lines += [finding_line(one) for one in result.noted]
    shown = first(lines, SHOWN)
    missed = dict.fromkeys(
        str(one)
        for one in (*seen.not_checked, *depth.look.not_checked, *depth.logs.not_checked[:5], *aside.not_checked)
    )
    return DiagnosisReply(
        **dict(first_of_all),
        cluster=cluster,
        summary=tuple(_summary(cluster, target, result, issues, tree.branches, first_of_all)),
        findings=shown.items,
        workload=str(target),
        state=state_of(seen, target) if result.rows else _well(depth.workload),
        checklist=tuple(IssueLine(issue=one.name, state=one.state, why=plain(one.why)) for one in issues),
        rollout=_rollout(seen, depth.workload),
        usage=used_words(depth.ready, depth.workload.template if depth.workload else {}),
        metrics=metric_lines(seen.metrics, seen.at, depth=True),
        alerts=tuple(alert_words(one, seen.at) for one in alerts_on(seen, target)[:ALERTS]),
        decision_tree=tuple(str(each) for each in tree.branches),
        propose=ProposedChange(tool=tree.call.tool, arguments=tree.call.arguments) if tree.call else None,
        more=shown.note,
        not_checked=tuple(missed),
    )


def _well(workload: WorkloadSeen | None) -> str:
    return f"{workload.ready} of {workload.desired} ready" if workload else ""


def _summary(
    cluster: str,
    target: Ref,
    result: Assessment,
    issues: tuple[Issue, ...],
    branches: tuple[Branch, ...],
    aside: Beside,
) -> list[str]:
    if not result.rows:
        found = [one.name for one in issues if one.state == "found"]
        but = f" Its logs speak of: {listed(found)}." if found else " It is no suspect."
        return [f"{cluster}: no fault found in {target}.{but}"]
    worst = result.rows[0]
    lines = [f"{cluster}: {target}: {plain(worst.cause.summary)}."]
    if worst.target != target:
        lines[0] = f"{cluster}: {target} suffers from {worst.target}: {plain(worst.cause.summary)}."
    if worst.breaks:
        lines.append(f"It breaks: {worst.breaks}.")
    lines += [f"{told}." for told in told_beside(aside)]
    lines.append(f"{branches[0]}.")
    if result.decision:
        lines.append(f"So: {result.decision.so}.")
    return lines


def _rollout(seen: Observation, workload: WorkloadSeen | None) -> str:
    """`revision 7 since 02:11:31 UTC, field manager deploy-bot; 3 of 3 updated, 0 available`."""
    if workload is None:
        return ""
    counts = f"{workload.updated} of {workload.desired} updated, {workload.available} available"
    current = next((each for each in history_of(workload, seen.at).revisions if each.current), None)
    since = f" since {clock(current.current_from, seen.at)} UTC" if current and current.current_from else ""
    by = f", field manager {workload.rolled_out_by}" if workload.rolled_out_by else ""
    number = f"revision {current.number}{since}{by}; " if current else ""
    stuck = next((each.reason for each in workload.conditions if each.reason == "ProgressDeadlineExceeded"), "")
    paused = "; paused" if workload.paused else ""
    return f"{number}{counts}{f'; {stuck}' if stuck else ''}{paused}"
