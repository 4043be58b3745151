"""What a command in a container wrote, as lines: our own words first, then its output and its errors, each fenced."""

from incident_mcp.text.fencing import FENCE_FOOT, fence
from incident_mcp.vocabulary.untrusted import Untrusted

LINES = 200
"""Of each, that are kept."""


def output_lines(ended: str, output: Untrusted, errors: Untrusted) -> tuple[str, ...]:
    """The first line says how it ended."""
    told = (*_block("output", output), *_block("errors", errors))
    return (ended, *(told or ("It wrote nothing.",)))


def _block(what: str, text: Untrusted) -> tuple[str, ...]:
    lines = fence([text]).splitlines() if text else []
    while len(lines) > 2 and not lines[-2]:  # the last line's end
        del lines[-2]
    return (f"{what}:", *shortened(lines, LINES)) if len(lines) > 2 else ()


def shortened(lines: list[str], most: int) -> tuple[str, ...]:
    """A fenced block of at most `most` lines, which ends as a block does."""
    if len(lines) <= most + 2:
        return tuple(lines)
    return (*lines[: most + 1], FENCE_FOOT, f"({len(lines) - 2 - most} more lines left out)")
