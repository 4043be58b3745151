"""What a follow-up may carry to tell whether it is really done: a rule's code, and the workload on which that rule
finds nothing any more. Kept with the plan that filed it, and read again from the record.
"""

import re
from collections.abc import Sequence
from contextlib import suppress

from incident_mcp.cluster.kinds import workload_ref
from incident_mcp.text.cleaning import one_line
from incident_mcp.text.masking import mask
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

_CHECK = re.compile(r"\s*(?P<code>\w+) (?P<kind>\w+)[ /](?P<namespace>[^\s/]+)/(?P<name>[^\s/]+)\s*")
TITLE = 200


class Check(Value):
    """A rule and a workload."""

    code: str
    on: Ref

    def __str__(self) -> str:
        return f"{self.code} on {self.on}"


class FollowUp(Value):
    """A ticket that was filed."""

    incident: str
    entry: str
    id: str
    url: str
    title: str
    check: Check | None = None


def title_of(item: str) -> str:
    """An item as its ticket is called, secrets masked."""
    return one_line(mask(item), TITLE)


def check_of(text: str) -> Check:
    """Raises `BadRequest` for what names no rule, or no workload."""
    from incident_mcp.investigate.catalogue import BY_CODE
    from incident_mcp.investigate.hygiene.judge import BY_CODE as UNTIDY

    found = _CHECK.fullmatch(text)
    if found is None:
        raise BadRequest(f"{one_line(text, 80)!r} is no check.", "For example: HYG101 Deployment shop/checkout.")
    code = found["code"].upper()
    if code not in BY_CODE and code not in UNTIDY:
        raise BadRequest(f"There is no rule {one_line(code, 40)}.", "docs/findings.md and docs/hygiene.md list them.")
    return Check(code=code, on=workload_ref(found["kind"], found["namespace"], found["name"]))


def checks_of(given: dict[str, str], titles: Sequence[str]) -> dict[str, Check]:
    """By the item's title. Raises `BadRequest`, also for a check of what is no item."""
    found = {title_of(item): check_of(text) for item, text in given.items()}
    if strange := [title for title in found if title not in titles]:
        raise BadRequest(f"No item is called {strange[0]!r}.", "checks names each item as items has it.")
    return found


def follow_ups(entries: Sequence[Entry]) -> tuple[FollowUp, ...]:
    """Those of one incident that were filed, oldest first."""
    plans = {entry.plan: entry for entry in entries if entry.kind is EntryKind.PLAN}
    filed = [e for e in entries if e.kind is EntryKind.UPDATE and e.data.get("status") == "filed"]
    return tuple(_told(entry, plans.get(entry.plan)) for entry in filed)


def _told(entry: Entry, made: Entry | None) -> FollowUp:
    title = title_of(str(entry.data.get("text")).partition("\n")[0])
    arguments = made.data.get("arguments") if made else None
    given = arguments.get("checks") if isinstance(arguments, dict) else None
    texts = given if isinstance(given, dict) else {}
    text = next((str(text) for item, text in texts.items() if title_of(item) == title), "")
    check = None
    with suppress(BadRequest):  # it was asked for when it was filed, maybe by a version that knew more
        check = check_of(text) if text else None
    return FollowUp(
        incident=str(entry.incident),
        entry=entry.id,
        id=str(entry.data.get("id")),
        url=str(entry.data.get("url")),
        title=title,
        check=check,
    )
