"""A new count: what it leaves to serve, and the autoscaler that decides the count too and may fight it (HPA; KEDA works
through an HPA of its own).
"""

from collections.abc import Iterator

from incident_mcp.cluster.autoscalers import autoscaler_seen
from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.mitigate.surroundings import Surroundings

KEDA = "scaledobject.keda.sh/name"


def fought(around: Surroundings, after: int) -> Iterator[str]:
    """A warning for the autoscaler that has this target."""
    for thing in around.autoscalers:
        seen = autoscaler_seen(thing)
        if seen.target != around.target:
            continue
        scaled_object = text(part(thing, "metadata", "labels"), KEDA)
        who = f"KEDA ScaledObject {scaled_object}" if scaled_object else f"HorizontalPodAutoscaler {seen.ref.name}"
        hold = f"; annotate it {'autoscaling.keda.sh/paused=true'} to hold it" if scaled_object else ""
        if after == 0:
            yield f"{who} is turned off by a count of 0, and never wakes it again by itself"
        elif not seen.least <= after <= seen.most:
            yield f"{who} keeps {seen.least} to {seen.most} replicas and corrects {after} at once{hold}"
        else:
            yield f"{who} decides the count between {seen.least} and {seen.most}, and may change it again{hold}"


def rescaled(around: Surroundings) -> Iterator[str]:
    """Requests are what an autoscaler's utilization is measured by."""
    for thing in around.autoscalers:
        seen = autoscaler_seen(thing)
        metrics = items(thing, "spec", "metrics")
        names = {
            text(one, "resource", "name") for one in metrics if text(one, "resource", "target", "type") == "Utilization"
        }
        if seen.target == around.target and names:
            yield f"{seen.ref} scales by {' and '.join(sorted(names))} in per cent of the requests"


def fewer(before: int, after: int, ready: int) -> Iterator[str]:
    """What is left to serve, from `before` to `after` replicas of which `ready` are ready now."""
    if after == 0:
        yield f"scaled to zero it serves nothing{f', and {ready} ready pods go' if ready else ''}"
    elif after < before and after == 1 and ready > 1:
        yield "one replica is left: whatever ends it ends the service"
