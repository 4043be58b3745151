"""One line of an incident's record. Entries are never changed; a correction is a new entry that names the old one."""

from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue

from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.value import Value

ENTRY_ID = r"[eu]\d+(?:-[0-9a-f]{4})?"
"""What an entry is called, as a pattern: see `Entry`."""


def entry_order(name: str) -> tuple[str, int, str]:
    """What to sort ids by: `e2`, `e12`, `e12-9f3a`."""
    number, _, writer = name[1:].partition("-")
    return name[:1], int(number), writer


class EntryKind(StrEnum):
    """What an entry is about, with the keys of its `data` (those marked ? may be absent)."""

    OPENED = "opened"
    """title, cluster (a `Cluster`), commander (the person at the keyboard), known_by (how we know the name)"""
    LOOK = "look"
    """A reading tool's call: arguments, digest (SHA-256 of the answer), not_checked, ruled_out? (issues, each with what
    rules it out), counts? (by workload: ready, desired, at)"""
    IMPACT = "impact"
    """What is hurt: targets (list of refs as text), users (true when a route from outside is hurt), subject? (the
    workload whose state tells it), breaks? (what hangs on it, in order, in words)"""
    EVIDENCE = "evidence"
    """A measured sign of the fault, `happened` when it was first seen: target, pattern?, onset?,
    alert? and state? (what an alert is called, and whether it is held back)"""
    CHANGE = "change"
    """Something that changed: target, manager, before, after, revision_before?, revision_after?, max_unavailable?"""
    FINDING = "finding"
    """A `Finding`: code, cause, severity, target, root, next_step, follow_up? (a proposed action item)"""
    SEVERITY = "severity"
    """severity, proposed (true: computed, not set), told_by, reasons"""
    STATUS = "status"
    """status, reason"""
    ROLE = "role"
    """role, name"""
    NOTE = "note"
    """what somebody said; nothing measured"""
    DECISION = "decision"
    """why, reopens? (the declined plan whose change may be asked for again)"""
    REPORT = "report"
    """What people report: about (`impact` or `onset`)"""
    CAUSE = "cause"
    """A root cause as a person says it: confirms? (the id of the finding that it confirms)"""
    FIX = "fix"
    """A repair that a person says was deployed, as opposed to a mitigation of ours"""
    UPDATE = "update"
    """A status update that went out to others; of those that we sent: channel, id (the service's own), status, text,
    digest (of the text), marker, url?"""
    HAND_OVER = "hand-over"
    """The next shift took over: receiver, giver"""
    PLAN = "plan"
    """digest, action, arguments, target, headline, before, after, warnings, unchecked?, promise, undo, expires,
    approvers?, evidence? (entries since it was declined), texts? (what messages say)"""
    QUESTION = "question"
    """text, box, typed?, deadline? (when the client gives up on it)"""
    ANSWER = "answer"
    """said, door, seconds (from question to answer), accepted (true or false), counts (false: neither yes nor no),
    seen (false: no person can have seen the question), why? (when it could not count), chosen? (of several messages,
    the numbers of those that were ticked)"""
    INTENT = "intent"
    """Written before the first write is sent: digest, writes, undo, promise_kept? (whether it was true already)"""
    STEP = "step"
    """One write of a plan of several, before it is sent and after: number (from 1), state (`sending`, or a `Landed`),
    what (in words)"""
    OUTCOME = "outcome"
    """status (`applied`, `applied in part`, `aborted`, `not applied`, `unknown`; of messages `sent`, `sent in part`,
    `not sent`, `unknown`), target, headline, sent?, output? (lines of a command's output), reconciled? (true: told from
    the cluster, after a crash or a lost answer), tells? (true: of messages)"""
    DEBT = "debt"
    """What a change left behind: state (`owed`, `taken` or `settled`); owed: what, due, number (of the plan's write);
    else of (the entry that says it is owed), and taken: owner"""
    REFUSAL = "refusal"
    """A change that was asked for and not made: why"""
    VERDICT = "verdict"
    """verdict, checks (list of what, verdict, seen), target, promise? (a `Kept`), of_plan? (whose promise),
    counts? (as of a look)"""
    POSTMORTEM = "postmortem"
    """path, head (the hash of the journal's last entry)"""


class NewEntry(Value):
    """An entry before the journal gave it a number, the time of writing and its place in the chain."""

    kind: EntryKind
    text: str
    """One masked sentence or two: what a person reads in the timeline."""
    actor: Actor
    happened: datetime | None = None
    """When it happened; None: now, as it is written."""
    tool: str | None = None
    plan: str | None = None
    corrects: str | None = None
    data: dict[str, JsonValue] = {}


class Entry(Value):
    """An entry as the journal holds it. `id` is `e12` within its incident, `u3` while it has none; `e13-9f3a` is of
    another journal than the one that opened the incident.
    """

    id: str
    incident: str | None
    cluster: str
    """The API server's URL: entries of two clusters never mix."""
    kind: EntryKind
    text: str
    actor: Actor
    happened: datetime
    written: datetime
    tool: str | None = None
    plan: str | None = None
    corrects: str | None = None
    data: dict[str, JsonValue] = {}
    writer: str = ""
    """The journal that wrote it; what was written before journals had names is told by where it stands."""
    previous: str
    """The hash of the writer's entry before this one; empty for its first."""
    hash: str

    @property
    def changed(self) -> bool:
        """Whether it is the outcome of a change that may have touched the cluster; messages do not."""
        if self.kind is not EntryKind.OUTCOME or self.data.get("tells"):
            return False
        return self.data.get("status") != "not applied"
