"""The statements of an assessment as entries: each is written when first made, and cited by its id from then on."""

from datetime import datetime

from pydantic import JsonValue

from incident_mcp.assess.assess import broken_words
from incident_mcp.assess.assessment import Change, Row
from incident_mcp.record.record import Record
from incident_mcp.text.fencing import plain, quote
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.change import ChangeSeen
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.finding import Finding
from incident_mcp.vocabulary.metrics_seen import AlertSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.severity import LEVELS, Severity
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.findings import evidence_line


class Cited(Value):
    """A statement and the entry that holds it."""

    text: str
    entry: str | None = None


class Statements:
    """What has been said in one incident, and the way to say more."""

    def __init__(self, record: Record, incident: str | None, by: Actor, before: list[Entry]) -> None:
        self._record = record
        self._incident = incident
        self._by = by
        self._said = {(entry.kind, entry.text): entry.id for entry in before}

    async def impact(self, row: Row) -> str:
        """What hangs on a root; where nothing does, how its own workload is."""
        hurt = row.breaks or row.state
        data: dict[str, JsonValue] = {
            "targets": [str(row.target)],
            "users": bool(row.breaks),
            "subject": str(row.chain.subject),
            "breaks": [broken_words(each) for each in row.chain.breaks],
        }
        return await self._say(EntryKind.IMPACT, f"{row.target}: {hurt}", data, row.since)

    async def evidence(self, row: Row) -> str:
        """The signs of a fault, dated with the first of them."""
        text = evidence_line(row.evidence)
        data: dict[str, JsonValue] = {"target": str(row.target), "onset": True}
        error = next((one.value for one in row.evidence if isinstance(one.value, Untrusted)), None)
        if error is not None:
            data["pattern"] = quote(error)
        return await self._say(EntryKind.EVIDENCE, text, data, row.since)

    async def alert(self, target: Ref, alert: AlertSeen, words: str) -> Cited:
        """An alert about what fails, dated with its own beginning."""
        data: dict[str, JsonValue] = {"target": str(target), "alert": plain(alert.name), "state": alert.state}
        return Cited(text=words, entry=await self._say(EntryKind.EVIDENCE, words, data, alert.since))

    async def share(self, target: Ref, text: str) -> str:
        """What the failing pods have and the healthy lack."""
        return await self._say(EntryKind.EVIDENCE, f"{target}: {text}", {"target": str(target)}, None)

    async def change(self, change: Change) -> str:
        data: dict[str, JsonValue] = {
            "target": str(change.target),
            "manager": change.manager,
            "before": change.before,
            "after": change.after,
            "revision_before": change.revision_before,
            "revision_after": change.revision_after,
            "max_unavailable": change.max_unavailable,
        }
        return await self._say(EntryKind.CHANGE, f"{change.target}: {change.text}", data, change.at)

    async def seen(self, change: ChangeSeen) -> str:
        """A change that somebody else made while the incident was open."""
        by = f", field manager {plain(change.manager)}" if change.manager else ""
        data: dict[str, JsonValue] = {"target": str(change.target), "manager": change.manager}
        return await self._say(EntryKind.CHANGE, f"{change.target}: {plain(change.text)}{by}", data, change.at)

    async def finding(self, finding: Finding, summary: str, next_step: str) -> str:
        data: dict[str, JsonValue] = {
            "code": finding.code,
            "cause": finding.cause,
            "severity": finding.severity,
            "target": str(finding.target),
            "root": finding.root,
            "next_step": next_step,
            "follow_up": finding.follow_up,
        }
        return await self._say(EntryKind.FINDING, f"{finding.target}: {summary}", data, None)

    async def severity(self, severity: Severity, reasons: tuple[str, ...]) -> str:
        text = f"Proposed {severity} ({LEVELS[severity].description}): {listed(reasons)}"
        data: dict[str, JsonValue] = {
            "severity": severity.value,
            "proposed": True,
            "told_by": "the assessment",
            "reasons": [*reasons],
        }
        return await self._say(EntryKind.SEVERITY, text, data, None)

    async def _say(self, kind: EntryKind, text: str, data: dict[str, JsonValue], happened: datetime | None) -> str:
        if (kind, text) not in self._said:
            new = NewEntry(kind=kind, text=text, actor=self._by, happened=happened, data=data)
            entry = await self._record.append(self._incident, new)
            self._said[kind, text] = entry.id
        return self._said[kind, text]
