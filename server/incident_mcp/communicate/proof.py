"""No sentence says that something is done, fixed or over unless an entry of the record proves it.

What counts as proof is measured or carried out here: a verdict of `verify_fix` that still stands, an outcome of a
change of ours, a repair that a person recorded. That somebody said so proves nothing.
"""

import re
from collections.abc import Iterator, Sequence

from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.value import Value
from incident_mcp.vocabulary.verdict import Verdict

_OVER = (
    r"recovered|recovers|resolved|solved|restored|healthy|stable|operational|(?:back|return(?:ed|s)?) to normal"
    r"|(?:is|are|was|were|it's|they're) (?:back|over|fine|ok|okay|up)|back (?:up|online)|up again"
    r"|(?:works?|working|running|operating) (?:again|normally|as expected)|as usual"
)
_FIXED = r"fixed|repaired|corrected|remedied|patched|cured|eliminated"
_DONE = (
    r"done|completed?|finished|rolled back|reverted|restarted|scaled|mitigated|deployed|applied"
    r"|switched (?:on|off|over)|disabled|enabled|redirected|(?:has|have) been (?:made|taken)"
)
_NOT_SAID = re.compile(
    r"\b(?:not|never|no|nothing|nobody|yet to|until|till|once|when|if|unless|will|would|to be|being|be|cannot|whether|"
    r"before|hope|hopes|hoping|expect|expects|expected|trying|try|partly)\b|n't\b|n’t\b",
    re.IGNORECASE,
)
_WORDS_BEFORE = 5
"""How many words before a claim can turn it into none (`until it is resolved`)."""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)


class Proof(Value):
    """What the record can prove, by the entry that does; empty: it can't."""

    recovered: str = ""
    fixed: str = ""
    done: str = ""
    found: str = ""
    """A cause."""

    def lacking(self, text: str) -> Iterator[tuple[str, str]]:
        """The sentences that claim more than it proves, each with what is claimed."""
        for sentence in re.split(r"(?<=[.!?])\s+|\n+", text):
            for what, proof, pattern in (
                ("that it is over", self.recovered, _CLAIMS[0]),
                ("that it is repaired", self.fixed or self.recovered, _CLAIMS[1]),
                ("that something was done", self.done or self.fixed, _CLAIMS[2]),
            ):
                if not proof and _claimed(sentence, pattern):
                    yield sentence.strip(), what


_CLAIMS = (_words(_OVER), _words(_FIXED), _words(_DONE))


def _claimed(sentence: str, pattern: re.Pattern[str]) -> bool:
    for found in pattern.finditer(sentence):
        before = " ".join(sentence[: found.start()].split()[-_WORDS_BEFORE:])
        if not _NOT_SAID.search(before):
            return True
    return False


def proof_of(entries: Sequence[Entry]) -> Proof:
    """The newest entry that proves each."""
    found: dict[str, str] = {}
    for entry in entries:
        match entry.kind:
            case EntryKind.VERDICT if entry.data.get("verdict") == Verdict.RECOVERED:
                found["recovered"] = entry.id
            case EntryKind.VERDICT:
                found.pop("recovered", None)
            case EntryKind.STATUS if entry.data.get("status") in ("open", "acknowledged"):
                found.pop("recovered", None)  # somebody says that it is not over
            case EntryKind.OUTCOME if entry.changed:
                found.pop("recovered", None)  # a verdict speaks of what was there before
                if entry.data.get("status") in ("applied", "applied in part"):
                    found["done"] = entry.id
            case EntryKind.FIX:
                found["fixed"] = entry.id
            case EntryKind.FINDING | EntryKind.CAUSE:
                found["found"] = entry.id
            case _:
                pass
    return Proof.model_validate(found)
