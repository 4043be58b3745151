"""One runbook: a Markdown file whose front matter says what it is for.

    ---
    title: Checkout does not start
    codes: [INC104, crash-loop]          # codes or words of findings
    workloads: [shop/checkout, shop/*]   # NAME, NAMESPACE/NAME or KIND/NAMESPACE/NAME; `*` for any letters
    alerts: [CheckoutDown]
    ---

A file without any of these is for what it is called: `CheckoutDown.md`, `INC104.md`, `checkout.md`.
"""

import re
from collections.abc import Iterator
from typing import Any, cast

from incident_mcp.text.front_matter import split
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

_HEADING = re.compile(r"(#{1,6})\s+(.+)")
_MOST = 50
"""Names of one kind that a front matter may list."""


class Section(Value):
    """A heading and the lines up to the next one of its level; level 0: what stands before the first."""

    level: int
    heading: Untrusted
    lines: tuple[Untrusted, ...]


class Runbook(Value):
    """A file of the folder. What it says is outside text: people wrote it, and it is quoted, never followed."""

    file: str
    title: Untrusted
    codes: tuple[str, ...] = ()
    workloads: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    by_name: bool = False
    """It says nothing of what it is for: its file's name is a code, a workload or an alert."""
    sections: tuple[Section, ...] = ()


def parse(file: str, text: str) -> Runbook:
    """`file` is its path below the folder. Raises `ValueError`, in words, for a front matter that can't be read."""
    facts, body = split(text)
    codes, workloads, alerts = (_names(facts, key) for key in ("codes", "workloads", "alerts"))
    by_name = not (codes or workloads or alerts)
    if by_name:
        stem = file.rpartition("/")[2].rpartition(".")[0]
        codes, workloads, alerts = (stem,), (stem,), (stem,)
    sections = tuple(_sections(body.splitlines()))
    first = next((each.heading for each in sections if each.level), Untrusted(file))
    title = Untrusted(str(facts["title"])) if facts.get("title") else first
    return Runbook(
        file=file, title=title, codes=codes, workloads=workloads, alerts=alerts, by_name=by_name, sections=sections
    )


def _names(facts: dict[str, Any], key: str) -> tuple[str, ...]:
    given = facts.get(key)
    listed = cast("list[Any]", given) if isinstance(given, list) else [given] if given else []
    return tuple(str(each) for each in listed[:_MOST] if isinstance(each, (str, int)))


def _sections(lines: list[str]) -> Iterator[Section]:
    """A heading inside a fenced block is a comment of some shell script."""
    level, heading, kept, fenced = 0, "", list[str](), False
    for line in lines:
        fenced ^= line.lstrip().startswith("```")
        found = None if fenced else _HEADING.fullmatch(line)
        if found is None:
            kept.append(line)
            continue
        if level or any(kept):
            yield _section(level, heading, kept)
        level, heading, kept = len(found[1]), found[2], []
    if level or any(kept):
        yield _section(level, heading, kept)


def _section(level: int, heading: str, lines: list[str]) -> Section:
    kept = tuple(Untrusted(line) for line in lines if line.strip())
    return Section(level=level, heading=Untrusted(heading), lines=kept)
