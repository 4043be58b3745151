"""Aggregated APIs that are not available, and the Service that should answer for them."""

from collections.abc import Iterator

from incident_mcp.investigate.kinds.nodes import API_SERVICE_DOWN
from incident_mcp.investigate.sufferers import finding
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import Observation


def find(seen: Observation) -> Iterator[Finding]:
    for api in seen.api_services:
        down = (service.ref for service in seen.services if service.ref == api.service and not service.ready)
        yield finding(
            API_SERVICE_DOWN,
            target=api.ref,
            severity="warning",
            summary=f"it is not available ({api.reason}){f': {api.service} should answer' if api.service else ''}",
            evidence=(Evidence(source=f"{api.ref}, condition Available", value=api.message, at=api.since),),
            next_step=f"Look at {api.service} and its pods." if api.service else "Look at the API server's own log.",
            since=api.since,
            because_of=next(down, None),
        )
