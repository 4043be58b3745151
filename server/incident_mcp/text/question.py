"""The question that a person answers: three lines of at most 76 columns and a box title under 40, which is what the
client draws of it.

First line: the cluster, then the change. Second: what it costs (pods, warnings, whether it can be undone). Third: what
the answer means and where the whole plan is. Long names are shortened in the middle with `…`; never lost are the
cluster, the target's kind and the plan's id.
"""

from datetime import datetime

from incident_mcp.text.cleaning import clean, one_line
from incident_mcp.text.masking import mask
from incident_mcp.text.width import cut, shorten, width
from incident_mcp.text.words import count, minute
from incident_mcp.vocabulary.plan import Draft, Question

COLUMNS = 76
BOX = 39
_CLUSTER_AT_LEAST = 16
_TARGET_AT_LEAST = 20
_KIND_AT_LEAST = 24


def question(
    cluster_name: str, draft: Draft, plan_id: str, expires: datetime, mode: str = "Advisory", note: str = ""
) -> Question:
    """Draw the question for a plan. `note` leads the second line: `You declined this 40 s ago.`"""
    high = draft.risk == "high"
    return Question(
        lines=(
            _what(_line(cluster_name), draft),
            _cost(draft, _line(note)),
            _terms(_line(mode), _line(plan_id), expires),
        ),
        box=_typed_box(draft.target.name) if high else shorten(_line(draft.title), BOX),
        typed=draft.target.name if high else None,
    )


def _line(text: str) -> str:
    return one_line(mask(clean(text, keep_lines=True)))


def _what(cluster: str, draft: Draft) -> str:
    """`cluster: headline`. Room is taken from the target's name first, then the cluster's, then the rest."""
    before, target, after = _around_target(draft)
    kind, space, path = target.partition(" ")
    too_wide = width(cluster) + 2 + width(before) + width(kind + space + path + after) - COLUMNS
    path, too_wide = _squeezed(path, too_wide, _TARGET_AT_LEAST)
    cluster, too_wide = _squeezed(cluster, too_wide, _CLUSTER_AT_LEAST)
    after, too_wide = _squeezed(after, too_wide, 0)
    before, too_wide = _squeezed(before, too_wide, 10)
    kind, too_wide = _squeezed(kind, too_wide, _KIND_AT_LEAST)
    path, too_wide = _squeezed(path, too_wide, 8)
    cluster, _ = _squeezed(cluster, too_wide, 8)
    return f"{cluster}: {before}{kind}{space}{path}{after}"


def _around_target(draft: Draft) -> tuple[str, str, str]:
    """The headline before, at and after its target; a headline that does not name its target gets it in front."""
    headline, target = _line(draft.headline), _line(str(draft.target))
    before, found, after = headline.partition(target)
    return (before, target, after) if found else ("", target, f": {headline}")


def _squeezed(text: str, too_wide: int, at_least: int) -> tuple[str, int]:
    """The text without up to `too_wide` columns, but not under `at_least`; and what is still too wide."""
    if too_wide <= 0 or width(text) <= at_least:
        return text, too_wide
    shorter = shorten(text, max(width(text) - too_wide, at_least))
    return shorter, too_wide - (width(text) - width(shorter))


def _cost(draft: Draft, note: str) -> str:
    """Note, pods, warnings, undo. The first warning is told when it fits; else their count."""
    note = shorten(note, 40)
    risk = "High risk." if draft.risk == "high" else ""
    pods = _sentence(_line(draft.pods))
    undo = "Undo recorded first." if draft.undo.action else "No undo."
    counted = f"{count(len(draft.warnings), 'warning')}." if draft.warnings else "No warnings."
    for warnings in (*_told(draft, counted), counted):
        line = _joined(note, risk, pods, warnings, undo)
        if width(line) <= COLUMNS:
            return line
    others = width(_joined(note, risk, counted, undo))
    return _joined(note, risk, cut(pods, COLUMNS - others - 1), counted, undo)


def _told(draft: Draft, counted: str) -> tuple[str, ...]:
    if not draft.warnings:
        return ()
    return (_sentence(f"{counted[:-1]}: {_line(draft.warnings[0])}"),)


def _terms(mode: str, plan_id: str, expires: datetime) -> str:
    line = f"{mode}. Plan {plan_id}, until {minute(expires)}."
    full = f"{line} Full: incident-mcp plan {plan_id}"
    if width(full) <= COLUMNS:
        return full
    return line if width(line) <= COLUMNS else f"Plan {shorten(plan_id, COLUMNS - 23)}, until {minute(expires)}."


def _typed_box(name: str) -> str:
    box = f"Type {name} to approve"
    return box if width(box) <= BOX and box == one_line(box) else "Type the target's full name to approve"


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
