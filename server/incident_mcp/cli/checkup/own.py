"""What is ours on this machine: settings, state folder, record, who is at the keyboard, and whether a server runs."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from incident_mcp.cli.checkup.check import Check, bad, failed, good, off
from incident_mcp.cli.checkup.mode import separated_checks
from incident_mcp.cli.checkup.policy import policy_checks
from incident_mcp.cli.serving import Serving
from incident_mcp.record.journal import Journal
from incident_mcp.record.shared_place import SharedPlace
from incident_mcp.settings import PREFIX, Settings, load_settings, settings_file
from incident_mcp.text.modes import IN_FULL
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.errors import IncidentError, RecordError
from incident_mcp.wiring import remote_door

KEEP = "Keep the file as it is, and compare it with a copy; a new one begins where INCIDENT_HOME names another folder."


def settings_check(**options: Any) -> tuple[Settings, Check]:
    """The settings and their check. Where they can't be used, the defaults stand in for the checks that follow."""
    try:
        settings = load_settings(**options)
    except IncidentError as error:
        given = {name: value for name, value in options.items() if value is not None}
        return Settings.model_construct(**given), failed("settings", error)
    path = settings_file(os.environ)
    variables = sorted(PREFIX + key.upper() for key in Settings.model_fields if os.environ.get(PREFIX + key.upper()))
    environment = f", and {listed(variables)}" if variables else ""
    return settings, good("settings", f"{path if path.is_file() else f'defaults (there is no {path})'}{environment}")


def own_checks(settings: Settings, serving: Serving | None) -> Iterator[Check]:
    folder = _folder(settings.home.expanduser())
    yield folder
    yield _record(settings) if folder.mark == "ok" else off("record", "not checked")
    if settings.shared:
        yield _shared(settings.shared)
    person = settings.person
    yield good("you", f"{person.name}, by {person.known_by}")
    yield _server(serving)
    yield _writing(settings)
    if remote := remote_door(settings):
        yield from separated_checks(remote, settings.channels)
        return
    yield from policy_checks(settings)
    yield off("mode", IN_FULL["Advisory"])


def _folder(home: Path) -> Check:
    """The state folder, or where it will be made."""
    there = home
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return bad(
            "state folder",
            f"{there} can't be written to",
            "Mend its rights, or set INCIDENT_HOME to a folder of yours.",
        )
    return good("state folder", str(home) if there == home else f"{home} (made with the first entry)")


def _record(settings: Settings) -> Check:
    path = settings.journal
    if not path.exists():
        return good("record", "empty")
    if not os.access(path, os.W_OK):
        return bad(
            "record", f"{path} can't be written to", "Mend its rights: without it nothing is written to a cluster."
        )
    try:
        journal = Journal(path, system_clock)
        problems, incidents = journal.verify(), journal.incidents()
        journal.close()
    except RecordError as error:
        return failed("record", error)
    except Exception as error:  # content that is no entry of ours, or no JSON at all
        return bad("record", f"{path} holds what can't be read ({type(error).__name__})", KEEP)
    if problems:
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        return bad("record", f"{path}: {problems[0]}{more}", KEEP)
    return good("record", f"{count(len(incidents), 'incident')}, the chain of entries is whole")


def _shared(place: SharedPlace) -> Check:
    from incident_mcp.record.following import shared_copy

    try:
        with closing(shared_copy(place, os.environ)) as copy:
            writers = len(copy.heads())
    except RecordError as error:
        return failed("shared record", error)
    return good("shared record", f"{place.shown}, {count(writers, 'writer')}")


def _server(serving: Serving | None) -> Check:
    if serving is None:
        return off("server", "none runs for this folder")
    serves = f"sandbox {serving.sandbox}" if serving.sandbox else "the cluster below"
    return good("server", f"runs for this folder (process {serving.pid}) and serves {serves}")


def _writing(settings: Settings) -> Check:
    if settings.allow_writes:
        return good("writing", "on: tools that change the cluster are offered, and each change asks a person")
    return off("writing", "off, unless a server is started with --allow-writes (or INCIDENT_ALLOW_WRITES=1)")
