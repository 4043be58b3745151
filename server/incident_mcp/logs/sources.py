"""Whose log it is."""

from dataclasses import dataclass

from incident_mcp.vocabulary.refs import Ref


@dataclass(frozen=True, slots=True)
class Source:
    """One instance of one container. `previous`: the one before the one that runs, or waits, now."""

    pod: Ref
    container: str
    previous: bool = False

    @property
    def instance(self) -> str:
        """`checkout-7c9f8-x2k4p/app`, and whether it is the instance before."""
        return f"{self.pod.name}/{self.container}{', previous instance' if self.previous else ''}"
