"""What an image does when it runs. Scenarios say it as data; nothing here knows the name of any image.

A program has behaviours; at each start of a container the first one whose condition holds is taken, given the
environment and the limits that the container has at that moment. So a fault goes away with its cause, and comes back
with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

from incident_sandbox.model.objects import Object, dig
from incident_sandbox.model.quantities import quantity
from incident_sandbox.model.timestamps import parse_span

Environment = dict[str, str]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a container finds when it starts."""

    environment: Environment
    container: Object
    has_endpoints: Callable[[str, str], bool]
    """Whether a Service (namespace, name) has a ready endpoint."""


Condition = Callable[[Situation], bool]


def _missing_env(name: str) -> Condition:
    return lambda situation: not situation.environment.get(name)


def _memory_limit_below(need: str) -> Condition:
    def holds(situation: Situation) -> bool:
        limit = dig(situation.container, "resources", "limits", "memory")
        return limit is not None and quantity(limit) < quantity(need)

    return holds


def _no_endpoints(service: str) -> Condition:
    namespace, _, name = service.partition("/")
    return lambda situation: not situation.has_endpoints(namespace, name)


def _env(expected: dict[str, str]) -> Condition:
    return lambda situation: expected.items() <= situation.environment.items()


_CONDITIONS: dict[str, Callable[[Any], Condition]] = {
    "missing-env": _missing_env,
    "memory-limit-below": _memory_limit_below,
    "no-endpoints": _no_endpoints,
    "env": _env,
}


@dataclass(frozen=True, slots=True)
class Exit:
    after: timedelta
    code: int
    reason: str
    """`Error`, `Completed` or `OOMKilled`, as the kubelet tells it."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    conditions: tuple[Condition, ...] = ()
    ready_after: timedelta | None = timedelta(seconds=3)
    """None: it never becomes ready."""
    unready: str = ""
    """What the readiness probe reports meanwhile."""
    exit: Exit | None = None
    opening: tuple[tuple[timedelta, str], ...] = ()
    """Log lines at fixed times after the start."""
    rhythm: timedelta | None = None
    chorus: tuple[str, ...] = ()
    """Log lines that come again and again, one every `rhythm`, once it is ready."""
    cpu: str = "25m"
    memory: str = "64Mi"

    def fits(self, situation: Situation) -> bool:
        return all(condition(situation) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Program:
    image: str
    """A pattern as in a shell: `registry.example/shop/*:1.4?`."""
    pull: timedelta = timedelta(seconds=2)
    size: int = 41_943_040
    behaviours: tuple[Behaviour, ...] = field(default=(Behaviour(),))

    def behaviour(self, situation: Situation) -> Behaviour:
        return next((item for item in self.behaviours if item.fits(situation)), Behaviour())


def find_program(programs: list[Program], image: str) -> Program | None:
    """The first whose pattern fits; an image without a program is in no registry and cannot be pulled."""
    return next((program for program in programs if fnmatchcase(image, program.image)), None)


def read_program(data: Object) -> Program:
    """Raises KeyError or ValueError for what a scenario spells wrongly."""
    behaviours = tuple(_behaviour(item) for item in data.get("behaves", [{}]))
    return Program(data["image"], parse_span(data.get("pull", "2s")), data.get("size", 41_943_040), behaviours)


def _behaviour(data: Object) -> Behaviour:
    unknown = data.keys() - {"when", "ready-after", "unready", "exit", "log", "repeat", "cpu", "memory"}
    if unknown:
        raise ValueError(f"a behaviour has no {sorted(unknown)}")
    ready = data.get("ready-after", None if "exit" in data or "unready" in data else "3s")
    repeat = data.get("repeat", {})
    return Behaviour(
        conditions=tuple(_CONDITIONS[name](value) for name, value in data.get("when", {}).items()),
        ready_after=parse_span(ready) if ready else None,
        unready=data.get("unready", ""),
        exit=_exit(data["exit"]) if "exit" in data else None,
        opening=tuple(_opening(data.get("log", []))),
        rhythm=parse_span(repeat["every"]) if repeat else None,
        chorus=tuple(repeat.get("lines", ())),
        cpu=data.get("cpu", "25m"),
        memory=data.get("memory", "64Mi"),
    )


def _exit(data: Object) -> Exit:
    code = data["code"]
    return Exit(parse_span(data["after"]), code, data.get("reason", "Error" if code else "Completed"))


def _opening(data: list[Object]) -> list[tuple[timedelta, str]]:
    """Each entry has `after` and `text`, whose lines come a few milliseconds apart."""
    lines: list[tuple[timedelta, str]] = []
    for entry in data:
        for number, line in enumerate(entry["text"].splitlines()):
            lines.append((parse_span(entry.get("after", "0s")) + timedelta(milliseconds=number), line))
    return lines
