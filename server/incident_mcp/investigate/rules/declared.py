"""What workloads that are well declare amiss: pods where they don't belong, a Service that is not there."""

from collections.abc import Iterator

from incident_mcp.investigate.kinds.workloads import MISSCHEDULED, NO_GOVERNING_SERVICE
from incident_mcp.investigate.sufferers import finding
from incident_mcp.text.words import count
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.network_seen import OutlineSeen
from incident_mcp.vocabulary.observation import Observation


def find(seen: Observation) -> Iterator[Finding]:
    services = {service.ref for service in seen.services}
    for outline in seen.outlines:
        if outline.misscheduled:
            yield _misscheduled(outline)
        here = any(service.namespace == outline.ref.namespace for service in services)
        named = any((each.namespace, each.name) == (outline.ref.namespace, outline.governed_by) for each in services)
        if outline.governed_by and here and not named:
            yield _ungoverned(outline)


def _misscheduled(outline: OutlineSeen) -> Finding:
    return finding(
        MISSCHEDULED,
        target=outline.ref,
        severity="notice",
        summary=f"{count(outline.misscheduled, 'pod')} of it stand where it does not belong",
        evidence=(Evidence(source=f"{outline.ref}, status.numberMisscheduled", value=str(outline.misscheduled)),),
        next_step="Compare its node selector and tolerations with the nodes; delete the pods that should not be there.",
    )


def _ungoverned(outline: OutlineSeen) -> Finding:
    return finding(
        NO_GOVERNING_SERVICE,
        target=outline.ref,
        severity="notice",
        summary=f"Service {outline.governed_by}, which names its pods, does not exist or selects nothing",
        evidence=(Evidence(source=f"{outline.ref}, spec.serviceName", value=outline.governed_by),),
        next_step="Make the headless Service, or correct spec.serviceName in a new StatefulSet.",
    )
