"""What stands beside a root: what its failing pods have in common, what else it could be, whose it is, what people
wrote down for it, and when it was here before.
"""

from collections.abc import Sequence
from typing import Literal

import anyio
import anyio.to_thread
from pydantic import JsonValue

from incident_mcp.assess.assessment import Assessment, Call, Row
from incident_mcp.assess.rivals.hypothesis import Hypothesis
from incident_mcp.assess.rivals.weigh import Weighed, weigh
from incident_mcp.cluster.look import Look
from incident_mcp.cluster.owner_marks import read_owner_marks
from incident_mcp.investigate.ownership import marked, owner_words, ownership
from incident_mcp.investigate.runbooks.fitting import AlertNamed, Fit, alerts_in, fitting
from incident_mcp.investigate.runbooks.folder import read_folder
from incident_mcp.investigate.sharing.share import share_of
from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.entry import EntryKind
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.ownership import OwnerMark, Ownership
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.earlier import earlier_incidents, key_of

WEIGHED = 2
"""Of the roots, the worst whose rivals are weighed and whose runbooks are quoted."""
POINTS = 3
"""Shown for and against each rival."""
OWNERS_SECONDS = 3.0
"""Whose it is must not hold up what it is."""
Alerts = Sequence[AlertNamed]
Verdict = Literal["several causes fit", "one cause fits best", "no cause found"]


class LookCall(Value):
    """A call of one of our reading tools, complete."""

    tool: str
    arguments: dict[str, JsonValue]


class RivalLine(Value):
    """One cause that fits. Nothing under `speaks_against`: nothing that was seen does."""

    cause: str
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...] = ()
    look: LookCall


class WeighedLine(Value):
    """Several causes that fit, the likeliest first, or one that fits best; or none, and what is missing."""

    verdict: Verdict
    rivals: tuple[RivalLine, ...] = ()
    missing: tuple[str, ...] = ()
    last_words: str = ""
    """Where no cause was found: the last error in its logs."""
    look_next: LookCall | None = None


class RunbookLine(Value):
    """A runbook that fits: what it says is data, quoted. `link` is an address that nobody has opened."""

    runbook: str
    quote: str = ""
    more: str = ""
    link: str = ""


class Beside(Value):
    """All of it, for one root. Empty where there is nothing to say."""

    share: str = ""
    """`5 of 5 failing pods run in zone b, 0 of 7 healthy ones do`."""
    weighed: WeighedLine | None = None
    owner: str = ""
    runbooks: tuple[RunbookLine, ...] = ()
    earlier: tuple[str, ...] = ()
    """Earlier incidents of the record with this finding on this object, and what ended them."""


class Besides(Value):
    """In the order of the rows, and what could not be read for them."""

    rows: tuple[Beside, ...] = ()
    not_checked: tuple[str, ...] = ()


async def beside(
    desk: Desk,
    seen: Observation,
    result: Assessment,
    rows: Sequence[Row],
    *,
    incident: str | None,
    load: float | None = None,
) -> Besides:
    """For these rows of the assessment, the worst first."""
    if not rows:
        return Besides()
    look = Look(desk.api, desk.clock)
    look.answered = 1
    marks = await _marks(look, seen, rows)
    reported = await _reported(desk, incident)
    earlier = await earlier_incidents(desk, incident, (row.cause for row in rows))
    books, damaged = await anyio.to_thread.run_sync(read_folder, desk.runbooks)
    found: list[Beside] = []
    for at, row in enumerate(rows):
        owned = ownership(marks, marked(seen, row.chain))
        share = share_of(seen, row.chain.subject)
        weighed = weigh(seen, result, row, load) if at < WEIGHED else None
        firing = [AlertNamed(plain(one.name), one.runbook_url) for one in row.alerts]
        fits = fitting(books, row.chain, (*firing, *reported)) if at < WEIGHED else ()
        found.append(
            Beside(
                share=plain(share.text) if share else "",
                weighed=weighed_line(weighed) if weighed else None,
                owner=owner_words(owned),
                runbooks=(*map(_runbook, fits), *_links(owned)),
                earlier=earlier.get(key_of(row.cause), ()),
            )
        )
    missed = [str(one) for one in (*look.not_checked, *damaged)]
    return Besides(rows=tuple(found), not_checked=tuple(missed))


