"""What the record holds that the others must hear: conditions, actions, needs. Nothing is guessed, nothing computed
ahead: a time by which it will be over is a person's word or *none yet*.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from incident_mcp.communicate.proof import Proof, proof_of
from incident_mcp.communicate.sent import STATUSES, messages
from incident_mcp.record.debts import debts
from incident_mcp.record.incident import Incident, fold
from incident_mcp.record.plans import PlanState, story
from incident_mcp.text.fencing import plain
from incident_mcp.text.words import minute
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.policy import TELLS
from incident_mcp.vocabulary.severity import LEVELS
from incident_mcp.vocabulary.value import Value

MOST = 4
"""Lines of each; the record holds the rest."""
LINE = 220
UNTOLD = timedelta(minutes=30)
"""When to speak again where the severity does not say."""


class Facts(Value):
    """An incident, for whoever writes a message about it."""

    incident: Incident
    conditions: tuple[str, ...]
    actions: tuple[str, ...]
    needs: tuple[str, ...]
    proof: Proof
    said_over: str = ""
    """The entry of our last message that said *resolved*, where it no longer holds."""
    every: timedelta
    """How often the others hear of it."""
    names: tuple[str, ...] = ()
    """Of things in the cluster that the record speaks of."""


def facts_of(entries: Sequence[Entry], now: datetime) -> Facts:
    """From the entries of one incident, its opening among them."""
    incident, proof = fold(list(entries)), proof_of(entries)
    severity = incident.severity or incident.proposed
    every = LEVELS[severity].update_every if severity else None
    return Facts(
        incident=incident,
        conditions=tuple(_conditions(entries)),
        actions=tuple(_actions(entries)),
        needs=tuple(_needs(entries, incident, now)),
        proof=proof,
        said_over=relapsed_after(entries),
        every=every or UNTOLD,
        names=tuple(sorted(_names(entries))),
    )


def relapsed_after(entries: Sequence[Entry]) -> str:
    """The entry of our message that said *resolved*, where something since then says otherwise; else empty."""
    told = messages(entries)
    over = next((one for one in reversed(told) if one.status in STATUSES), None)
    if over is None or over.status != "resolved":
        return ""
    since = [entry.id for entry in entries].index(over.entry)
    return over.entry if any(_relapse(entry) for entry in entries[since:]) else ""


def _relapse(entry: Entry) -> bool:
    match entry.kind:
        case EntryKind.VERDICT:
            return entry.data.get("verdict") == "not recovered"
        case EntryKind.STATUS:
            return entry.data.get("status") in ("open", "acknowledged", "mitigated")
        case EntryKind.IMPACT:
            return True
        case _:
            return False


def _conditions(entries: Sequence[Entry]) -> Iterator[str]:
    """What is hurt, what was found, and the last verdict: the newest of each."""
    impacts = [entry for entry in entries if entry.kind is EntryKind.IMPACT][-2:]
    causes = [e for e in entries if e.kind is EntryKind.CAUSE or (e.kind is EntryKind.FINDING and e.data.get("root"))]
    verdicts = [entry for entry in entries if entry.kind is EntryKind.VERDICT][-1:]
    for entry in [*impacts, *causes[-1:], *verdicts][:MOST]:
        yield _line(entry)


def _actions(entries: Sequence[Entry]) -> Iterator[str]:
    done = [e for e in entries if (e.changed and e.data.get("sent")) or e.kind is EntryKind.FIX]
    for entry in done[-MOST:]:
        yield f"{minute(entry.happened)} {_line(entry)}"


def _needs(entries: Sequence[Entry], incident: Incident, now: datetime) -> Iterator[str]:
    if incident.severity is None and incident.is_open:
        yield "a severity, set by a person" + (f" ({incident.proposed} is proposed)" if incident.proposed else "")
    for made in entries:
        if made.kind is EntryKind.PLAN and made.data.get("action") not in TELLS:
            told = story([e for e in entries if e.plan == made.plan], _expires(made), now)
            if told.state is PlanState.PENDING:
                yield f"a yes or no to plan {made.plan}: {plain(str(made.data.get('headline')), LINE)}"
    for debt in debts(entries)[:MOST]:
        yield f"{plain(debt.what, LINE)}, by {minute(debt.due)} ({debt.id})"


def _expires(made: Entry) -> datetime:
    return datetime.fromisoformat(str(made.data["expires"]))


def _line(entry: Entry) -> str:
    return f"{plain(entry.text, LINE)} ({entry.id})"


def _names(entries: Sequence[Entry]) -> set[str]:
    """`shop/checkout`, and the bare names of what has no namespace: a node's."""
    found: set[str] = set()
    for entry in entries:
        if entry.data.get("tells") or entry.data.get("action") in TELLS:
            continue
        targets = entry.data.get("targets")
        for one in [entry.data.get("target"), *(targets if isinstance(targets, list) else [])]:
            if isinstance(one, str) and " " in one:
                found.add(one.partition(" ")[2])
    return found
