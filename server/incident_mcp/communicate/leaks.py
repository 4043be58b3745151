"""What must not stand in a text for everybody: secrets, names of machines and pods, data of customers.

A public text may hold only the host names that the settings call public. Everything else that looks like one is a leak:
what is inside can't be listed, what is public can. The text is read as a reader would (cleaned, and in its plain
letters), so that a disguise does not hide anything.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from incident_mcp.text.cleaning import clean
from incident_mcp.text.masking import secrets_in
from incident_mcp.vocabulary.value import Value

_HOST = re.compile(r"(?<![\w@.-])(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.){1,8}(?:[a-z]{2,24})(?![\w-])", re.IGNORECASE)
_PATTERNS = (
    ("a mail address", re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")),
    ("an IP address", re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")),
    ("an IP address", re.compile(r"(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,6}(?![\w:])", re.IGNORECASE)),
    ("a machine's name", re.compile(r"(?<![\w-])(?:ip(?:-\d{1,3}){4}|node-?\w{1,40}\d|[a-z]{2,30}\d{2,6})(?![\w-])")),
    ("a pod's name", re.compile(r"(?<![\w-])[a-z][a-z0-9-]{0,60}-[a-z0-9]{4,10}-[a-z0-9]{5}(?![\w-])")),
    ("a pod's name", re.compile(r"(?<![\w-])[a-z][a-z0-9-]{0,60}-(?=[a-z]*\d)[a-z0-9]{5}(?![\w-])")),
    ("an IBAN", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")),
    ("a long number", re.compile(r"(?<![\w:.-])(?!\d{4}-\d\d-\d\d\b)(?:\+|00|\()?\d(?:[ ()/-]?\d){7,18}(?![\w:-])")),
    (
        "a customer's number",
        re.compile(
            r"\b(?:customers?|accounts?|users?|orders?|tenants?|clients?)(?: (?:id|no\.?|number))?[ #:=]{1,3}"
            r"#?(?=[\w-]*\d)[\w-]{3,40}",
            re.IGNORECASE,
        ),
    ),
    ("an identifier", re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)),
)


class Leak(Value):
    """What was found, and where: the place's name, the line and the column from 1."""

    what: str
    where: str
    line: int
    column: int
    shown: str
    """A part of it that a person recognises; of a secret, nothing."""

    def __str__(self) -> str:
        shown = f" ({self.shown})" if self.shown else ""
        return f"{self.what}{shown} in {self.where}, line {self.line}, column {self.column}"


def leaks(text: str, where: str, *, names: Iterable[str] = (), public_hosts: Iterable[str] = ()) -> tuple[Leak, ...]:
    """Everything found in a public text, in its order. `names` are those of things in the cluster, as the record has
    them; `public_hosts` may be named, with all below them.
    """
    plain = unicodedata.normalize("NFKC", clean(text, keep_lines=True))
    allowed = tuple(host.lower().lstrip("*.") for host in public_hosts)
    found: dict[tuple[int, int], str] = {}
    for start, end, what in (*_secrets(plain), *_patterns(plain), *_hosts(plain, allowed), *_named(plain, names)):
        if not any(start < other_end and other_start < end for other_start, other_end in found):
            found[start, end] = what
    return tuple(_leak(plain, start, end, what, where) for (start, end), what in sorted(found.items()))


def _secrets(text: str) -> Iterator[tuple[int, int, str]]:
    for start, end, name in secrets_in(text):
        yield start, end, f"a secret: {name}"


def _patterns(text: str) -> Iterator[tuple[int, int, str]]:
    for what, pattern in _PATTERNS:
        for found in pattern.finditer(text):
            yield *found.span(), what


def _hosts(text: str, allowed: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    for found in _HOST.finditer(text):
        host = found.group().lower()
        if not any(host == one or host.endswith(f".{one}") for one in allowed):
            yield *found.span(), "a host's name"


def _named(text: str, names: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    for name in sorted({name for name in names if name}, key=len, reverse=True):
        for found in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE):
            yield *found.span(), "a name from the cluster"


def _leak(text: str, start: int, end: int, what: str, where: str) -> Leak:
    before = text[:start]
    line_begins = before.rfind("\n") + 1
    shown = "" if "secret" in what else text[start:end][:60]
    return Leak(what=what, where=where, line=before.count("\n") + 1, column=start - line_begins + 1, shown=shown)
