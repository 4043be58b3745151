"""Programs that a Service selects beside its own: told by the labels that say which program a pod is.

A Service may select several workloads on purpose: two versions, a canary, all members of a group. It is a mistake where
it is named after one program, and takes in one of another name.
"""

import re
from collections.abc import Sequence

from incident_mcp.vocabulary.network_seen import OutlineSeen
from incident_mcp.vocabulary.observation import ServiceSeen

LABELS = ("app.kubernetes.io/name", "app", "k8s-app")
_VARIANT = re.compile(r"[-.](canary|stable|primary|secondary|baseline|preview|blue|green|old|new|next|beta|v?\d+)$")


def strangers(service: ServiceSeen, outlines: Sequence[OutlineSeen]) -> tuple[OutlineSeen, OutlineSeen] | None:
    """The workload that a Service is named after, and one of another program that it selects as well."""
    if any(label in service.selector for label in LABELS):
        return None
    own = next((each for each in outlines if service.ref.name in (identity(each), each.ref.name)), None)
    if own is None or not identity(own):
        return None
    other = next((each for each in outlines if identity(each) and _plain(each) != _plain(own)), None)
    return (own, other) if other else None


def identity(outline: OutlineSeen) -> str:
    """Which program its labels say it is; empty when they don't."""
    return next((outline.labels[label] for label in LABELS if label in outline.labels), "")


def _plain(outline: OutlineSeen) -> str:
    """Without what marks a variant of one program."""
    return _VARIANT.sub("", identity(outline))