async def _reported(desk: Desk, incident: str | None) -> Alerts:
    """Alerts that people named when they opened the incident, or reported what they saw."""
    told = await desk.record.entries(incident, EntryKind.OPENED, EntryKind.REPORT) if incident else []
    return alerts_in(" ".join(entry.text for entry in told))


async def _marks(look: Look, seen: Observation, rows: Sequence[Row]) -> list[OwnerMark]:
    marks: list[OwnerMark] = []
    with anyio.move_on_after(OWNERS_SECONDS) as limit:
        marks = await read_owner_marks(look, [ref for row in rows for ref in marked(seen, row.chain)])
    if limit.cancelled_caught:
        look.timed_out(("owners",), OWNERS_SECONDS)
    return marks


def weighed_line(weighed: Weighed) -> WeighedLine:
    """As an answer shows it."""
    rivals = tuple(map(_rival, weighed.rivals))
    return WeighedLine(
        verdict="several causes fit" if weighed.open else "one cause fits best" if rivals else "no cause found",
        rivals=rivals,
        missing=tuple(plain(one) for one in weighed.missing),
        last_words=plain(weighed.last_words) if weighed.last_words else "",
        look_next=None if rivals else _call(weighed.look),
    )


def weighed_words(weighed: WeighedLine) -> str:
    """In one line: which causes fit and what decides, or that none was found."""
    causes = [rival.cause for rival in weighed.rivals]
    if weighed.look_next is not None:
        return f"No cause found beyond that; look next: {call_words(weighed.look_next)}"
    if len(causes) == 1:
        return f"Explained best by {causes[0]}"
    return f"Either {', or '.join(causes)}. What decides: {call_words(deciding(weighed))}"


def told_beside(found: Beside) -> tuple[str, ...]:
    """What of it belongs into a summary: the failing share, and what else it could be."""
    weighed = weighed_words(found.weighed) if found.weighed else ""
    return tuple(one for one in (found.share, weighed) if one)


def deciding(weighed: WeighedLine) -> LookCall:
    """Of several rivals, the look at the first that is more than its own logs again."""
    looks = [rival.look for rival in weighed.rivals]
    return next((look for look in looks if look.tool != "analyze_logs"), looks[0])


def _rival(one: Hypothesis) -> RivalLine:
    return RivalLine(
        cause=plain(one.what),
        speaks_for=tuple(plain(each) for each in one.speaks_for[:POINTS]),
        speaks_against=tuple(plain(each) for each in one.speaks_against[:POINTS]),
        look=_call(one.look),
    )


def _call(call: Call) -> LookCall:
    return LookCall(tool=call.tool, arguments=call.arguments)


def call_words(call: Call | LookCall) -> str:
    """`read_object ConfigMap shop/checkout-config`, `what_changed in shop`."""
    kind, space, name = (str(call.arguments.get(key, "")) for key in ("kind", "namespace", "name"))
    if name:
        return f"{call.tool} {kind} {f'{space}/' if space else ''}{name}"
    return f"{call.tool} in {space}" if space else call.tool


def _runbook(fit: Fit) -> RunbookLine:
    more = f"{fit.more} more lines in {plain(fit.file, 80)}" if fit.more else ""
    return RunbookLine(runbook=fit.named, quote=fit.quoted, more=more)


def _links(owned: Ownership) -> tuple[RunbookLine, ...]:
    """The address that an annotation gives; an alert's own stands in its line. Shown, never opened."""
    mark = owned.runbook
    return () if mark is None else (RunbookLine(runbook=mark.source, link=plain(mark.value)),)
