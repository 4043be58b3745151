"""What is known of one kind of line: its first one, looked at closely."""

from dataclasses import dataclass, field

from incident_mcp.logs.codes import Code
from incident_mcp.logs.levels import Level
from incident_mcp.logs.shapes import Shape


@dataclass(slots=True)
class Kind:
    """`base` is the kind that this one is a variant of; a variant has a `code`."""

    shape: Shape
    level: Level
    code: Code | None = None
    base: int | None = None
    code_mark: int | None = None
    """Which mark of its lines is a code."""
    frame: str = ""
    """Of a stack trace: the first frame of the application."""
    samples: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    """A few of its lines as they were written, with their source."""
