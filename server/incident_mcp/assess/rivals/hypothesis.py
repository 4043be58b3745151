"""One possible cause: what speaks for it, what against it, and the look that would decide."""

from typing import Literal

from incident_mcp.assess.assessment import Call
from incident_mcp.vocabulary.value import Value

Kind = Literal["rollout", "configuration", "dependency", "place", "load", "program"]

STRONG, FAIR, SLIGHT = 3.0, 2.0, 1.0
"""How much one observation weighs. Two fair ones outweigh a strong one; no single one proves anything."""


class Point(Value):
    """One observation about a hypothesis. A negative weight speaks against it."""

    weight: float
    text: str


class Hypothesis(Value):
    """A possible cause. Its points come from different sources: state, events, logs, changes, neighbours, measures."""

    kind: Kind
    what: str
    points: tuple[Point, ...]
    look: Call
    """The cheapest call of ours that would settle it."""

    @property
    def score(self) -> float:
        return sum(point.weight for point in self.points)

    @property
    def speaks_for(self) -> tuple[str, ...]:
        """The weightiest first."""
        return tuple(point.text for point in self._sorted() if point.weight > 0)

    @property
    def speaks_against(self) -> tuple[str, ...]:
        return tuple(point.text for point in reversed(self._sorted()) if point.weight < 0)

    def _sorted(self) -> list[Point]:
        return sorted(self.points, key=lambda point: -point.weight)


def points(*told: tuple[bool, float, str]) -> tuple[Point, ...]:
    """Those of the rows `(holds, weight, text)` that hold."""
    return tuple(Point(weight=weight, text=text) for holds, weight, text in told if holds)
