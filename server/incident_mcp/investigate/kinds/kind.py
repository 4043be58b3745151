"""One kind of finding."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the catalogue. `depth` orders findings on one object: the deeper one explains the others."""

    code: str
    cause: str
    title: str
    depth: int
    means: str
    """What was seen, and where to look next: a sentence or two for whoever looks the code up."""
    after: str = ""
    """A proposed action item, so that it does not come back; `{target}` stands for the object."""
