"""Which revision to go back to: the one asked for, else the newest earlier one seen ready, else the one before.

`kubectl rollout undo` takes the second-highest number whatever it was. Ours says which it takes and why, and refuses
the one that runs already, which kubectl calls *skipped*.
"""

from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.rollout import Revision, RollbackTarget, RolloutHistory


def pick_target(history: RolloutHistory, wanted: int | None = None) -> RollbackTarget:
    """The target and why. Raises `BadRequest` with the revisions there are when there is none to take."""
    if wanted is not None:
        return RollbackTarget(revision=_asked_for(history, wanted), why="it was asked for")
    earlier = _earlier(history)
    if not earlier:
        raise BadRequest(f"{history.workload} has no earlier revision to go back to.", _listed(history))
    ready = next((each for each in earlier if each.seen_ready == "yes"), None)
    if ready is not None:
        return RollbackTarget(revision=ready, why="it is the newest earlier revision that was seen ready")
    return RollbackTarget(revision=earlier[0], why=_why_the_one_before(earlier[0]))


def _earlier(history: RolloutHistory) -> list[Revision]:
    """All but the current one, newest first. Without a known current one, all but the newest."""
    current = history.current_revision
    newest = current if current is not None else max((each.number for each in history.revisions), default=0)
    return [each for each in history.revisions if each.number < newest]


def _asked_for(history: RolloutHistory, wanted: int) -> Revision:
    found = next((each for each in history.revisions if each.number == wanted), None)
    if found is None:
        raise BadRequest(f"{history.workload} has no revision {wanted}.", _listed(history))
    if found.current:
        instead = next(iter(_earlier(history)), None)
        use = f"Use revision {instead.number}. " if instead else ""
        raise BadRequest(f"Revision {wanted} is the current one of {history.workload}.", f"{use}{_listed(history)}")
    return found


def _why_the_one_before(target: Revision) -> str:
    if target.ran_for is not None:
        return "it is the one before; none of the earlier revisions is known to have been ready"
    return "it is the one before, and nothing more is known of any earlier revision"


def _listed(history: RolloutHistory) -> str:
    if not history.revisions:
        return "The cluster keeps no revision of it."
    named = (f"{each.number} (current)" if each.current else str(each.number) for each in history.revisions)
    return f"Revisions: {', '.join(named)}."
