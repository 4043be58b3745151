"""The revisions of one workload, as somebody needs them who thinks of going back."""

from incident_mcp.cluster.kinds import workload_ref
from incident_mcp.cluster.rollout_history import rollout_history as read_history
from incident_mcp.text.budget import fitting
from incident_mcp.text.fencing import quote
from incident_mcp.text.words import clock, duration, shown
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.rollout import Revision, RolloutHistory, SeenReady
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.looks import recorded

SHOWN = 12
BUDGET = 1500
"""Tokens for the revisions of one answer."""
IMAGES = 4
DIFFERENCES = 6


class RevisionLine(Value):
    """One revision. `ran` is how long it was the current one; empty where the cluster does not tell."""

    revision: int
    current: bool = False
    age: str
    ran: str = ""
    images: tuple[str, ...]
    differs: tuple[str, ...] = ()
    change_cause: str = ""
    seen_ready: SeenReady


class HistoryReply(Reply):
    """Revisions, newest first."""

    workload: str = ""
    current_revision: int | None = None
    revisions: tuple[RevisionLine, ...] = ()
    more: str = ""


async def rollout_history(
    desk: Desk, by: Actor, *, kind: str, namespace: str, name: str, incident: str | None
) -> HistoryReply:
    """Revisions newest first. Raises `NotFound` with near misses, `Forbidden`, `BadRequest` for an unknown kind."""
    found = await desk.incident_id(incident)
    target = workload_ref(kind, namespace, name)
    history = await read_history(desk.api, target, clock=desk.clock)
    part = fitting([_line(revision) for revision in history.revisions[:SHOWN]], BUDGET)
    left_out = shown(len(part.items), len(history.revisions))
    reply = HistoryReply(
        cluster=desk.cluster,
        summary=(f"{desk.cluster}: {_headline(history)}",),
        workload=str(history.workload),
        current_revision=history.current_revision,
        revisions=part.items,
        more=left_out,
    )
    arguments = {"kind": kind, "namespace": namespace, "name": name}
    return await recorded(desk, found, "rollout_history", {**arguments}, reply, by)


def _headline(history: RolloutHistory) -> str:
    current = next((revision for revision in history.revisions if revision.current), None)
    if current is None:
        return f"{history.workload} has {len(history.revisions)} revisions; the current one is not recorded yet."
    since = f" since {clock(current.current_from)} UTC" if current.current_from else ""
    by = f", field manager {history.rolled_out_by}" if history.rolled_out_by else ""
    ready = {"yes": "seen ready", "never": "never seen ready", "unknown": "not known whether it was ever ready"}
    return f"{history.workload} runs revision {current.number}{since}{by}; {ready[current.seen_ready]}."


def _line(revision: Revision) -> RevisionLine:
    return RevisionLine(
        revision=revision.number,
        current=revision.current,
        age=duration(revision.age),
        ran=duration(revision.ran_for) if revision.ran_for is not None else "",
        images=revision.images[:IMAGES],
        differs=_few(revision.differs),
        change_cause=quote(revision.change_cause) if revision.change_cause else "",
        seen_ready=revision.seen_ready,
    )


def _few(differs: tuple[str, ...]) -> tuple[str, ...]:
    more = len(differs) - DIFFERENCES
    return (*differs[:DIFFERENCES], f"{more} more") if more > 0 else differs
