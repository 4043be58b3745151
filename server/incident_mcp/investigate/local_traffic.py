"""Services that send to endpoints on the caller's node only, asked from a node that has none.

What kube-proxy then drops is never answered: the caller's log tells a time-out, and everybody else is well.
"""

from incident_mcp.investigate.log_evidence import Said
from incident_mcp.investigate.needed import service_of
from incident_mcp.vocabulary.observation import Observation, ServiceSeen

INSIDE = "internalTrafficPolicy"


def not_local(seen: Observation, said: Said) -> tuple[ServiceSeen, list[str]] | None:
    """The Service that a log complains of and the nodes that it was asked from, where none of them has an endpoint of
    it. None where one has: then it is something else.
    """
    service = service_of(seen, said)
    if service is None or service.local is None or service.local.field != INSIDE or not service.ready:
        return None
    pods = {line.log.pod for line in said.lines}
    nodes = sorted({pod.node for pod in seen.pods if pod.ref in pods and pod.node})
    return (service, nodes) if nodes and not set(nodes) & set(service.local.nodes) else None
