"""A typed reply as readable text: the summary's lines as they are, the detail below as YAML, which needs no legend."""

from typing import Any, cast

from incident_mcp.text.masking import mask_texts
from incident_mcp.vocabulary.reply import Reply

_IN_SUMMARY = ("summary", "cluster")


def outgoing(reply: Reply) -> dict[str, Any]:
    """The reply as it leaves: whatever a step forgot to mask is masked here."""
    return cast("dict[str, Any]", mask_texts(reply.compact()))


def readable(told: dict[str, Any]) -> str:
    """What is `outgoing`, for a client that does not take structured content, and for the command line."""
    detail = {key: value for key, value in told.items() if key not in _IN_SUMMARY}
    summary: list[str] = told.get("summary", [])
    if not detail:
        return "\n".join(summary)
    import yaml  # needed by answers only, not at start

    below = yaml.safe_dump(detail, sort_keys=False, allow_unicode=True, width=120)
    return "\n".join((*summary, "", below.rstrip()))
