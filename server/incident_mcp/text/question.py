"""The question that a person answers: three lines of at most 76 columns and a box title under 40, which is what the
client draws of it.

First line: the cluster, then the change. Second: what it costs (pods, warnings, whether it can be undone). Third: what
the answer means and where the whole plan is. Long names are shortened in the middle with `…`; never lost are the
cluster, the target's kind and the plan's id.
"""

from collections.abc import Iterable
from datetime import datetime

from incident_mcp.text.cleaning import clean, one_line
from incident_mcp.text.masking import mask
from incident_mcp.text.width import cut, ending, shorten, width
from incident_mcp.text.words import count, minute
from incident_mcp.vocabulary.plan import Draft, Question
from incident_mcp.vocabulary.refs import Ref

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
        boxes=_boxes(draft) if not high else (),
        typed=draft.target.name if high else None,
    )


def whole(cluster_name: str, before: str, target: Ref) -> bool:
    """Whether the first line shows all of `before` (what stands before the target), whatever else it shortens."""
    kind, _, path = str(target).partition(" ")
    others = min(width(cluster_name), _CLUSTER_AT_LEAST) + 2 + width(kind) + 1 + min(width(path), _TARGET_AT_LEAST)
    return width(_line(before)) + 1 + others <= COLUMNS


def _line(text: str) -> str:
    return one_line(mask(clean(text, keep_lines=True)))


def _what(cluster: str, draft: Draft) -> str:
    """`cluster: headline`. Room is taken from the target's name first, then the cluster's, then the rest."""
    before, target, after = _around_target(draft)
    kind, space, path = target.partition(" ")
    too_wide = width(cluster) + 2 + width(before) + width(kind + space + path + after) - COLUMNS
    path, too_wide = _squeezed(path, too_wide, _TARGET_AT_LEAST)
    cluster, too_wide = _squeezed(cluster, too_wide, _CLUSTER_AT_LEAST)
    if too_wide > 0:  # what matters most of the rest is its end: the revision, the count after
        shorter = " " + ending(after, max(width(after) - too_wide - 1, 0))
        after, too_wide = shorter, too_wide - width(after) + width(shorter)
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
    """Note, risk, pods, warnings, undo: as much of each as fits, and always that there is a risk or a warning."""
    pods = _sentence(_line(draft.pods))
    short = _sentence(pods.partition(",")[0])
    undo = "Undo recorded first." if draft.undo.action else "No undo." if not draft.tells else "Can't be unsent."
    risk, because = ("High risk.", f"High risk: {_line(draft.high_because)}.") if draft.risk == "high" else ("", "")
    counted, told = _warnings(draft)
    at_need = counted if draft.warnings else "", "" if draft.undo.action else undo
    lines = (
        (note, because, pods, told, undo),
        (note, because, pods, counted, undo),
        (note, because, short, counted, undo),
        (note, because, short, counted, at_need[1]),
        (note, because, short, *at_need),
        (note, risk, pods, counted, undo),
        (note, risk, short, *at_need),
    )
    return next((line for line in map(_joined, lines) if width(line) <= COLUMNS), _cramped(draft, note, risk, short))


def _cramped(draft: Draft, note: str, risk: str, pods: str) -> str:
    """Last resort: what must be known stands in full, the note and the pods are cut to the rest."""
    must = _joined((risk, _warnings(draft)[0] if draft.warnings else "", "" if draft.undo.action else "No undo."))
    room = COLUMNS - width(must) - 2
    pods = cut(pods, room if not note else max(room - width(note), room // 3))
    return _joined((cut(note, room - width(pods)), pods, must))


def _warnings(draft: Draft) -> tuple[str, str]:
    """How many there are; and the same with the first one told."""
    if not draft.warnings:
        return "No warnings.", "No warnings."
    counted = count(len(draft.warnings), "warning")
    return f"{counted}.", _sentence(f"{counted}: {_line(draft.warnings[0])}")


def _terms(mode: str, plan_id: str, expires: datetime) -> str:
    line = f"{mode}. Plan {plan_id}, until {minute(expires)}."
    full = f"{line} Full: incident-mcp plan {plan_id}"
    if width(full) <= COLUMNS:
        return full
    return line if width(line) <= COLUMNS else f"Plan {shorten(plan_id, COLUMNS - 23)}, until {minute(expires)}."


def _boxes(draft: Draft) -> tuple[str, ...]:
    """One for each message, where there are several."""
    several = [shorten(_line(write.box), BOX) for write in draft.writes if write.box]
    return tuple(several) if len(several) > 1 else ()


def _typed_box(name: str) -> str:
    box = f"Type {name} to approve"
    return box if width(box) <= BOX and box == one_line(box) else "Type the target's full name to approve"


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


def _joined(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)
