"""A typed reply as readable text: the summary's lines as they are, the detail below as YAML, which needs no legend."""

from incident_mcp.vocabulary.reply import Reply

_IN_SUMMARY = ("summary", "cluster")


def readable(reply: Reply) -> str:
    """What a client shows that does not take structured content, and what the command line prints."""
    detail = {key: value for key, value in reply.compact().items() if key not in _IN_SUMMARY}
    if not detail:
        return "\n".join(reply.summary)
    import yaml  # needed by answers only, not at start

    below = yaml.safe_dump(detail, sort_keys=False, allow_unicode=True, width=120)
    return "\n".join((*reply.summary, "", below.rstrip()))
