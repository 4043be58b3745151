"""What operators say of their own objects, and objects that were deleted and are still there."""

from collections.abc import Iterator

from incident_mcp.investigate.kinds.operators import OPERATOR_REPORTS
from incident_mcp.investigate.kinds.workloads import STUCK_TERMINATING
from incident_mcp.investigate.rules.leaving import PATIENCE
from incident_mcp.investigate.sufferers import finding, recent
from incident_mcp.text.words import clock, listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.report_seen import LeavingSeen, ReportSeen


def find(seen: Observation) -> Iterator[Finding]:
    if seen.scope.workload is not None:
        return
    for report in seen.reports:
        yield _report(report)
    for leaving in seen.leaving:
        if leaving.finalizers and not recent(leaving.deleted, seen.at, PATIENCE):
            yield _stuck(seen, leaving)


def _report(report: ReportSeen) -> Finding:
    why = f" ({report.reason})" if report.reason else ""
    return finding(
        OPERATOR_REPORTS,
        target=report.ref,
        severity="warning" if report.serves else "notice",
        summary=f"its operator says {report.field} {report.says}{why}",
        evidence=(
            Evidence(source=f"{report.ref}, {report.field}", value=report.message or report.says, at=report.since),
        ),
        next_step="Read its conditions (read_object) and the operator's own log.",
        since=report.since,
    )


def _stuck(seen: Observation, leaving: LeavingSeen) -> Finding:
    held = listed(leaving.finalizers)
    return finding(
        STUCK_TERMINATING,
        target=leaving.ref,
        severity="warning",
        summary=f"it was deleted at {clock(leaving.deleted, seen.at)} UTC: finalizer {held} holds it",
        evidence=(Evidence(source=f"{leaving.ref}, metadata.finalizers", value=held, at=leaving.deleted),),
        next_step="See the controller of the finalizer: whether it runs, and what it may not do.",
        since=leaving.deleted,
    )
