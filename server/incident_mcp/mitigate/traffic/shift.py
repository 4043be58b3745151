"""A change of traffic before it is a plan: which fields of which object, and who gets how much before and after."""

from dataclasses import dataclass
from typing import Any

from incident_mcp.cluster.json_parts import Json
from incident_mcp.mitigate.pointers import UID, fact, put, tests
from incident_mcp.mitigate.traffic.shares import percent
from incident_mcp.vocabulary.plan import Fact, Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.traffic import Backend


@dataclass(frozen=True)
class Part:
    """What one backend gets, in per cent of its rule. `backend` is None for what is no Service."""

    label: str
    before: float
    after: float
    backend: Backend | None = None
    port: str = ""
    """The port that the route names; empty: none."""

    @property
    def moves(self) -> str:
        return f"{self.label} {percent(self.before)} -> {percent(self.after)}"


@dataclass(frozen=True)
class Shift:
    """The fields by JSON pointer, each with its new value (None takes it away); `guards` only must stay as they are."""

    target: Ref
    path: str
    live: Json
    fields: dict[str, Any]
    shown: dict[str, str]
    """Each field as it is now, in words."""
    parts: tuple[Part, ...]
    headline: str
    """What happens, after the target's name: `web-v2 5 % -> 20 %`."""
    before: str
    after: str
    guards: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def gaining(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.after > part.before)

    def write(self) -> Write:
        body: list[Json] = tests(self.live, (UID, *self.guards))
        for pointer, value in self.fields.items():
            body += put(self.live, pointer, value)
        return Write(
            method="PATCH", path=self.path, body=[*body], target=self.target, shown=f"{self.target}: {self.headline}"
        )

    def facts(self) -> tuple[Fact, ...]:
        return (
            fact(self.live, UID, "the same object"),
            *(fact(self.live, pointer, self.before) for pointer in self.guards),
            *(fact(self.live, pointer, self.shown[pointer]) for pointer in self.fields),
        )
