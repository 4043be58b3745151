"""What pods and nodes use right now, beside what they asked for and may use. CPU in cores, memory in bytes."""

from datetime import datetime

from pydantic import Field

from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value


class Amounts(Value):
    """CPU and memory of one thing; None where there is no such figure (no limit, not measured)."""

    cpu: float | None = None
    memory: int | None = None


class PodUsage(Value):
    """One pod. A request or limit is None as soon as one of its containers has none: the sum would be a lie."""

    ref: Ref
    node: str | None = None
    used: Amounts
    requested: Amounts = Field(default_factory=Amounts)
    limit: Amounts = Field(default_factory=Amounts)
    restarts: int = 0

    @property
    def tightest(self) -> float:
        """The largest share of a limit that is used; 0 without limits."""
        return max(share(self.used.cpu, self.limit.cpu), share(self.used.memory, self.limit.memory))


class NodeUsage(Value):
    """One node, beside what pods may take of it."""

    name: str
    used: Amounts
    allocatable: Amounts = Field(default_factory=Amounts)

    @property
    def tightest(self) -> float:
        return max(share(self.used.cpu, self.allocatable.cpu), share(self.used.memory, self.allocatable.memory))


class Usage(Value):
    """One look. `measured` counts all pods that the metrics server knows, `pods` holds those that were read in full."""

    at: datetime
    pods: tuple[PodUsage, ...] = ()
    nodes: tuple[NodeUsage, ...] = ()
    measured: int = 0


def share(used: float | None, of: float | None) -> float:
    """How much of it is used, 0 to 1 and beyond; 0 where one of the two is not known."""
    return used / of if used is not None and of else 0.0
