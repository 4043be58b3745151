"""What changed around the onset: rollouts and edits of the configuration that the failing objects take."""

from datetime import datetime, timedelta

from incident_mcp.assess.assessment import Change, Onset
from incident_mcp.cluster.config_refs import config_refs
from incident_mcp.cluster.rollout_history import history_of
from incident_mcp.cluster.template_diff import short_image
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.observation import Observation, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.rollout import Revision, RolloutHistory

WINDOW = timedelta(hours=24)
"""A change longer before the onset is not shown beside it."""
SHOWN = 3
_QUIET = ("label ", "annotation ")


def changes(seen: Observation, chains: list[Chain], onset: Onset | None) -> tuple[Change, ...]:
    """Of the objects in these chains, the closest to the onset first."""
    targets = {each.target for chain in chains for each in (chain.root, *chain.symptoms, *chain.breaks)}
    found: list[Change] = []
    for workload in seen.workloads:
        if workload.ref in targets:
            found += [change for change in (rollout(seen, workload, onset), *_edits(seen, workload, onset)) if change]
    reference = onset.at if onset else seen.at
    near = [change for change in found if reference - change.at <= WINDOW]
    unique = {(change.target, change.kind): change for change in near}
    return tuple(sorted(unique.values(), key=lambda change: abs(reference - change.at)))


def rollout(seen: Observation, workload: WorkloadSeen, onset: Onset | None) -> Change | None:
    """The workload's present rollout; None for the first revision, or when its time is not known."""
    history = history_of(workload, seen.at, seen.pods_of(workload.ref))
    current = next((revision for revision in history.revisions if revision.current), None)
    return rollout_to(current, workload, history, onset) if current else None


def rollouts(workload: WorkloadSeen, now: datetime) -> list[Change]:
    """All rollouts that the cluster still dates, newest first."""
    history = history_of(workload, now)
    found = (rollout_to(revision, workload, history, None) for revision in history.revisions)
    return [change for change in found if change]


def rollout_to(
    revision: Revision, workload: WorkloadSeen, history: RolloutHistory, onset: Onset | None
) -> Change | None:
    """How the workload came to this revision; None for the first one, or when its time is not known."""
    before = next((each for each in history.revisions if each.number < revision.number), None)
    if before is None or revision.current_from is None:
        return None
    return Change(
        target=workload.ref,
        at=revision.current_from,
        kind="rollout",
        manager=workload.rolled_out_by if revision.current else None,
        before=_images(before),
        after=_images(revision),
        revision_before=before.number,
        revision_after=revision.number,
        differs=telling(revision.differs),
        max_unavailable=workload.max_unavailable,
        seconds_before_onset=_before(revision.current_from, onset),
    )


def telling(differs: tuple[str, ...]) -> tuple[str, ...]:
    """The first few; labels and annotations only when there is nothing else."""
    loud = tuple(line for line in differs if not line.startswith(_QUIET))
    chosen = loud or differs
    more = len(chosen) - SHOWN
    return (*chosen[:SHOWN], f"{more} more") if more > 0 else chosen


def _edits(seen: Observation, workload: WorkloadSeen, onset: Onset | None) -> list[Change]:
    used: set[Ref] = set(config_refs(workload.template, workload.ref.namespace))
    return [
        Change(
            target=config.ref,
            at=config.changed,
            kind="configuration",
            after="created" if config.changed == config.created else "edited",
            manager=config.changed_by,
            seconds_before_onset=_before(config.changed, onset),
        )
        for config in seen.configs
        if config.ref in used and config.changed is not None
    ]


def _before(at: datetime, onset: Onset | None) -> int | None:
    return round((onset.at - at).total_seconds()) if onset else None


def _images(revision: Revision) -> str:
    return ", ".join(short_image(image) for image in revision.images)
