"""Which Services a failing program asks for, by what its log says: by name, as programs write it, or by address."""

from incident_mcp.investigate.log_evidence import Said, said_of
from incident_mcp.vocabulary.observation import Observation, ServiceSeen
from incident_mcp.vocabulary.refs import Ref


def service_of(seen: Observation, said: Said) -> ServiceSeen | None:
    """`payments`, `payments.shop`, `payments.shop.svc`, `10.96.4.2`."""
    host = said.meaning.parts.get("host", "")
    by_address = next((each for each in seen.services if host in each.addresses), None)
    if by_address:
        return by_address
    name, _, rest = host.partition(".")
    namespace = rest.partition(".")[0] or said.target.namespace
    return next((s for s in seen.services if s.ref.name == name and s.ref.namespace == namespace), None)


def needed(seen: Observation) -> set[Ref]:
    """Services that a program which is not well asked for in vain."""
    failing = {pod.owner or pod.ref for pod in seen.pods if not pod.ready}
    told = said_of(seen, "connection-refused", "name-not-resolved", "deadline-exceeded")
    asked = (said for said in told if said.quiet or said.target in failing)
    return {service.ref for said in asked if (service := service_of(seen, said))}
