"""Which kind each collapsed line is of. The number of kinds is capped, whatever the lines hold.

Ids without a digit (`kqjwh`) are not collapsed, so logs that are full of them would fill the memory with kinds. Beyond
the cap, words are kept only if they have been seen often, then only the number of words.
"""

import re

from incident_mcp.logs.canonical import canonical
from incident_mcp.logs.collapse import MARK

MOST = 20_000
"""Kinds told apart exactly. A few thousand are usual for a whole cluster."""
ROOM = 4 * 1024 * 1024
"""Bytes of their keys: what is kept of a kind is some times as long as its key."""
LONGEST = 4096
"""Bytes of a collapsed line that tell it from others."""
_VALUE = re.compile(rb"(?<=[=:/'\"\[(])[^\s'\"=,;:/\])}]+|[^\s]*[^\s\w.,:;()\[\]-][^\s]*")
_RARE_AFTER = 20


class Keys:
    """Numbers for keys. `fresh` are those that have been given since it was last emptied."""

    def __init__(self, most: int = MOST) -> None:
        self._kinds: dict[bytes, int] = {}
        self._bytes = 0
        self._most = most
        self.kinds = 0
        self.fresh: list[int] = []
        self._vocabulary: set[bytes] | None = None
        self.coarse = False
        self._wide: set[int] = set()

    def __getitem__(self, key: bytes) -> int:
        plain = canonical(key[:LONGEST])
        kind = self._kinds.get(plain)
        if kind is None:
            kind = self._new(plain) if self._has_room(1.0) else self._coarsely(plain)
        return kind

    def other(self) -> int:
        """A kind that no key leads to: a variant of another, or a whole stack trace."""
        self.kinds += 1
        return self.kinds - 1

    def _new(self, key: bytes) -> int:
        kind = self._kinds[key] = self.other()
        self.fresh.append(kind)
        self._bytes += len(key)
        return kind

    def _has_room(self, share: float) -> bool:
        return self.kinds < self._most * share and self._bytes < ROOM * share

    def _coarsely(self, key: bytes) -> int:
        self.coarse = True
        for coarse in (b"\x02" + self._known_words(key), b"\x02%d words" % min(99, key.count(b" "))):
            kind = self._kinds.get(coarse)
            if kind is not None:
                return kind
            if self._has_room(1.25):
                break
        kind = self._new(coarse)
        self._wide.add(kind)
        return kind

    def said(self, kind: int, text: str) -> str:
        """The message of a kind's first line; of one that is too wide only the words that its lines share for sure."""
        if kind not in self._wide or self._vocabulary is None:
            return text
        return " ".join([word if word.encode() in self._vocabulary else "<*>" for word in text.split()])

    def _known_words(self, key: bytes) -> bytes:
        if self._vocabulary is None:
            self._vocabulary = self._frequent_words()
        known = self._vocabulary
        return b" ".join([word if word in known else MARK for word in _VALUE.sub(MARK, key).split(b" ")])

    def _frequent_words(self) -> set[bytes]:
        seen: dict[bytes, int] = {}
        for key in self._kinds:
            for word in _VALUE.sub(MARK, key).split(b" "):
                seen[word] = seen.get(word, 0) + 1
        return {word for word, count in seen.items() if count >= _RARE_AFTER}
