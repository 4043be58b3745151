"""Corrections: a later entry that names an earlier one stands in its place; the earlier one stays in the journal."""

from collections.abc import Sequence

from incident_mcp.vocabulary.entry import Entry, EntryKind


def uncorrected(entries: Sequence[Entry]) -> list[Entry]:
    """The opening stays whatever corrects it: an incident without one can't be told."""
    corrected = {entry.corrects for entry in entries if entry.corrects}
    return [entry for entry in entries if entry.id not in corrected or entry.kind is EntryKind.OPENED]
