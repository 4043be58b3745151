"""What the record tells of causes, as boxes of a graph: what changed, the cause, its sign, what breaks, and whether it
recovered. A root finding is one chain; what belongs to it names the same object, or the workload that tells its state.
"""

from collections.abc import Callable, Iterator, Sequence

from incident_mcp.text.drawn_chain import Link
from incident_mcp.text.fencing import plain
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.verdict import Verdict

SHOWN = 4
"""Causes, the newest."""
CHANGED, CAUSE, SIGN, BREAKS, END = 0, 1, 2, 3, 99
"""Rows of the graph; what breaks takes as many as it needs."""


def chains(entries: Sequence[Entry]) -> list[list[Link]]:
    """One list of boxes a root cause, in the order in which they were found."""
    roots = [entry for entry in entries if entry.kind is EntryKind.FINDING and entry.data.get("root")]
    return [[*_links(root, entries)] for root in roots[-SHOWN:]]


def _links(root: Entry, entries: Sequence[Entry]) -> Iterator[Link]:
    target = str(root.data.get("target"))
    hurt = _last(entries, EntryKind.IMPACT, lambda entry: target in _texts(entry, "targets"))
    about = {target, str(hurt.data.get("subject", target)) if hurt else target}
    changed = _last(entries, EntryKind.CHANGE, lambda entry: entry.data.get("target") in about)
    sign = _last(
        entries, EntryKind.EVIDENCE, lambda entry: entry.data.get("target") == target and bool(entry.data.get("onset"))
    )
    if changed:
        yield _link("changed", CHANGED, f"Changed {clock(changed.happened)}", changed)
    yield _link("cause", CAUSE, f"Cause {root.data.get('code', '')}".strip(), root)
    if sign:
        yield _link("sign", SIGN, f"Seen first {clock(sign.happened)}", sign)
    if hurt:
        broken = _texts(hurt, "breaks") or [hurt.text.removeprefix(f"{target}: ")]
        for row, text in enumerate(broken, BREAKS):
            head = "Breaks" if hurt.data.get("users") else "State"
            yield Link(kind="breaks", row=row, head=head, text=plain(text), name=hurt.id)
    verdict = _last(entries, EntryKind.VERDICT, lambda entry: entry.data.get("target") in about)
    if verdict:
        well = verdict.data.get("verdict") == Verdict.RECOVERED
        yield _link("well" if well else "breaks", END, f"Verdict {clock(verdict.happened)}", verdict)


def _last(entries: Sequence[Entry], kind: EntryKind, fits: Callable[[Entry], bool]) -> Entry | None:
    return next((entry for entry in reversed(entries) if entry.kind is kind and fits(entry)), None)


def _link(kind: str, row: int, head: str, entry: Entry) -> Link:
    return Link(kind=kind, row=row, head=head, text=plain(entry.text), name=entry.id)


def _texts(entry: Entry, key: str) -> list[str]:
    told = entry.data.get(key)
    return [str(one) for one in told] if isinstance(told, list) else []
