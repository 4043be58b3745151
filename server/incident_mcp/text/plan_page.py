"""The whole plan in one box, for a terminal: what `incident-mcp plan ID` and the demo print before anybody answers.

Nothing is shortened here: this is the page that the question's three lines point to.
"""

from collections.abc import Iterator

from incident_mcp.text.cleaning import clean, one_line
from incident_mcp.text.masking import mask
from incident_mcp.text.width import width
from incident_mcp.text.words import duration, minute
from incident_mcp.vocabulary.plan import Draft, Plan

COLUMNS = 71
_LABEL = 10


def plan_page(plan: Plan, most_changes: int | None = None) -> str:
    """The plan as a box of labelled lines, from which cluster it is to how to undo it and what exactly will be sent."""
    head = f"┌ {_line(plan.draft.headline[:1].upper() + plan.draft.headline[1:])}? "
    foot = f"└─ plan {_line(plan.id)}, good until {minute(plan.expires)} "
    rows = [f"│ {label:<{_LABEL}}{text}".rstrip() for label, text in plan_rows(plan, most_changes)]
    return "\n".join((_ruled(head), *rows, _ruled(foot)))


def plan_rows(plan: Plan, most_changes: int | None = None) -> Iterator[tuple[str, str]]:
    """The page line by line: each label (empty where it goes on), and a text that is cleaned and masked."""
    draft = plan.draft
    yield "cluster", _line(f"{plan.cluster.name}, {plan.cluster.server}")
    yield "now", _line(draft.before, keep_blanks=True)
    yield "after", _line(draft.after, keep_blanks=True)
    if draft.why:
        yield "why", _line(draft.why)
    yield "to" if draft.tells else "pods", _line(draft.pods)
    yield from _writes(draft)
    yield from _labelled("warnings", draft.warnings or ("none",))
    yield from _labelled("unchecked", draft.unchecked)
    if draft.risk == "high":
        yield "high risk", _line(f"{draft.high_because or 'policy'}; asks for the name {draft.target.name!r} typed")
    if draft.promise:
        yield "promise", _line(str(draft.promise))
    yield "undo", _line(draft.undo.shown).removeprefix("Undo: ").rstrip(".")
    yield from _labelled("says", draft.texts)
    if not draft.tells:
        yield from _difference(plan, most_changes)
    if draft.kubectl:
        yield "kubectl", _line(draft.kubectl)
    yield "digest", plan.digest


def _writes(draft: Draft) -> Iterator[tuple[str, str]]:
    """Where there are several: each of them, in their order, and how long the later ones may take."""
    if len(draft.writes) < 2:
        return
    texts = [f"{number}. {write.shown}" for number, write in enumerate(draft.writes, 1)]
    if draft.lasts:
        texts.append(f"(the later ones within {duration(draft.lasts)} of the first)")
    yield from _labelled("writes", tuple(texts))


def _difference(plan: Plan, most: int | None) -> Iterator[tuple[str, str]]:
    draft = plan.draft
    rows = [*draft.diff[:most]]
    if len(rows) < len(draft.diff):
        rows.append(f"... {len(draft.diff) - len(rows)} more: incident-mcp plan {plan.id}")
    if not draft.preview_complete:
        rows.append("(not complete: the API server refused the dry run, this was computed here)")
    yield from _labelled("changes", tuple(rows) or ("nothing that the API server's dry run shows",))


def _labelled(label: str, texts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for number, text in enumerate(texts):
        yield "" if number else label, _line(text, keep_blanks=True)


def _line(text: str, *, keep_blanks: bool = False) -> str:
    safe = mask(clean(text, keep_lines=True))
    return clean(safe).strip() if keep_blanks else one_line(safe)


def _ruled(text: str) -> str:
    return text + "─" * max(COLUMNS - width(text), 1)
