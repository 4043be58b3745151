"""The first branch of the decision tree: was it a recent deployment? If so, the exact call that takes it back.

*Yes* needs three things: a rollout not long before the onset, of the very object that fails, and no pod of the revision
before that fails alike. A rollout after the onset explains nothing.
"""

from datetime import timedelta

from incident_mcp.assess.assessment import Call, Change, Decision, Onset
from incident_mcp.cluster.rollback_target import pick_target
from incident_mcp.cluster.rollout_history import history_of
from incident_mcp.text.words import clock, duration
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.observation import Observation, WorkloadSeen
from incident_mcp.vocabulary.rollout import Revision

_ASKED_FOR = ("ConfigMap", "Secret", "ServiceAccount", "PersistentVolumeClaim")
"""What a rollout can begin to ask for: then going back helps although the root is another object."""
RECENT = timedelta(hours=1)
"""Between rollout and first sign: beyond, something else must have come to it."""
SLACK = timedelta(seconds=2)
"""The API server dates to whole seconds."""
ROLLBACK = "rollback_workload"


def decide(seen: Observation, chain: Chain, onset: Onset | None, changes: tuple[Change, ...]) -> Decision:
    """For the worst chain."""
    workload = next((each for each in seen.workloads if each.ref == chain.subject), None)
    change = next((each for each in changes if each.kind == "rollout" and each.target == chain.subject), None)
    if workload is None or (chain.root.target != chain.subject and chain.root.target.kind not in _ASKED_FOR):
        return _no(f"the root is {chain.root.target}", chain, changes)
    if not workload.revisions:
        return Decision(recent_deployment="unknown", why="its revisions could not be read", so=_look(chain))
    if change is None:
        return _no("no rollout within a day before the onset", chain, changes)
    if onset is None:
        return Decision(recent_deployment="unknown", why="the onset is not known", so=_look(chain), change=change)
    return _judge(seen, workload, chain, onset, change, changes)


def _judge(
    seen: Observation, workload: WorkloadSeen, chain: Chain, onset: Onset, change: Change, changes: tuple[Change, ...]
) -> Decision:
    lead = onset.at - change.at
    what = onset.what.partition(",")[0]
    if lead < -SLACK:
        return _no(f"the rollout came {duration(lead)} after the {what}", chain, changes)
    if lead > RECENT and not _only_new_fail(seen, workload):
        return _no(f"the last rollout was {duration(lead)} before the {what}", chain, changes)
    if _old_fail_too(seen, workload):
        return _no("pods of the revision before fail too", chain, changes)
    why = f"{duration(max(lead, timedelta()))} before the {what}"
    return _rollback(seen, workload, why, change)


def _rollback(seen: Observation, workload: WorkloadSeen, why: str, change: Change) -> Decision:
    try:
        target = pick_target(history_of(workload, seen.at, seen.pods_of(workload.ref)))
    except BadRequest as error:
        return Decision(recent_deployment="yes", why=why, so=f"repair it forward: {error.happened}", change=change)
    ref = workload.ref
    arguments = {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name, "revision": target.revision.number}
    so = f"roll back to revision {target.revision.number}{_ran(target.revision, seen)}"
    return Decision(
        recent_deployment="yes", why=why, so=so, call=Call(tool=ROLLBACK, arguments={**arguments}), change=change
    )


def _ran(revision: Revision, seen: Observation) -> str:
    """`, which ran for 41 h until 02:11:31`."""
    if revision.ran_for is None or revision.current_until is None:
        return ""
    return f", which ran for {duration(revision.ran_for)} until {clock(revision.current_until, seen.at)}"


def _no(why: str, chain: Chain, changes: tuple[Change, ...]) -> Decision:
    edit = next(
        (each for each in changes if each.kind == "configuration" and (each.seconds_before_onset or -1) >= 0), None
    )
    so = f"look at {edit.text} at {clock(edit.at)}" if edit else _look(chain)
    return Decision(recent_deployment="no", why=why, so=so)


def _look(chain: Chain) -> str:
    step = chain.root.next_step.rstrip(".")
    return f"{step[:1].lower()}{step[1:]}" if step else "investigate"


def _old_fail_too(seen: Observation, workload: WorkloadSeen) -> bool:
    current = next((each.controller for each in workload.revisions if each.current), "")
    failing = [pod for pod in seen.pods_of(workload.ref) if not pod.ready and not pod.deleting and pod.revision]
    return any(not current.endswith(pod.revision) for pod in failing)


def _only_new_fail(seen: Observation, workload: WorkloadSeen) -> bool:
    """Pods of the revision before are still there and well, and all that fail are new: the rollout is stuck."""
    old_ready = any(each.ready for each in workload.revisions if not each.current)
    return old_ready and not _old_fail_too(seen, workload)
