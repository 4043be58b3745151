"""What stands beside a root in a terminal: what else it could be, whose it is, the runbook, the last time."""

from collections.abc import Callable, Iterator

from incident_mcp.workflow.beside import Beside, RivalLine, WeighedLine, call_words, deciding

Labelled = Callable[[str, str], str]


def beside_lines(found: Beside, labelled: Labelled) -> Iterator[str]:
    """Each line under a label of its own; nothing for what is empty."""
    if found.share:
        yield labelled("share", found.share)
    if found.weighed:
        yield from _weighed(found.weighed, labelled)
    if found.owner:
        yield labelled("owner", found.owner)
    for book in found.runbooks:
        yield labelled("runbook", " ".join(part for part in (book.runbook, book.link) if part))
        yield from (labelled("", line) for line in book.quote.splitlines())
        if book.more:
            yield labelled("", book.more)
    yield from (labelled("before", line) for line in found.earlier)


def _weighed(weighed: WeighedLine, labelled: Labelled) -> Iterator[str]:
    if weighed.look_next is not None:
        yield labelled("why", f"no cause found; missing: {'; '.join(weighed.missing)}")
        if weighed.last_words:
            yield labelled("last words", weighed.last_words)
        yield labelled("look next", call_words(weighed.look_next))
        return
    several = len(weighed.rivals) > 1
    for number, rival in enumerate(weighed.rivals):
        yield labelled(("either" if number == 0 else "or") if several else "likeliest", _rival(rival))
    if several:
        yield labelled("decides", call_words(deciding(weighed)))


def _rival(rival: RivalLine) -> str:
    against = "; ".join(rival.speaks_against) or "none"
    return f"{rival.cause} (for: {'; '.join(rival.speaks_for)}; against: {against})"
