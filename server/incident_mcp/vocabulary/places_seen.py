"""What one look saw of the nodes as places for pods, read when a pod finds none: labels, taints, cordons."""

from incident_mcp.vocabulary.value import Value


class TaintSeen(Value):
    """A taint that keeps pods away: `NoSchedule` or `NoExecute`."""

    key: str
    value: str = ""
    effect: str = ""

    def __str__(self) -> str:
        return f"{self.key}={self.value}" if self.value else self.key


class PlaceSeen(Value):
    """One node, well or not."""

    name: str
    labels: dict[str, str] = {}
    taints: tuple[TaintSeen, ...] = ()
    unschedulable: bool = False
