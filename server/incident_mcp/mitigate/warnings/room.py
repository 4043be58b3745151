"""A quota or a limit range in the way of the new pods: the workload's own dry run asks neither."""

from collections.abc import Iterator
from math import ceil

from incident_mcp.cluster.json_parts import Json, count, items, part, text
from incident_mcp.cluster.quantities import number
from incident_mcp.mitigate.surroundings import Surroundings

_COUNTED = {"cpu": "requests", "memory": "requests"} | {
    f"{kind}.{resource}": kind for kind in ("requests", "limits") for resource in ("cpu", "memory")
}


def surge(live: Json) -> int:
    """How many pods a rollout makes before it takes old ones away: a Deployment's maxSurge, rounded up."""
    if text(live, "kind") != "Deployment" or text(live, "spec", "strategy", "type") == "Recreate":
        return 0
    wanted = count(live, "spec", "replicas", default=1)
    most = text(live, "spec", "strategy", "rollingUpdate", "maxSurge") or "25%"
    return ceil(wanted * int(most[:-1]) / 100) if most.endswith("%") else int(most)


def no_room(around: Surroundings, more: int) -> Iterator[str]:
    """A quota that has no room for `more` pods of the template."""
    if around.template is None or more <= 0:
        return
    for quota in around.quotas:
        if part(quota, "spec").get("scopes") or part(quota, "spec").get("scopeSelector"):
            continue  # for some pods only: the pod's own dry run tells
        hard, used = part(quota, "status", "hard"), part(quota, "status", "used")
        for resource, most in hard.items():
            need, free = _need(around.template, resource), (number(most) or 0) - (number(used.get(resource)) or 0)
            if need and need * more > free + 1e-9:
                name = text(quota, "metadata", "name")
                fits = max(int((free + 1e-9) // need), 0)
                so_far = f"{resource}: {used.get(resource, 0)} of {most} used"
                yield f"ResourceQuota {name} has room for {fits} of {more} more pods ({so_far})"
                break


def _need(template: Json, resource: str) -> float:
    if resource in ("pods", "count/pods"):
        return 1
    kind = _COUNTED.get(resource)
    if kind is None:
        return 0
    name = resource.rpartition(".")[2]
    return sum(number(part(one, "resources", kind).get(name)) or 0 for one in items(template, "spec", "containers"))


def outside_limits(around: Surroundings) -> Iterator[str]:
    """A container above the maximum, or below the minimum, of a limit range."""
    for limit_range in around.limits:
        name = text(limit_range, "metadata", "name")
        for limit in items(limit_range, "spec", "limits"):
            if text(limit, "type") == "Container":
                yield from _outside(around.template or {}, name, limit)


def _outside(template: Json, name: str, limit: Json) -> Iterator[str]:
    for container in items(template, "spec", "containers"):
        for resource in ("cpu", "memory"):
            wanted = part(container, "resources")
            top, low = (part(limit, kind).get(resource) for kind in ("max", "min"))
            most, least = number(part(wanted, "limits").get(resource)), number(part(wanted, "requests").get(resource))
            who = f"container {text(container, 'name')}"
            if most is not None and top is not None and most > (number(top) or 0):
                yield f"LimitRange {name} allows {who} at most {top} {resource}: its pods would be refused"
            elif least is not None and low is not None and least < (number(low) or 0):
                yield f"LimitRange {name} wants {who} to ask for at least {low} {resource}: its pods would be refused"
