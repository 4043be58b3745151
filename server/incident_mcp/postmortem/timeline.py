"""The timeline: the milestones under the template's labels, and every other entry that a reader would miss.

Left out are looks, plans that were only shown, and what another line already cites. Notes from before the end of the
incident stand here; later ones are lessons.
"""

from collections.abc import Iterator, Sequence

from incident_mcp.postmortem.changes import PlanTold, door
from incident_mcp.postmortem.markdown import safe
from incident_mcp.postmortem.milestones import Milestones, has_own_time, is_told_onset
from incident_mcp.postmortem.statement import Line, line, quoted, said, who, words
from incident_mcp.vocabulary.entry import Entry, EntryKind, entry_order


def timeline(entries: Sequence[Entry], plans: Sequence[PlanTold], marks: Milestones) -> tuple[Line, ...]:
    """In the order of time; milestones that the record does not hold stand at the end, in the template's order."""
    known = [
        *_changes(entries),
        *_beginning(marks),
        *_causes(marks),
        *_plans(plans, marks),
        *_ending(marks),
        *_told(entries, marks),
        fix(marks),
    ]
    dated = sorted((one for one in known if one.at is not None), key=lambda one: (one.at, _order(one)))
    return (*dated, *(one for one in known if one.at is None))


def _order(one: Line) -> tuple[str, int, str]:
    return entry_order(one.entries[0]) if one.entries else ("", 0, "")


def _changes(entries: Sequence[Entry]) -> Iterator[Line]:
    for entry in entries:
        if entry.kind is EntryKind.CHANGE:
            yield line(entry.happened, f"Change: {words(entry)}", entry)


def _beginning(marks: Milestones) -> Iterator[Line]:
    onset, opened = marks.onset, marks.opened
    if onset is None:
        yield line(None, "Onset: open; the record holds no sign of when it began")
    elif onset.kind is EntryKind.REPORT:
        yield line(onset.happened, f"Onset: as told by {who(onset.actor)}, not measured: {quoted(onset.text)}", onset)
    else:
        yield line(onset.happened, f"Onset: {words(onset)}", onset)
    yield line(opened.happened, f"Incident detected: {_opener(opened)}, {quoted(str(opened.data['title']))}", opened)


def _opener(opened: Entry) -> str:
    """Who opened it, and how the record knows the name."""
    known_by = safe(str(opened.data.get("known_by") or opened.actor.known_by))
    person = f"{safe(str(opened.data.get('commander') or opened.actor.name))} ({known_by})"
    return f"opened by {person}" if opened.actor.role == "person" else f"opened by {who(opened.actor)} with {person}"


def _causes(marks: Milestones) -> Iterator[Line]:
    if not marks.causes and not marks.told_causes:
        yield line(None, "Root cause identified: open; the record holds no cause")
    for number, cause in enumerate(marks.causes):
        label = "Another cause proposed: " if number else "Root cause identified: proposed, "
        told = marks.confirmation(cause)
        confirmed = f"confirmed by {said(told)}" if told else "confirmed by nobody yet"
        yield line(cause.happened, f"{label}{words(cause)}; {confirmed}", cause, told)
    for told in marks.told_causes:
        if "confirms" not in told.data:
            yield line(told.happened, f"Root cause, as told by {said(told)}", told)


def _plans(plans: Sequence[PlanTold], marks: Milestones) -> Iterator[Line]:
    for plan in plans:
        yield from _answers(plan)
        yield from _carried_out(plan, marks)
    if not marks.applied:
        yield line(None, "Mitigation applied: open; no change was carried out")


def _carried_out(plan: PlanTold, marks: Milestones) -> Iterator[Line]:
    last = plan.outcome or plan.intent
    if last is None:
        return
    match plan.status:
        case "applied":
            label = "Undo applied" if marks.is_undo(plan) else "Mitigation applied"
            taken_back = "; undone later" if marks.is_undone(plan) else ""
            text = f"{label}: {plan.headline}, plan {plan.id}, {plan.approved}{taken_back}"
            yield line(last.happened, text, *plan.entries)
        case "applied in part":
            text = f"Mitigation applied in part: plan {plan.id}, {plan.approved}: {words(last)}"
            yield line(last.happened, text, *plan.entries)
        case "sent" | "sent in part":
            yield line(last.happened, f"Told the others: plan {plan.id}, {plan.approved}: {words(last)}", *plan.entries)
        case "aborted":
            yield line(
                last.happened, f"Mitigation aborted: plan {plan.id}, {plan.approved}: {words(last)}", *plan.entries
            )
        case "unknown":
            reason = words(plan.outcome) if plan.outcome else "the record ends before its outcome"
            yield line(last.happened, f"Outcome unknown: {plan.headline}, plan {plan.id}: {reason}", *plan.entries)
        case _:
            though = f", though {plan.approved}" if plan.approval else ""
            why = words(last).removeprefix("Not applied. ").removeprefix(f"Plan {plan.id} ended unused: ")
            text = f"Not carried out{though}: {plan.headline}, plan {plan.id}: {why}"
            yield line(last.happened, text, *(plan.entries if though else (last,)))


