"""What all changes of a pod template have alike: pods are replaced by the workload's own strategy."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.cluster.json_parts import Json, count, part, text
from incident_mcp.mitigate.pointers import value_at
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.observation import WorkloadSeen
from incident_mcp.vocabulary.plan import Fact, Risk
from incident_mcp.vocabulary.refs import Ref

WITHIN = timedelta(minutes=2)
"""How soon a rollout is promised to be ready."""


def typed(target: Ref) -> str:
    """`deployment/checkout`, as kubectl takes it."""
    return f"{target.kind.lower()}/{target.name}"


def check_not_paused(target: Ref, live: Json) -> None:
    """Raises `BadRequest`: a new template of a paused Deployment is not rolled out."""
    if value_at(live, "/spec/paused"):
        raise BadRequest(
            f"The rollout of {target} is paused, so a new template would not be rolled out.",
            f"Resume it first: pause_rollout with paused false, or kubectl -n {target.namespace} rollout resume "
            f"{typed(target)}",
        )


def not_paused(live: Json) -> Fact:
    return Fact(
        pointer="/spec/paused", value=bool(value_at(live, "/spec/paused")), shown="a rollout that is not paused"
    )


def unready_at_once(workload: WorkloadSeen) -> int:
    """How many ready pods the strategy lets go at one moment (maxUnavailable, rounded down as the controller does)."""
    allowed = workload.max_unavailable or "25%"
    most = workload.desired * int(allowed[:-1]) // 100 if allowed.endswith("%") else int(allowed)
    return min(most, workload.ready)


def unready_share(workload: WorkloadSeen) -> float:
    """Of its ready pods, the share that replacing them may leave unready at one moment."""
    return unready_at_once(workload) / workload.ready if workload.ready > 0 else 0.0


def exposure(workload: WorkloadSeen) -> tuple[Risk, str]:
    """The risk of replacing its pods: high where more than half of the ready ones may be unready at one moment."""
    exposed = unready_at_once(workload)
    if workload.ready > 0 and exposed * 2 > workload.ready:
        return "high", f"{exposed} of {workload.ready} ready pods may be unready at one moment"
    return "normal", ""


def ready_words(workload: WorkloadSeen) -> str:
    return "none ready" if workload.ready == 0 else f"{workload.ready} ready"


def replacing(workload: WorkloadSeen, live: Json) -> Iterator[str]:
    """Warnings about how its pods are replaced, or are not."""
    exposed = unready_at_once(workload)
    if workload.ready and exposed == workload.ready:
        yield f"all {workload.ready} ready pods may go at once (maxUnavailable {workload.max_unavailable})"
    strategy = part(live, "spec", "updateStrategy")
    if text(strategy, "type") == "OnDelete":
        yield "its strategy is OnDelete: no pod is replaced until somebody deletes it"
    partition = count(strategy, "rollingUpdate", "partition")
    if partition:
        yield f"its partition is {partition}: pods below that ordinal keep the revision that they have"
