"""Services without a ready endpoint, and whose fault that is."""

from collections.abc import Iterator
from typing import Any

from incident_mcp.investigate.catalogue import NO_ENDPOINTS, NO_SELECTED_PODS
from incident_mcp.investigate.sufferers import finding
from incident_mcp.text.words import count
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import Observation, PodSeen, ServiceSeen, WorkloadSeen


def find(seen: Observation) -> Iterator[Finding]:
    for service in without_endpoints(seen):
        behind = [
            workload for workload in seen.workloads if _selects(service, _labels(workload), workload.ref.namespace)
        ]
        pods = [pod for pod in seen.pods if _selects(service, pod.labels, pod.ref.namespace)]
        if behind or pods:
            yield _without_endpoints(service, behind, pods)
        elif _reached(seen, service):
            yield _selects_nothing(service)


def without_endpoints(seen: Observation) -> list[ServiceSeen]:
    """Services with nobody ready behind them. A look at one workload judges only those that select it."""
    own = next((each for each in seen.workloads if each.ref == seen.scope.workload), None)
    return [
        service
        for service in seen.services
        if not service.ready
        and (seen.scope.workload is None or (own and _selects(service, _labels(own), own.ref.namespace)))
    ]


def _selects(service: ServiceSeen, labels: dict[str, str], namespace: str | None) -> bool:
    return service.ref.namespace == namespace and service.selector.items() <= labels.items()


def _labels(workload: WorkloadSeen) -> dict[str, str]:
    metadata: dict[str, Any] = workload.template.get("metadata") or {}
    return metadata.get("labels") or {}


def _reached(seen: Observation, service: ServiceSeen) -> bool:
    """A Service that nobody selects pods for may be meant so (scaled to zero); one behind an Ingress is missed."""
    return not service.not_ready and any(route.service == service.ref for route in seen.routes)


def _without_endpoints(service: ServiceSeen, behind: list[WorkloadSeen], pods: list[PodSeen]) -> Finding:
    cause = behind[0].ref if behind else pods[0].owner or pods[0].ref
    if behind and not behind[0].desired:
        summary = f"it has no endpoints: {cause} is scaled to 0"
    else:
        summary = f"it has no ready endpoints ({count(service.not_ready, 'pod')} not ready)"
    return finding(
        NO_ENDPOINTS,
        target=service.ref,
        severity="critical",
        summary=summary,
        evidence=(
            Evidence(source=f"endpoint slices of {service.ref}", value=f"0 ready, {service.not_ready} not ready"),
        ),
        next_step=f"Repair {cause}.",
        because_of=cause,
    )


def _selects_nothing(service: ServiceSeen) -> Finding:
    selector = ",".join(f"{key}={value}" for key, value in sorted(service.selector.items()))
    return finding(
        NO_SELECTED_PODS,
        target=service.ref,
        severity="critical",
        summary=f"no pod has the labels that it selects: {selector}",
        evidence=(Evidence(source=f"{service.ref}, spec.selector", value=selector),),
        next_step="Compare the selector with the labels of the pods it should select, or see who scaled them to 0.",
    )
