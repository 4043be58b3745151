"""The arithmetic of weights: a backend's share is its weight of the sum; what one gains the others lose in proportion.

New weights sum to 100, whatever the present ones sum to: older Istio wants that, and people read it as per cent.
"""

from collections.abc import Sequence

WHOLE = 100


class Unclear(ValueError):
    """Nobody can tell who shall get the rest: the others have no weight by which to divide it."""


def split(weights: Sequence[int], at: int, percent: int) -> list[int]:
    """The weights with `percent` for the one at `at`. The rest is divided as it is now, the largest remainders rounded
    up, so that all sum to 100. Raises `Unclear`.
    """
    rest = WHOLE - percent
    others = [0 if place == at else weight for place, weight in enumerate(weights)]
    total = sum(others)
    if total == 0 and rest:
        if len(weights) != 2:
            raise Unclear
        others, total = [int(place != at) for place in range(2)], 1
    new = [weight * rest // total if total else 0 for weight in others]
    by_remainder = sorted(range(len(new)), key=lambda place: -(others[place] * rest % total if total else 0))
    for place in by_remainder[: rest - sum(new)]:
        new[place] += 1
    new[at] = percent
    return new


def share(weights: Sequence[int], at: int) -> float:
    """In per cent. Where nothing has a weight, nobody gets anything."""
    total = sum(weights)
    return weights[at] * WHOLE / total if total else 0.0


def percent(value: float) -> str:
    """`20 %`, `33.3 %`."""
    return f"{round(value, 1):g} %"
