"""A program that can't reach another service, as its log says: refused, not resolved, or without an answer.

The Service it means is found by its name as programs write it: `payments`, `payments.shop`, `payments.shop.svc`.
"""

from collections.abc import Iterator

from incident_mcp.investigate.catalogue import DEPENDENCY_DOWN
from incident_mcp.investigate.log_evidence import Said, said_of
from incident_mcp.investigate.sufferers import finding, gravity
from incident_mcp.vocabulary.finding import Finding
from incident_mcp.vocabulary.observation import Observation, ServiceSeen

_WORDS = {
    "connection-refused": "connection refused to {host}",
    "name-not-resolved": "the name {host} does not resolve",
}


def find(seen: Observation) -> Iterator[Finding]:
    for said in said_of(seen, "connection-refused", "name-not-resolved"):
        if "host" in said.meaning.parts:
            yield _finding(seen, said)


def _finding(seen: Observation, said: Said) -> Finding:
    parts = said.meaning.parts
    service = _service(seen, said)
    host = f"{parts['host']}:{parts['port']}" if "port" in parts else parts["host"]
    behind = f"; {service.ref} has no ready endpoint" if service and not service.ready else ""
    return finding(
        DEPENDENCY_DOWN,
        target=said.target,
        severity=gravity(seen, said.target),
        summary=f"{_WORDS[said.meaning.cause].format(host=host)}{behind}",
        evidence=said.evidence,
        next_step=f"Look at {service.ref if service else host}: it is needed and does not answer.",
        since=said.first,
        because_of=service.ref if service and not service.ready else None,
    )


def _service(seen: Observation, said: Said) -> ServiceSeen | None:
    name, _, rest = said.meaning.parts["host"].partition(".")
    namespace = rest.partition(".")[0] or said.target.namespace
    return next((s for s in seen.services if s.ref.name == name and s.ref.namespace == namespace), None)
