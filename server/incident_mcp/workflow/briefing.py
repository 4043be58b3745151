"""A brief for a specialist, from the record: what is known, ruled out and open, each with its entry, and what answer is
wanted. For those who read code, also where the application fails, and what differs from the image that worked.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from incident_mcp.cluster.kinds import workload_ref
from incident_mcp.cluster.rollout_history import read_workload
from incident_mcp.reach.repository import commits_between
from incident_mcp.record.incident import fold
from incident_mcp.text import templates
from incident_mcp.text.budget import first, fitting
from incident_mcp.text.cleaning import one_line
from incident_mcp.text.fencing import plain, quote
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.errors import BadRequest, IncidentError
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.specialist import Specialist
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.looks import recorded
from incident_mcp.workflow.standing import the_incident

READ_CODE: tuple[Specialist, ...] = ("python-pro", "typescript-pro")
KNOWN = (
    EntryKind.FINDING, EntryKind.IMPACT, EntryKind.EVIDENCE, EntryKind.CHANGE, EntryKind.REPORT, EntryKind.CAUSE,
    EntryKind.FIX, EntryKind.OUTCOME, EntryKind.VERDICT,
)  # fmt: skip
BUDGET = 700
"""Tokens for what is known."""
LINE = 300
MOST = 8
"""Lines of what is ruled out, and of what is open."""


class CodeLines(Value):
    """What somebody who reads code needs: `at` is the first frame of the application in its newest trace."""

    at: str = ""
    error: str = ""
    entry: str | None = None
    """The look at the logs."""
    before: str = ""
    """The images that worked last, and those that fail."""
    after: str = ""
    commits: tuple[str, ...] = ()


class BriefReply(Reply):
    """The brief, to be given word for word."""

    specialist: str
    question: str
    known: tuple[str, ...] = ()
    more: str = ""
    ruled_out: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    code: CodeLines | None = None
    answer: str = ""
    """The form in which the answer is wanted, and where it goes."""


async def hand_off(desk: Desk, by: Actor, *, specialist: Specialist, question: str, incident: str | None) -> BriefReply:
    """Make the brief, and record that it was made. Raises `BadRequest` without a question, or without an incident."""
    from incident_mcp.postmortem.facts import facts  # not needed to list the tools

    if not question.strip():
        raise BadRequest("A brief needs a question. Nothing was recorded.", "Ask for one thing that would decide.")
    found = await the_incident(desk, incident)
    entries = await desk.record.entries(found.id)
    known = fitting([line(entry) for entry in reversed(_known(entries))], BUDGET)
    missed: list[str] = []
    code = await _code(desk, by, found.id, entries, missed) if specialist in READ_CODE else None
    reply = BriefReply(
        cluster=desk.cluster,
        summary=(
            f"{desk.cluster}: {fold(entries).title}: {specialist} is asked: {plain(question, LINE)}",
            f"Give this to the agent {specialist}, word for word; read its answer to the person.",
        ),
        specialist=specialist,
        question=plain(question, LINE),
        known=known.items[::-1],
        more=f"{known.note} of what is known; get_incident has the rest." if known.note else "",
        ruled_out=first(list(_ruled_out(entries)), MOST).items,
        open=first([plain(one.cited, LINE) for one in facts(entries).questions], MOST).items,
        code=code,
        answer=templates.prompt("answer.md.j2").strip(),
        not_checked=tuple(missed),
    )
    return await recorded(desk, found.id, "hand_off", {"specialist": specialist, "question": question}, reply, by)


def line(entry: Entry) -> str:
    """`e5 finding: Deployment shop/checkout: ...`."""
    return f"{entry.id} {entry.kind}: {one_line(entry.text, LINE)}"


def _known(entries: Sequence[Entry]) -> list[Entry]:
    """Without what was only saved before a change, and without what a later entry corrects."""
    corrected = {entry.corrects for entry in entries}
    return [
        entry
        for entry in entries
        if entry.kind in KNOWN and entry.id not in corrected and not (entry.kind is EntryKind.EVIDENCE and entry.plan)
    ]


def _ruled_out(entries: Sequence[Entry]) -> Iterator[str]:
    """By the newest look that says so of each issue; and changes that were made and did not end it."""
    said: dict[str, str] = {}
    for entry in entries:
        told = entry.data.get("ruled_out")
        said |= {str(one).partition(":")[0]: f"{entry.id} {one}" for one in (told if isinstance(told, list) else ())}
    yield from said.values()
    changed = False
    for entry in entries:
        changed = changed or (entry.kind is EntryKind.OUTCOME and entry.data.get("status") == "applied")
        if changed and entry.kind is EntryKind.VERDICT and entry.data.get("verdict") == "not recovered":
            yield f"{entry.id} not ended by what was changed before: {one_line(entry.text, LINE)}"


async def _code(desk: Desk, by: Actor, incident: str, entries: Sequence[Entry], missed: list[str]) -> CodeLines | None:
    target = _failing(entries)
    if target is None:
        missed.append("code: the record holds no workload that fails")
        return None
    told = CodeLines()
    try:
        told = await _trace(desk, by, incident, target)
        told = told.model_copy(update=await _images(desk, target, entries))
    except IncidentError as error:
        missed.append(f"code: {plain(error.happened, LINE)}")
    return told


def _failing(entries: Sequence[Entry]) -> Ref | None:
    """The workload of the newest cause."""
    for entry in reversed(entries):
        kind, _, path = str(entry.data.get("target", "")).partition(" ")
        namespace, _, name = path.partition("/")
        if entry.kind is EntryKind.FINDING and kind in ("Deployment", "StatefulSet", "DaemonSet") and name:
            return workload_ref(kind, namespace, name)
    return None


async def _trace(desk: Desk, by: Actor, incident: str, target: Ref) -> CodeLines:
    from incident_mcp.workflow.log_patterns import analyze_logs  # needs numpy, which only logs do
    from incident_mcp.workflow.log_scope import LogsAsked

    asked = LogsAsked(target.namespace, target.kind, target.name, level="error")
    read = await analyze_logs(desk, by, asked, incident=incident)
    worst = next((one for one in read.patterns if one.at), None) or next(iter(read.patterns), None)
    if worst is None:
        return CodeLines(entry=read.entry)
    return CodeLines(at=worst.at, error=worst.example or worst.pattern, entry=read.entry)


async def _images(desk: Desk, target: Ref, entries: Sequence[Entry]) -> dict[str, object]:
    """Of the rollout that the record names, else of the newest one."""
    workload, _ = await read_workload(desk.api, target)
    change = next(
        (
            each
            for each in reversed(entries)
            if each.data.get("target") == str(target) and "revision_after" in each.data
        ),
        None,
    )
    wanted = change.data["revision_after"] if change else None
    new = next((one for one in workload.revisions if one.number == wanted), None)
    new = new or next((one for one in workload.revisions if one.current), None)
    old = next((one for one in workload.revisions if new and one.number < new.number), None)
    if new is None or old is None:
        return {}
    commits = await commits_between(old.template, new.template, Path.cwd())
    return {
        "before": ", ".join(old.images),
        "after": ", ".join(new.images),
        "commits": tuple(quote(one, LINE) for one in commits or ()),
    }
