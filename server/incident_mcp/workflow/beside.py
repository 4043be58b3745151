"""What stands beside a root: what its failing pods have in common, what else it could be, whose it is, what people
wrote down for it, and when it was here before.
"""

from collections.abc import Sequence

import anyio
import anyio.to_thread
from pydantic import JsonValue

from incident_mcp.assess.assessment import Assessment, Call, Row
from incident_mcp.assess.rivals.hypothesis import Hypothesis
from incident_mcp.assess.rivals.weigh import Weighed, weigh
from incident_mcp.cluster.look import Look
from incident_mcp.cluster.owner_marks import read_owner_marks
from incident_mcp.investigate.ownership import marked, owner_words, ownership
from incident_mcp.investigate.runbooks.fitting import AlertNamed, Fit, fitting
from incident_mcp.investigate.runbooks.folder import read_folder
from incident_mcp.investigate.sharing.share import share_of
from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.ownership import OwnerMark, Ownership
from incident_mcp.vocabulary.untrusted import Untrusted
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
    """Several causes that fit, one that fits best, or none and what is missing."""

    verdict: str
    rivals: tuple[RivalLine, ...] = ()
    missing: tuple[str, ...] = ()
    decides: LookCall


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
    alerts: Alerts = (),
) -> Besides:
    """For these rows of the assessment, the worst first. `alerts` are those that fire about them."""
    if not rows:
        return Besides()
    look = Look(desk.api, desk.clock)
    look.answered = 1
    marks = await _marks(look, seen, rows)
    earlier = await earlier_incidents(desk, incident, (row.cause for row in rows))
    books, damaged = await anyio.to_thread.run_sync(read_folder, desk.runbooks)
    found: list[Beside] = []
    for at, row in enumerate(rows):
        owned = ownership(marks, marked(seen, row.chain))
        share = share_of(seen, row.chain.subject)
        weighed = weigh(seen, result, row, load) if at < WEIGHED else None
        fits = fitting(books, row.chain, alerts) if at < WEIGHED else ()
        found.append(
            Beside(
                share=plain(share.text) if share else "",
                weighed=_weighed(weighed) if weighed else None,
                owner=owner_words(owned),
                runbooks=(*map(_runbook, fits), *_links(owned, alerts if at == 0 else ())),
                earlier=earlier.get(key_of(row.cause), ()),
            )
        )
    missed = [str(one) for one in (*look.not_checked, *damaged)]
    return Besides(rows=tuple(found), not_checked=tuple(missed))


async def _marks(look: Look, seen: Observation, rows: Sequence[Row]) -> list[OwnerMark]:
    marks: list[OwnerMark] = []
    with anyio.move_on_after(OWNERS_SECONDS) as limit:
        marks = await read_owner_marks(look, [ref for row in rows for ref in marked(seen, row.chain)])
    if limit.cancelled_caught:
        look.timed_out(("owners",))
    return marks


def _weighed(weighed: Weighed) -> WeighedLine:
    return WeighedLine(
        verdict=verdict_words(weighed),
        rivals=tuple(map(_rival, weighed.rivals)),
        missing=tuple(plain(one) for one in weighed.missing),
        decides=_call(weighed.look),
    )


def verdict_words(weighed: Weighed) -> str:
    """In one line: which causes fit, or that none was found; then what decides."""
    target, causes = weighed.root.target, [plain(each.what) for each in weighed.rivals]
    if not causes:
        return f"No cause found for {target} beyond what it shows. Look next: {call_words(weighed.look)}"
    if len(causes) == 1:
        return f"What explains {target} best: {causes[0]}"
    fit = f"Either {', or '.join(causes)}"
    return f"{fit}. What decides: {call_words(weighed.look)}"


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


def _links(owned: Ownership, alerts: Alerts) -> tuple[RunbookLine, ...]:
    """Addresses that an alert or an annotation gives. They are shown, never opened."""
    named: list[tuple[str, str | Untrusted]] = [
        (f"of alert {plain(each.name, 80)}", each.runbook_url) for each in alerts if each.runbook_url
    ]
    if owned.runbook is not None:
        named.append((owned.runbook.source, owned.runbook.value))
    return tuple(RunbookLine(runbook=source, link=plain(link)) for source, link in named[:2])
