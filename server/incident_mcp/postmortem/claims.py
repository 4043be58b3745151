"""Sentences that somebody adds, checked against the record: each must cite an entry of the kind that it claims.

Assistants invent their own past. So a sentence that says *done* needs an outcome, *approved* an answer, *sent* an
update, *recovered* a verdict, a cause a finding; what it names (numbers, objects, error texts) must stand in an entry
that it cites. This can't prove a sentence true. It takes away the freedom to make one up.
"""

import re
from collections.abc import Callable, Iterator, Sequence

import msgspec

from incident_mcp.vocabulary.entry import ENTRY_ID, Entry, EntryKind
from incident_mcp.vocabulary.value import Value
from incident_mcp.vocabulary.verdict import Verdict

_CITATION = re.compile(rf"\s*[\[(]({ENTRY_ID}(?:\s*,\s*{ENTRY_ID})*)[\])]")
_END = re.compile(r"(?<=[.!?])\s+(?![\[(]e\d)|(?<=[\])])\s+(?=[A-Z0-9\"'«])|\n+")
_NAMED = re.compile(r"[\w./:-]*[\d_/][\w./:-]*|\b[A-Z]{3,}\b|\b\w+(?:-\w+)+\b|\b[A-Z]\w*[a-z][A-Z]\w*\b|`[^`]+`")


class Claim(Value):
    """One sentence, without its citation, and the entries that it cites."""

    text: str
    cites: tuple[str, ...] = ()


class Checked(Value):
    """What may stand in the postmortem, and what was left out with the reason."""

    kept: tuple[Claim, ...]
    left_out: tuple[str, ...]


def checked(text: str, entries: Sequence[Entry]) -> Checked:
    """Each sentence of `text` that an entry of this incident can stand behind."""
    kept: list[Claim] = []
    left_out: list[str] = []
    for claim in sentences(text):
        why = unproven(claim, entries)
        if why:
            left_out.append(f"{claim.text} ({why})")
        else:
            kept.append(claim)
    return Checked(kept=tuple(kept), left_out=tuple(left_out))


def sentences(text: str) -> Iterator[Claim]:
    """`It was rolled back [e12].` as its words and `e12`."""
    for part in _END.split(text):
        cites = [name for group in _CITATION.findall(part) for name in re.split(r"\s*,\s*", group)]
        words = _CITATION.sub("", part).strip(" -*")
        if words.strip(".!?"):
            yield Claim(text=words, cites=tuple(dict.fromkeys(cites)))


def unproven(claim: Claim, entries: Sequence[Entry]) -> str:
    """Why this sentence can't stand; empty when it can."""
    if not claim.cites:
        return "it cites no entry"
    known = {entry.id: entry for entry in entries}
    missing = [name for name in claim.cites if name not in known]
    if missing:
        return f"there is no entry {missing[0]}"
    cited = [known[name] for name in claim.cites]
    if said := _said_too_much(claim, cited):
        return said
    if not any(entry.kind in _MEASURED for entry in cited):
        return f"{claim.cites[0]} is a {cited[0].kind}, which measures nothing"
    return _unnamed(claim, cited)


def _said_too_much(claim: Claim, cited: Sequence[Entry]) -> str:
    for what, words, proof in _CLAIMS:
        if words.search(claim.text) and not any(proof(entry, claim.text) for entry in cited):
            return f"it says {what}, and no entry that it cites does"
    return ""


def hollow_notes(entries: Sequence[Entry]) -> dict[str, str]:
    """The assistant's own notes that claim a deed, a yes, a message, a recovery or a cause on nothing: id and why.

    A note may say what it likes about anything else: it is quoted as a note.
    """
    found: dict[str, str] = {}
    for note in entries:
        if note.kind is EntryKind.NOTE and note.actor.role == "assistant" and "cites" not in note.data:
            for claim in sentences(note.text):
                why = _said_too_much(claim, [entry for entry in entries if entry.id in claim.cites])
                if why:
                    found.setdefault(note.id, f"{claim.text} ({why})")
    return found


