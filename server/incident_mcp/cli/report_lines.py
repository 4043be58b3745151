"""The report over many incidents for a terminal, and as CSV: one line an incident, durations in seconds."""

import csv
from collections.abc import Sequence
from datetime import timedelta
from io import StringIO

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from incident_mcp.postmortem.durations import Durations
from incident_mcp.postmortem.report import Group, Recurring, Report, Row
from incident_mcp.text.masking import mask
from incident_mcp.text.words import count, duration

SPANS = ("detect", "acknowledge", "mitigate", "resolve")
COLUMNS = (
    *("incident", "opened", "severity", "status", "services", "causes", *(f"{name}_seconds" for name in SPANS)),
    *("actions_open", "actions_overdue"),
)


def show(report: Report, console: Console) -> None:
    if not report.rows:
        console.print("No incident has been opened yet.")
        return
    console.print(f"{count(len(report.rows), 'incident')}; medians of those whose record holds the milestone.")
    for title, groups in (("Severity", report.by_severity), ("Service", report.by_service)):
        if groups:
            console.print(_medians(title, groups))
    for title, again in (("Causes that came back", report.causes), ("Workloads that failed again", report.workloads)):
        if again:
            console.print(_again(title, again))
    if report.overdue:
        console.print(_overdue(report))


def _overdue(report: Report) -> Table:
    table = Table("Actions open past their date", "Owner", "Overdue by", "Incident", box=SIMPLE)
    for late in report.overdue:
        table.add_row(
            mask(late.what), mask(late.owner), duration(report.at - late.due), f"{late.incident} {late.entry}"
        )
    return table


def _medians(title: str, groups: Sequence[Group]) -> Table:
    table = Table(title, "Incidents", *(f"to {name}" for name in SPANS), box=SIMPLE)
    for group in groups:
        spans = (_words(getattr(group, name)) for name in SPANS)
        table.add_row(group.name, str(group.incidents), *spans)
    return table


def _again(title: str, again: Sequence[Recurring]) -> Table:
    table = Table(title, "Times", "Incidents", box=SIMPLE)
    for one in again:
        table.add_row(one.what, str(len(one.incidents)), ", ".join(one.incidents))
    return table


def _words(span: timedelta | None) -> str:
    return "-" if span is None else duration(span)


def as_csv(report: Report) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in report.rows:
        told = (row.incident, f"{row.opened:%Y-%m-%dT%H:%M:%SZ}", row.severity, row.status)
        writer.writerow(
            (*told, "; ".join(row.services), "; ".join(row.causes), *_seconds(row.durations), *_actions(row, report))
        )
    return text.getvalue()


def _actions(row: Row, report: Report) -> tuple[int, int]:
    return len(row.actions), len(row.overdue(report.at))


def _seconds(told: Durations) -> list[str]:
    spans: list[timedelta | None] = [getattr(told, name) for name in SPANS]
    return ["" if span is None else f"{span.total_seconds():.0f}" for span in spans]
