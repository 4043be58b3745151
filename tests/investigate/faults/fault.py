"""One planted fault: what is seen of it, and the one root that must be found."""

from dataclasses import dataclass
from typing import Any

from incident_mcp.vocabulary.finding import Gravity
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref
from tests.investigate.observations import deployment, workload

API = deployment("api")


@dataclass(frozen=True)
class Fault:
    """The healthy neighbour is in `seen` as well."""

    seen: Observation
    cause: str
    target: Ref
    summary: str
    severity: Gravity = "critical"


def api(ready: int = 0, **fields: Any) -> Any:
    return workload("api", ready, 2, **fields)
