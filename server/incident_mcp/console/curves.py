"""How ready each workload was at each look that counted, as the record tells it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from incident_mcp.text.drawn_health import Sample
from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.entry import Entry

SHOWN = 8


@dataclass(frozen=True)
class Curve:
    """One workload; its samples are in the order of time."""

    name: str
    samples: tuple[Sample, ...]

    @property
    def unwell(self) -> int:
        return sum(not sample.well for sample in self.samples)


@dataclass(frozen=True)
class Curves:
    """Those that were not well at some look, the worst first, and how many always were."""

    shown: tuple[Curve, ...]
    more: int
    always_well: int


def _steps(samples: list[Sample]) -> tuple[Sample, ...]:
    """In the order of time; of looks in a row that saw the same, the first, and the last look whatever it saw."""
    ordered = sorted(samples, key=lambda one: one.at)
    told = [(one.ready, one.desired) for one in ordered]
    moved = [one for number, one in enumerate(ordered[:-1]) if number == 0 or told[number] != told[number - 1]]
    return (*moved, ordered[-1])


def curves(entries: Sequence[Entry]) -> Curves:
    """Read from the `counts` of looks and verdicts."""
    found: dict[str, list[Sample]] = {}
    for entry in entries:
        counts = entry.data.get("counts")
        for name, told in (counts if isinstance(counts, dict) else {}).items():
            try:
                found.setdefault(name, []).append(Sample.model_validate(told, strict=False))
            except ValidationError:  # another version's figures: what can't be read is not drawn
                continue
    every = [Curve(plain(name), _steps(samples)) for name, samples in found.items()]
    moved = sorted((curve for curve in every if curve.unwell), key=lambda curve: -curve.unwell)
    return Curves(tuple(moved[:SHOWN]), len(moved[SHOWN:]), len(every) - len(moved))