def _unnamed(claim: Claim, cited: Sequence[Entry]) -> str:
    held = " ".join(
        f"{entry.text} {msgspec.json.encode(entry.data).decode()} {entry.happened:%H:%M:%S}" for entry in cited
    )
    for name in _NAMED.findall(claim.text):
        plain = name.strip("`.,:;/-")
        if plain and plain not in held:
            return f"no entry that it cites holds {plain}"
    return ""


_MEASURED = frozenset(EntryKind) - {EntryKind.NOTE, EntryKind.PLAN, EntryKind.QUESTION, EntryKind.POSTMORTEM}
_NOT = re.compile(r"\b(?:not|never|no|nothing|nobody|without|un\w+ed)\b|n't\b", re.IGNORECASE)


def _done(entry: Entry, text: str) -> bool:
    """A deed of its own name must be named by the entry too; `changed` and its like may stand for any."""
    if entry.kind not in (EntryKind.OUTCOME, EntryKind.FIX, EntryKind.CHANGE):
        return False
    if entry.kind is EntryKind.OUTCOME and not _NOT.search(text) and entry.data.get("status") != "applied":
        return False
    return all(deed.lower()[:_STEM] in entry.text.lower() for deed in _OWN_DEED.findall(text))


def _answered(entry: Entry, text: str) -> bool:
    if entry.kind is EntryKind.CAUSE:
        return "confirm" in text.lower()
    if entry.kind is not EntryKind.ANSWER:
        return False
    said_yes = entry.data.get("accepted") is True
    return said_yes is not bool(_NOT.search(text) or re.search(r"\b(?:declined|refused|rejected)\b", text, re.I))


def _sent(entry: Entry, text: str) -> bool:
    return entry.kind is EntryKind.UPDATE


def _recovered(entry: Entry, text: str) -> bool:
    if entry.kind is not EntryKind.VERDICT:
        return False
    return (entry.data.get("verdict") == Verdict.RECOVERED) is not bool(_NOT.search(text))


def _caused(entry: Entry, text: str) -> bool:
    return entry.kind in (EntryKind.FINDING, EntryKind.CAUSE)


def _verbs(*stems: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(stems)})\b", re.IGNORECASE)


_STEM = 4
"""Letters that tell one deed from another in any of its forms: `roll`, `scal`, `rest`."""
_OWN_DEED = _verbs(
    *("rolled back", "scaled", "restarted", "reverted", "deleted", "drained", "cordoned", "patched", "switched"),
    *("disabled", "enabled", "added", "removed", "increased", "evicted", "installed", "merged", "suspended", "paused"),
)
_ANY_DEED = _verbs(
    *("applied", "changed", "fixed", "repaired", "mitigated", "undone", "deployed", "shipped", "released", "updated"),
    *("upgraded", "replaced", "carried out"),
)
_YES_OR_NO = _verbs("approved", "approval", "declined", "refused", "rejected", "authori[sz]ed", "agreed", "confirmed")
_SENT = _verbs(
    *("sent", "posted", "notified", "paged", "informed", "announced", "emailed", "mailed", "escalated", "told"),
)
_WELL = _verbs(
    *(r"recover(?:s|ed|y|ing)?", "resolved", "healthy", "back to normal", "stable", "works? again", "working again"),
    *("restored", "up again", "is over", "fine again", "succeeded", "successful(?:ly)?"),
)
_WHY = _verbs(r"caus(?:e|ed|es|ing)", "because", "due to", "led to", "reason", "root cause")
_CLAIMS: tuple[tuple[str, re.Pattern[str], Callable[[Entry, str], bool]], ...] = (
    ("that something was done", re.compile(f"{_OWN_DEED.pattern}|{_ANY_DEED.pattern}", re.IGNORECASE), _done),
    ("that somebody approved or declined", _YES_OR_NO, _answered),
    ("that something was sent", _SENT, _sent),
    ("that it recovered", _WELL, _recovered),
    ("what caused it", _WHY, _caused),
)
