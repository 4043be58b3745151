"""What one look saw of those who decide how many pods there are, and how many may go."""

from incident_mcp.vocabulary.condition import ConditionSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value


class AutoscalerSeen(Value):
    """A HorizontalPodAutoscaler that knows no metric, can't scale, or stands at its maximum."""

    ref: Ref
    uid: str = ""
    target: Ref
    least: int = 1
    most: int = 1
    current: int = 0
    wanted: int = 0
    conditions: tuple[ConditionSeen, ...] = ()


class BudgetSeen(Value):
    """A PodDisruptionBudget that lets no pod go, or one of several."""

    ref: Ref
    uid: str = ""
    selector: dict[str, str] = {}
    partly: bool = False
    """It selects by expressions as well, which are not read."""
    allowed: int = 0
    healthy: int = 0
    needed: int = 0
    expected: int = 0
    rule: str = ""
    """`minAvailable 2` or `maxUnavailable 0`."""
