"""What pods may do: accounts, tokens, users, privileges."""

from collections.abc import Iterator
from typing import Any

from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.investigate.hygiene.item import Estate, HygieneItem, HygieneKind, item

Json = dict[str, Any]

DEFAULT_ACCOUNT = HygieneKind(
    "HYG201",
    "Pods use the default service account",
    "Whatever is granted to it is granted to everybody in the namespace (popeye 300).",
    "Give {target} a service account of its own",
)
TOKEN_MOUNTED = HygieneKind(
    "HYG202",
    "Pods carry a token of the API server that they have no use for",
    "The default account's token is mounted; whoever breaks in can ask the API server (popeye 301 and 303).",
    "Set automountServiceAccountToken to false on {target}, if it does not ask the API server",
)
MAY_BE_ROOT = HygieneKind(
    "HYG203",
    "A container may run as root",
    "Nothing says runAsNonRoot or another user (popeye 302 and 306).",
    "Run {target} as a user that is not root",
)
PRIVILEGED = HygieneKind(
    "HYG204",
    "A container is privileged",
    "It can do on its node what it likes.",
    "Give {target} the capabilities that it needs, and no more",
)
ALL = (DEFAULT_ACCOUNT, TOKEN_MOUNTED, MAY_BE_ROOT, PRIVILEGED)
_SYSTEM = ("kube-system",)


def find(estate: Estate) -> Iterator[HygieneItem]:
    """Not of the cluster's own components: they need what they have."""
    for workload in estate.workloads:
        if workload.ref.namespace in _SYSTEM:
            continue
        spec = part(workload.template, "spec")
        account = text(spec, "serviceAccountName") or "default"
        if account == "default":
            yield item(DEFAULT_ACCOUNT, workload.ref)
            if spec.get("automountServiceAccountToken") is not False:
                yield item(TOKEN_MOUNTED, workload.ref)
        containers = items(spec, "containers")
        if roots := [text(each, "name") for each in containers if _may_be_root(spec, each)]:
            yield item(MAY_BE_ROOT, workload.ref, f"container {', '.join(roots[:3])}")
        if strong := [text(c, "name") for c in containers if part(c, "securityContext").get("privileged") is True]:
            yield item(PRIVILEGED, workload.ref, f"container {', '.join(strong[:3])}")


def _may_be_root(spec: Json, container: Json) -> bool:
    """The container's own context wins over the pod's."""
    both = {**part(spec, "securityContext"), **part(container, "securityContext")}
    return both.get("runAsNonRoot") is not True and not both.get("runAsUser")
