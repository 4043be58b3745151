"""An entry before it is written: cleaned of what nobody can see, and masked. The journal takes it in no other way."""

from typing import cast

from pydantic import JsonValue

from incident_mcp.text.cleaning import clean
from incident_mcp.text.masking import mask, mask_data
from incident_mcp.vocabulary.entry import NewEntry


def masked(new: NewEntry) -> NewEntry:
    """Its words, its data and the names that a client or a person gave."""
    actor = new.actor.model_copy(
        update={"name": _safe(new.actor.name), "client": _safe(new.actor.client) if new.actor.client else None}
    )
    data = cast("dict[str, JsonValue]", mask_data(new.data))
    return new.model_copy(update={"text": _safe(new.text), "data": data, "actor": actor})


def _safe(text: str) -> str:
    return mask(clean(text, keep_lines=True))
