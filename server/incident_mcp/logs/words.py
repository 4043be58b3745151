"""A message as words, each with its place: what is a value by its form alone is `VALUE` whatever it says.

Numbers and whatever holds a digit, paths with one, names with several dots, booleans, quoted values of fields, dates.
What needs a look at other messages (a user's name, a topic) is left to `templates`.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

VALUE = "<*>"
LONGEST = 120
"""Words of one message that are looked at."""
_CHUNK = r"[\w./@#$%&*+\\~^!?-]+"
_SCANNER = re.compile(
    rf"""
      (?P<quoted>(?<==)"[^"]*"|(?<==)\w+\s?\{{[^{{}}]*\}})
    | (?P<name>(?<![\w.])(?:true|false|True|False
        |(?:(?<=[=:(,])|(?<=[=:]\s))(?:null|none|nil|None|NULL)
        |(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?=,?\s)
        |(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?=\s{{1,2}}\d|[-/]\d))(?![.\w]))
    | (?P<path>(?:[a-z]+:/)?/?[\w.%~@+$-]*(?:/[^\s"'<>\[\](){{}},;]*)+)
    | (?P<dotted>(?<=[\s=(\[":,])(?![\w.$]*(?:Exception|Error|Throwable)\b)
        [A-Za-z_][\w$-]*(?:\.[\w$-]+){{2,}}\b(?![\w/@-]))
    | (?P<chunk>{_CHUNK})
    | (?P<mark>[^\w\s])
    """,
    re.VERBOSE,
)
_VALUES = ("quoted", "name", "dotted")
_DIGIT = re.compile(r"\d")
_OPEN = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Words:
    """`words[i]` stands at `text[begins[i]:ends[i]]`."""

    text: str
    words: tuple[str, ...]
    begins: "array[int]"
    ends: "array[int]"


def words_of(text: str) -> Words:
    """Neighbouring values are one, and so are lists of them: their number differs from line to line."""
    words: list[str] = []
    begins, ends = array("I"), array("I")
    for word, start, end in _scanned(text):
        if word == VALUE and len(words) > 1 and words[-1] in (",", ":", "/") and words[-2] == VALUE:
            words.pop()
            begins.pop()
            ends.pop()
        if word == VALUE and words and words[-1] == VALUE:
            ends[-1] = end
            continue
        if words and _OPEN.get(words[-1]) == word:  # `()` is a place without a value
            words.append(VALUE)
            begins.append(start)
            ends.append(start)
        words.append(word)
        begins.append(start)
        ends.append(end)
        if word in words[-5:-2]:
            _fold_repeats(words, begins, ends)
        if len(words) >= LONGEST:
            break
    return Words(text, tuple(words), begins, ends)


def _scanned(text: str) -> Iterator[tuple[str, int, int]]:
    for found in _SCANNER.finditer(text):
        word, kind = found[0], found.lastgroup
        start, end = found.span()
        yield word if kind == "mark" or not _is_value(word, kind) else VALUE, start, end


def _is_value(word: str, kind: str | None) -> bool:
    return kind in _VALUES or _DIGIT.search(word) is not None or (kind == "path" and "?" in word)


def _fold_repeats(words: list[str], begins: "array[int]", ends: "array[int]") -> None:
    """`node <*> ok node <*> ok node <*> ok` says no more than its first third."""
    for size in (2, 3, 4):
        if len(words) < 3 * size or words[-1 - size] != words[-1]:
            continue
        last = words[-size:]
        if VALUE in last and words[-2 * size : -size] == last == words[-3 * size : -2 * size]:
            end = ends[-1]
            del words[-size:], begins[-size:], ends[-size:]
            ends[-1] = end
            return
