"""What the pods of a workload are called: also of those that are gone, which no list of today's pods holds.

The suffixes are the controllers' own (kubernetes/apimachinery, `rand.SafeEncodeString` and `rand.String`).
"""

import re

from incident_mcp.services.quoting import literal
from incident_mcp.vocabulary.refs import Ref

_SUFFIXES = {
    "Deployment": "-[0-9a-z]{1,10}-[0-9a-z]{5}",
    "StatefulSet": "-[0-9]+",
    "DaemonSet": "-[0-9a-z]{5}",
    "Job": "-[0-9a-z]{5}",
    "Pod": "",
}


def pod_pattern(workload: Ref) -> str:
    """The pattern (RE2 and Python alike, to be matched whole) of its pods' names."""
    return literal(workload.name) + _SUFFIXES.get(workload.kind, "(-[0-9a-z]+)*")


def is_pod_of(name: str, workload: Ref) -> bool:
    """Whether a pod of this name can be one of the workload's."""
    return re.fullmatch(pod_pattern(workload), name) is not None
