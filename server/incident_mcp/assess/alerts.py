"""Which alerts are about what fails: by the object that their labels name, its pods, what stands before it."""

from datetime import timedelta

from incident_mcp.cluster.json_parts import part
from incident_mcp.services.pods import is_pod_of
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.metrics_seen import AlertSeen, Subject
from incident_mcp.vocabulary.observation import Observation, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref

_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
_IDLE = ("info", "none")
"""Severities of alerts that ask for nobody: they date no onset."""
NEAR = timedelta(minutes=30)
"""An alert that began longer before any other sign is about something else."""


def alerts_about(seen: Observation, chain: Chain) -> tuple[AlertSeen, ...]:
    """Those about the root or about what hangs on it; the loudest first, then the oldest."""
    return _about(seen, {each.target for each in (chain.root, *chain.symptoms, *chain.breaks)} | {chain.subject})


def alerts_on(seen: Observation, workload: Ref) -> tuple[AlertSeen, ...]:
    """Those about one workload, its pods, and what leads to it."""
    return _about(seen, {workload})


def _about(seen: Observation, refs: set[Ref]) -> tuple[AlertSeen, ...]:
    places = {ref.namespace for ref in refs} | {None}
    near = [alert for alert in seen.metrics.alerts if alert.namespace in places]
    if not near:
        return ()
    about = _About(seen, refs)
    found = (alert for alert in near if about.concerns(alert))
    return tuple(sorted(found, key=lambda each: (each.state != "firing", each.severity in _IDLE, each.since)))


def dates_an_onset(alert: AlertSeen) -> bool:
    """Whether somebody meant it as a sign of trouble: it rings, or is held back by a graver one."""
    return alert.state != "silenced" and alert.severity not in _IDLE


def subject_of(seen: Observation, workload: Ref) -> Subject:
    """The workload with the Services that select its pods, and the Ingresses that lead to those."""
    services = [
        service.ref
        for known in seen.workloads
        if known.ref == workload
        for service in seen.services
        if service.ref.namespace == workload.namespace and _selects(service.selector, known)
    ]
    ingresses = (route.ingress.name for route in seen.routes if route.service in services)
    return Subject(
        workload=workload,
        services=tuple(dict.fromkeys(service.name for service in services)),
        ingresses=tuple(dict.fromkeys(ingresses)),
    )


def _selects(selector: dict[str, str], workload: WorkloadSeen) -> bool:
    labels: dict[str, str] = part(workload.template, "metadata").get("labels") or {}
    return bool(selector) and selector.items() <= labels.items()


class _About:
    """These objects, and what leads to the workloads among them."""

    def __init__(self, seen: Observation, refs: set[Ref]) -> None:
        self._refs = set(refs)
        self._workloads = [ref for ref in self._refs if ref.kind in _WORKLOADS]
        for workload in self._workloads:
            subject = subject_of(seen, workload)
            place = workload.namespace
            self._refs |= {Ref(kind="Service", namespace=place, name=name) for name in subject.services}
            self._refs |= {Ref(kind="Ingress", namespace=place, name=name) for name in subject.ingresses}

    def concerns(self, alert: AlertSeen) -> bool:
        return any(self._touches(target) for target in alert.targets) or any(
            ref.namespace == alert.namespace and ref.name in alert.names for ref in self._refs if ref.namespace
        )

    def _touches(self, target: Ref) -> bool:
        if target.kind == "Pod":
            mine = (each for each in self._workloads if each.namespace == target.namespace)
            return target in self._refs or any(is_pod_of(target.name, each) for each in mine)
        return target in self._refs
