"""Whether what keeps the logs, as the settings name it, answers, and whether it knows lines of this cluster."""

import os
import time
from datetime import timedelta

from incident_mcp.cli.checkup.check import Check, bad, good, off
from incident_mcp.cluster.api import Api
from incident_mcp.logs.collected import UNNAMED
from incident_mcp.settings import Settings
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.log_source import LogsWanted
from incident_mcp.wiring import log_engines

_SECONDS = 10.0
_LATELY = timedelta(seconds=40)
_SPAN = timedelta(seconds=10)
"""Short, for it may be a large cluster's; and not the very last seconds, which may be on their way."""


async def log_checks(settings: Settings, api: Api) -> list[Check]:
    """One line an engine; none where none is set."""
    engines, checks = log_engines(settings, api, os.environ), list[Check]()
    places = {"loki": (settings.loki, engines.loki), "victorialogs": (settings.victorialogs, engines.victorialogs)}
    for name, (place, reached) in places.items():
        if place and not reached:
            checks.append(off(name, f"keeps context {place.context}, which is another one than this: not asked"))
    for source in engines.sources(system_clock):
        began = time.monotonic()
        since = system_clock() - _LATELY
        found = await source.read(LogsWanted(since=since, until=since + _SPAN), _SECONDS)
        took = f"answers in {1000 * (time.monotonic() - began):.0f} ms"
        name = source.name.lower()
        if found.not_checked:
            checks.append(bad(name, str(found.not_checked[0])))
        elif not any(UNNAMED not in (log.pod.namespace, log.pod.name, log.container) for log in found.logs):
            unknown = f"{took}, but gave no line of some seconds ago with namespace, pod and container"
            checks.append(off(name, unknown, "Name its labels in the settings: examples/settings.toml."))
        else:
            checks.append(good(name, took))
    await engines.aclose()
    return checks
