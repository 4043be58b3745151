"""Which runbook fits a finding, and which part of it.

An alert that names a runbook is sure. Of codes and workloads, whatever a runbook names must fit: one for crash loops of
checkout is none for other crash loops.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from incident_mcp.investigate.runbooks.runbook import Runbook, Section
from incident_mcp.text.fencing import fence, plain
from incident_mcp.vocabulary.finding import Chain, Finding
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

LINES = 10
WIDTH = 160
"""Of what is quoted."""
SHOWN = 2
_PAGE = re.compile(r"([A-Za-z0-9_.-]+?)(?:\.md|\.html?)?/?(?:[#?].*)?$")
"""The last part of an address: `https://runbooks.example/checkout/CheckoutDown.md#steps`."""


_ALERT = re.compile(r"\b[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+\b")
"""Alerts are called so by custom, and nothing else that people write is: `KubePodCrashLooping`."""


class AlertNamed(NamedTuple):
    """An alert that fires about a root, and the address that it gives for its runbook (empty: none)."""

    name: str
    runbook_url: Untrusted = Untrusted("")


class Fit(Value):
    """One runbook that fits, why, and the part to read."""

    file: str
    title: Untrusted
    why: str
    lines: tuple[Untrusted, ...]
    more: int = 0
    """Lines of that part that are not quoted."""

    @property
    def quoted(self) -> str:
        return fence(self.lines, WIDTH)

    @property
    def named(self) -> str:
        """`«Checkout does not start» (checkout.md), for INC104 and shop/checkout`."""
        return f"{plain(self.title, 80)} ({plain(self.file, 80)}), {self.why}"


def alerts_in(text: str) -> tuple[AlertNamed, ...]:
    """Alerts that a title or a report names: `CheckoutDown is firing`."""
    return tuple(AlertNamed(name) for name in dict.fromkeys(_ALERT.findall(text)))


def fitting(books: Iterable[Runbook], chain: Chain, alerts: Sequence[AlertNamed] = ()) -> tuple[Fit, ...]:
    """The best first."""
    fits = [(score, fit) for book in books if (found := _fit(book, chain, alerts)) for score, fit in (found,)]
    fits.sort(key=lambda pair: (-pair[0], pair[1].file))
    return tuple(fit for _, fit in fits[:SHOWN])


def _fit(book: Runbook, chain: Chain, alerts: Sequence[AlertNamed]) -> tuple[int, Fit] | None:
    alert = next((each.name for each in alerts if _names_alert(book, each)), "")
    code = next((each for each in _findings(chain) if _names_code(book, each)), None)
    workload = next((ref for ref in (chain.root.target, chain.subject) if _names_workload(book, ref)), None)
    both = (code or not book.codes) and (workload or not book.workloads) and (code or workload)
    if not (alert or (code or workload if book.by_name else both)):
        return None
    reasons = [f"alert {alert}" if alert else "", code.code if code else "", workload.path if workload else ""]
    words = [alert, *((code.code, code.cause) if code else ())]
    lines, more = _part(book, [word for word in words if word])
    why = f"for {' and '.join(reason for reason in reasons if reason)}"
    score = 4 * bool(alert) + 2 * bool(workload) + bool(code)
    return score, Fit(file=book.file, title=book.title, why=why, lines=lines, more=more)


def _findings(chain: Chain) -> Iterator[Finding]:
    yield from (chain.root, *chain.symptoms, *(each for each in chain.breaks if each.target == chain.subject))


def _names_alert(book: Runbook, alert: AlertNamed) -> bool:
    page = alert.runbook_url.identifiers(_PAGE) if alert.runbook_url else None
    stem = book.file.rpartition("/")[2].rpartition(".")[0]
    return alert.name in book.alerts or bool(page and page[0].lower() == stem.lower())


def _names_code(book: Runbook, finding: Finding) -> bool:
    return any(each.upper() == finding.code or each.lower() == finding.cause for each in book.codes)


def _names_workload(book: Runbook, ref: Ref) -> bool:
    forms = (ref.name, ref.path, f"{ref.kind}/{ref.path}".lower(), f"{ref.kind}/{ref.name}".lower())
    return any(fnmatchcase(form, pattern.lower().replace(" ", "/")) for pattern in book.workloads for form in forms)


def _part(book: Runbook, words: Sequence[str]) -> tuple[tuple[Untrusted, ...], int]:
    """The section whose heading names the finding or the alert with all below it; else from the start."""
    sections = book.sections
    start = next((at for at, each in enumerate(sections) if _about(each, words)), None)
    if start is None:
        chosen = sections
    else:
        below = (n for n in range(start + 1, len(sections)) if sections[n].level <= sections[start].level)
        chosen = sections[start : next(below, len(sections))]
    lines = [line for each in chosen for line in _lines(each, book)]
    return tuple(lines[:LINES]), max(0, len(lines) - LINES)


def _about(section: Section, words: Sequence[str]) -> bool:
    return bool(section.level) and any(section.heading.contains(word) for word in words)


def _lines(section: Section, book: Runbook) -> Iterator[Untrusted]:
    if section.level and section.heading != book.title:
        yield section.heading
    yield from section.lines
