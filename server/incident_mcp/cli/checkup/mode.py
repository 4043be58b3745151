"""The separated mode: whether the executor answers, and which doors it has."""

from collections.abc import Iterator

from incident_mcp.cli.checkup.check import Check, failed, good, off
from incident_mcp.communicate.places import Places
from incident_mcp.executor.door import NOBODY, RemoteDoor
from incident_mcp.text.modes import IN_FULL
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.errors import IncidentError

_CHAT = "the chat is none; each approver's own terminal or console is one"


def separated_checks(door: RemoteDoor, channels: Places) -> Iterator[Check]:
    """What the executor says of itself, and what is set up here though it is the executor's. Its policy is its own to
    show: `incident-mcp doctor --policy` as its user.
    """
    if here := [name for name, place in channels if place is not None]:
        why = f"these settings name {listed(here)}: whoever has the tokens can send past the executor"
        yield off("tokens", why, "Take them out of here; the executor's settings and its user's files hold them.")
    try:
        standing = door.standing()
    except IncidentError as error:
        yield failed("mode", error)
        return
    yield good("mode", IN_FULL["Separated"])
    if standing.persons:
        yield good("doors", f"{_CHAT}; {count(standing.persons, 'person')} with a passphrase")
    else:
        yield off("doors", _CHAT, NOBODY)
    for words in standing.told:
        if words != NOBODY:
            yield off("executor", words)
