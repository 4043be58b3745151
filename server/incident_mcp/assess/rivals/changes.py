"""The hypotheses that something was changed: the workload's own rollout, or the configuration that it takes."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.assess.assessment import Change
from incident_mcp.assess.decision import RECENT, SLACK
from incident_mcp.assess.rivals.case import Case, look_at
from incident_mcp.assess.rivals.hypothesis import FAIR, SLIGHT, STRONG, Hypothesis, Point, points
from incident_mcp.cluster.config_refs import config_refs
from incident_mcp.cluster.json_parts import items, part
from incident_mcp.investigate.sharing.share import Share
from incident_mcp.investigate.sharing.traits import started
from incident_mcp.text.words import count, duration
from incident_mcp.vocabulary.observation import PodSeen, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref

CLOSE = timedelta(minutes=5)
"""Between a change and the first sign of what it caused: most show within this time."""
_TOUCHES = {
    "memory limit": ("out-of-memory", "heap-exhausted"),
    "readiness probe": ("readiness-failing",),
    "liveness probe": ("killed-by-probe", "crash-loop"),
    "startup probe": ("killed-by-probe", "crash-loop"),
    "cpu limit": ("readiness-failing", "killed-by-probe", "deadline-exceeded"),
    "env ": ("dependency-down", "deadline-exceeded", "authentication-failed", "pool-exhausted", "crash-loop"),
    "command": ("crash-loop",),
    "args": ("crash-loop",),
}
"""What differs between two revisions, and the failures that it can explain."""


def of_rollout(case: Case) -> Iterator[Hypothesis]:
    change = next((each for each in case.changes if each.kind == "rollout" and each.target == case.subject), None)
    if change is None or case.workload is None:
        return
    old, new = _by_revision(case, case.workload)
    tells = _touching(case, change)
    unmoved = [row.chain.subject for row in case.began_together if not _rolled_out(case, row.chain.subject)]
    yield Hypothesis(
        kind="rollout",
        what=f"the {change.text}",
        points=(
            *_timing(case, change),
            *points(
                (bool(new) and not old and _old_ready(case.workload), STRONG, _only_new(case, new)),
                (bool(tells), SLIGHT, f"it changed {tells}, which can do this"),
                (bool(old), -STRONG, f"{count(len(old), 'pod')} of the revision before fail too"),
                (
                    bool(unmoved),
                    -SLIGHT,
                    f"{next(iter(unmoved), '')}, not rolled out, began to fail in the same minute",
                ),
            ),
        ),
        look=case.call("rollout_history"),
    )


def of_configuration(case: Case) -> Iterator[Hypothesis]:
    if case.workload is None:
        return
    own = _by_environment(case.workload)
    for change in case.changes:
        if change.kind != "configuration" or change.target.namespace != case.subject.namespace:
            continue
        after = [pod for pod in case.failing if started(pod) >= change.at]
        kept = bool(case.failing) and not after and change.target in own
        separated = case.share is not None and str(change.target) in " ".join((case.share.says, *case.share.also))
        alike = [row.chain.subject for row in case.began_together if _takes(case, row.chain.subject, change.target)]
        yield Hypothesis(
            kind="configuration",
            what=f"the edit of {change.target}{f' by {change.manager}' if change.manager else ''}",
            points=(
                *_timing(case, change),
                *points(
                    (separated, STRONG, f"{_side(case.share)} it: {case.share.counts}" if case.share else ""),
                    (bool(after) and not separated, SLIGHT, f"{_all_or(after, case)} started after it"),
                    (bool(alike), FAIR, f"{next(iter(alike), '')} takes it too and began to fail in the same minute"),
                    (kept, -STRONG, "it is read as environment, and no failing pod has started since"),
                ),
            ),
            look=look_at(change.target),
        )


def _timing(case: Case, change: Change) -> tuple[Point, ...]:
    if case.began is None:
        return (Point(weight=SLIGHT, text=f"{duration(case.seen.at - change.at)} ago; the onset is not known"),)
    lead = case.began - change.at
    if lead < -SLACK:
        return (Point(weight=-STRONG - SLIGHT, text=f"it came {duration(lead)} after the first sign"),)
    before = f"{duration(max(lead, timedelta()))} before the first sign"
    if lead <= CLOSE:
        return (Point(weight=STRONG, text=before),)
    if lead <= RECENT:
        return (Point(weight=FAIR, text=before),)
    return (Point(weight=-SLIGHT, text=f"it was there for {duration(lead)} before the first sign"),)


def _touching(case: Case, change: Change) -> str:
    image = next((line for line in change.differs if line.startswith("image ")), "")
    told = (line for mark, causes in _TOUCHES.items() for line in change.differs if mark in line and case.has(*causes))
    return next(told, image)


def _by_revision(case: Case, workload: WorkloadSeen) -> tuple[list[PodSeen], list[PodSeen]]:
    """Failing pods of older revisions, and of the current one."""
    current = next((each.controller for each in workload.revisions if each.current), "")
    known = [pod for pod in case.failing if pod.revision and current]
    old = [pod for pod in known if not current.endswith(pod.revision)]
    return old, [pod for pod in known if pod not in old]


def _old_ready(workload: WorkloadSeen) -> bool:
    return any(each.ready for each in workload.revisions if not each.current)


def _only_new(case: Case, new: list[PodSeen]) -> str:
    if case.share is not None and case.share.family == "revision":
        return f"of the new revision are {case.share.counts}"
    return f"all {count(len(new), 'pod')} that fail are of the new revision, and pods of the old one are ready"


def _rolled_out(case: Case, subject: Ref) -> bool:
    return any(each.kind == "rollout" and each.target == subject for each in case.changes)


def _by_environment(workload: WorkloadSeen) -> set[Ref]:
    """What is read as environment only: at a container's start, and never again."""
    spec = part(workload.template, "spec")
    space, mounted = workload.ref.namespace, {"spec": {"volumes": items(spec, "volumes")}}
    return {*config_refs(workload.template, space)} - {*config_refs(mounted, space)}


def _side(share: Share) -> str:
    """Which pods the edit separates: those that hold what was there before it, or what is there since."""
    before = any(" before " in f" {each} " for each in (share.says, *share.also) if each.startswith("started "))
    return "started before" if before else "started after"


def _takes(case: Case, subject: Ref, config: Ref) -> bool:
    return any(
        each.ref == subject and config in config_refs(each.template, each.ref.namespace) for each in case.seen.workloads
    )


def _all_or(some: list[PodSeen], case: Case) -> str:
    return f"{len(some)} of {count(len(case.failing), 'failing pod')}"
