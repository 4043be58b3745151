"""A scenario is data: nodes, what images do, and a past that is not written down but replayed.

The past is a list of writes, each with its age and its author. They go through the same door as everybody's, and the
controllers act on them at their time. So revisions, conditions, restart counts, events and field owners of the present
are what such a past leaves behind, down to the second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from incident_sandbox.kubelet.programs import Program, read_program
from incident_sandbox.model.objects import Object
from incident_sandbox.model.timestamps import parse_span

FOLDER = files("incident_sandbox") / "scenarios"


@dataclass(frozen=True, slots=True)
class Step:
    """Objects that one author wrote at one time: created, or merged into what was there."""

    ago: timedelta
    manager: str
    objects: list[Object]


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    cluster: str
    description: str
    has_metrics: bool
    programs: list[Program] = field(default_factory=list[Program])
    steps: list[Step] = field(default_factory=list[Step])


def scenario_names() -> list[str]:
    """The scenarios that can be served, in alphabetical order."""
    return sorted(item.name.removesuffix(".yaml") for item in FOLDER.iterdir() if item.name.endswith(".yaml"))


@cache
def load_scenario(name: str) -> Scenario:
    """Read once; nobody changes it. Raises ValueError, naming those that exist, for an unknown scenario."""
    if name not in scenario_names():
        raise ValueError(f"no scenario {name!r}; there are {', '.join(scenario_names())}")
    layers = _layers(f"{name}.yaml")
    merged: dict[str, Any] = {}
    for layer in layers:
        merged |= {key: value for key, value in layer.items() if key not in ("programs", "past", "extends")}
    # A later layer's programs come first, so that it can say otherwise about an image.
    programs = [read_program(item) for layer in reversed(layers) for item in layer.get("programs", [])]
    steps = [_step(item) for layer in layers for item in layer.get("past", [])]
    steps.sort(key=lambda step: step.ago, reverse=True)
    return Scenario(name, merged["cluster"], merged["description"], merged.get("metrics", False), programs, steps)


def _layers(path: str) -> list[dict[str, Any]]:
    """The file and what it extends, the base first."""
    layer = _read(path)
    return [*(_layers(layer["extends"]) if "extends" in layer else []), layer]


def _read(path: str) -> dict[str, Any]:
    import yaml  # late: the package must stay cheap to import

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (FOLDER / path).read_text(encoding="utf-8")
    return yaml.load(text, Loader=loader)  # noqa: S506  both are safe loaders


def _step(data: dict[str, Any]) -> Step:
    return Step(parse_span(data["ago"]), data["by"], data["objects"])