def _answers(plan: PlanTold) -> Iterator[Line]:
    """Answers that were no yes; the yes stands with what came of it."""
    for answer in plan.answers:
        if answer.data.get("accepted") is not True:
            why = f"; {safe(str(answer.data['why']))}" if answer.data.get("why") else ""
            said = safe(str(answer.data.get("said", "answered"))).capitalize()
            text = f"{said} {door(answer)}: {plan.headline}, plan {plan.id}{why}; nothing was changed by it"
            yield line(answer.happened, text, plan.question, answer)
        elif not plan.status:
            yield line(answer.happened, f"Approved {door(answer)}, not carried out: {plan.headline}", answer)


def _ending(marks: Milestones) -> Iterator[Line]:
    over = marks.resolution
    if over is None:
        yield line(None, "Incident resolved: open; the record holds no verdict that it recovered")
    elif over.kind is EntryKind.STATUS:
        text = f"Incident resolved: as told by {who(over.actor)}, no verdict stands behind it: {words(over)}"
        yield line(over.happened, text, over)
    else:
        yield line(over.happened, f"Incident resolved: {words(over)}", over)


def fix(marks: Milestones) -> Line:
    """That a fix was deployed is somebody's word; the record alone can only say that a mitigation is none."""
    if marks.fix is not None:
        return line(marks.fix.happened, f"Fix deployed: as told by {said(marks.fix)}", marks.fix)
    plan = marks.mitigation
    if plan is None:
        return line(None, "Fix deployed: open; the record shows none")
    action = str(plan.plan.data.get("action")) if plan.plan else ""
    if action == "rollback_workload" and plan.fact("before"):
        return line(None, f"Fix deployed: open; {plan.fact('before')} is rolled back, not repaired", plan.plan)
    return line(None, f"Fix deployed: open; {plan.headline} mitigates, it repairs nothing", plan.plan)


def _told(entries: Sequence[Entry], marks: Milestones) -> Iterator[Line]:
    """What people decided, reported, set and refused, and verdicts other than the last word."""
    cited = {mark.id for mark in (marks.onset, marks.resolution) if mark}
    for entry in entries:
        if entry.id in cited or (entry.kind is EntryKind.NOTE and is_lesson(entry, marks)):
            continue
        text = _told_words(entry)
        if text:
            yield line(entry.happened, text, entry)


def is_lesson(note: Entry, marks: Milestones) -> bool:
    """A note from after the end looks back, and so does one that was added to the postmortem."""
    late = marks.resolution is not None and note.written > marks.resolution.written
    return late or "cites" in note.data


def _told_words(entry: Entry) -> str:
    match entry.kind:
        case EntryKind.NOTE:
            return f"Note by {who(entry.actor)}: {quoted(entry.text)}"
        case EntryKind.DECISION:
            why = f", because {quoted(str(entry.data['why']))}" if entry.data.get("why") else ""
            return f"Decision, as told by {who(entry.actor)}: {quoted(entry.text)}{why}"
        case EntryKind.REPORT:
            when = "" if not is_told_onset(entry) or has_own_time(entry) else " (no time given)"
            about = safe(str(entry.data.get("about", "")))
            return f"Reported {about}{when}, as told by {who(entry.actor)}: {quoted(entry.text)}"
        case EntryKind.SEVERITY if not entry.data.get("proposed"):
            return words(entry)
        case EntryKind.STATUS | EntryKind.ROLE:
            return f"{words(entry)}, as told by {who(entry.actor)}" if "told by" not in entry.text else words(entry)
        case EntryKind.UPDATE:
            return words(entry) if "marker" in entry.data else f"Status update went out, as told by {said(entry)}"
        case EntryKind.HAND_OVER:
            return words(entry)
        case EntryKind.REFUSAL:
            return f"Refused: {words(entry)}"
        case EntryKind.VERDICT:
            return f"Checked: {words(entry)}"
        case _:
            return ""
