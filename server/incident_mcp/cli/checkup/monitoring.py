"""Whether the monitoring that the settings name answers, and whether it counts requests in a way that we know."""

import os
import time

from incident_mcp.cli.checkup.check import Check, bad, failed, good, off
from incident_mcp.cluster.api import Api
from incident_mcp.metrics.alertmanager import Alertmanager
from incident_mcp.metrics.asking import Asking
from incident_mcp.metrics.inquiry import Inquiry
from incident_mcp.metrics.place import Queries
from incident_mcp.metrics.prometheus import Prometheus
from incident_mcp.services.place import Place
from incident_mcp.services.source import Source
from incident_mcp.settings import Settings
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.errors import Forbidden, IncidentError
from incident_mcp.wiring import monitoring


async def monitoring_checks(settings: Settings, api: Api) -> list[Check]:
    """One line a server, or one that says that there is none."""
    if settings.prometheus is None and settings.alertmanager is None:
        return [off("monitoring", "none in the settings: alerts, error rates and traffic are not checked")]
    watched = monitoring(settings, api, os.environ)
    checks: list[Check] = []
    if settings.prometheus:
        checks.append(await _prometheus(settings.prometheus, watched.prometheus, watched.own, watched.seconds))
    if settings.alertmanager:
        checks.append(await _alertmanager(settings.alertmanager, watched.alertmanager))
    await watched.aclose()
    return checks


async def _prometheus(place: Place, source: Source | None, own: Queries, seconds: float) -> Check:
    if source is None:
        return _elsewhere("prometheus", place)
    server, began = Prometheus(source, seconds), time.monotonic()
    try:
        await server.query("vector(1)", system_clock())
    except IncidentError as error:
        return _refused("prometheus", place, error)
    took = f"{source.name} answers in {1000 * (time.monotonic() - began):.0f} ms"
    inquiry = Inquiry(server, Asking(), system_clock())
    await inquiry.detect()
    names = [family.total for family in inquiry.families]
    if inquiry.asking.missed:
        return bad("prometheus", f"{took}, but does not tell its metrics: {inquiry.asking.missed[0][1]}")
    if names:
        return good("prometheus", f"{took}; requests are counted by {listed(names, 4)}")
    if own.error_rate:
        return good("prometheus", f"{took}; requests are counted by the settings' own queries")
    unknown = f"{took}; it counts requests in no way that is known here"
    return off("prometheus", unknown, "Name your own queries in [prometheus.queries]: examples/settings.toml.")


async def _alertmanager(place: Place, source: Source | None) -> Check:
    if source is None:
        return _elsewhere("alertmanager", place)
    began = time.monotonic()
    try:
        alerts = await Alertmanager(source).alerts()
    except IncidentError as error:
        return _refused("alertmanager", place, error)
    took = f"{source.name} answers in {1000 * (time.monotonic() - began):.0f} ms"
    return good("alertmanager", f"{took}; {count(len(alerts), 'alert')}")


def _refused(name: str, place: Place, error: IncidentError) -> Check:
    if place.service is None or not isinstance(error, Forbidden):
        return failed(name, error)
    return bad(name, error.happened, f"Grant get on services/proxy of {place.service}: deploy/monitoring.yaml does.")


def _elsewhere(name: str, place: Place) -> Check:
    return off(name, f"watches context {place.context}, which is another one than this: not asked")
