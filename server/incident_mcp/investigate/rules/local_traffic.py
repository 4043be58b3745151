"""Services with a traffic policy of Local: asked in vain from a node without a pod of theirs, or about to be."""

from collections.abc import Iterator

from incident_mcp.investigate.behind import outlines_of
from incident_mcp.investigate.kinds.network import NOT_LOCAL
from incident_mcp.investigate.local_traffic import not_local
from incident_mcp.investigate.log_evidence import Said, said_of
from incident_mcp.investigate.sufferers import finding, gravity
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.network_seen import LocalSeen
from incident_mcp.vocabulary.observation import Observation, ServiceSeen
from incident_mcp.vocabulary.refs import Ref


def find(seen: Observation) -> Iterator[Finding]:
    missed: dict[Ref, Finding] = {}
    for said in said_of(seen, "connection-refused", "deadline-exceeded"):
        if (found := not_local(seen, said)) is not None:
            missed.setdefault(found[0].ref, _missed(seen, said, *found))
    yield from missed.values()
    for service in seen.services:
        if service.local is not None and service.ref not in missed and _lacking(seen, service, service.local):
            yield _noted(seen, service, service.local)


def _missed(seen: Observation, said: Said, service: ServiceSeen, nodes: list[str]) -> Finding:
    local = service.local or LocalSeen(field="")
    return finding(
        NOT_LOCAL,
        target=service.ref,
        severity=gravity(seen, said.target),
        summary=f"it answers only on {_names(local)}, and {said.target} asks it from {listed(nodes, most=3)}",
        evidence=(_policy(service, local), _where(service, local), *said.evidence),
        next_step=f"Let {local.field} be Cluster, or run a pod of it on every node that asks for it.",
        since=said.first,
    )


def _lacking(seen: Observation, service: ServiceSeen, local: LocalSeen) -> bool:
    """Fewer nodes than there are. A DaemonSet behind it is somebody's choice of nodes."""
    chosen = any(each.ref.kind == "DaemonSet" for each in outlines_of(seen, service))
    return bool(service.ready) and not chosen and 0 < len(local.nodes) < seen.totals.nodes


def _noted(seen: Observation, service: ServiceSeen, local: LocalSeen) -> Finding:
    others = count(seen.totals.nodes - len(local.nodes), "other node")
    return finding(
        NOT_LOCAL,
        target=service.ref,
        severity="notice",
        summary=f"it answers only on {_names(local)}: who asks it on the {others} gets no answer",
        evidence=(_policy(service, local), _where(service, local)),
        next_step=f"Let {local.field} be Cluster, or run a pod of it on every node.",
    )


def _names(local: LocalSeen) -> str:
    return listed(local.nodes, most=3)


def _policy(service: ServiceSeen, local: LocalSeen) -> Evidence:
    return Evidence(source=f"{service.ref}, spec.{local.field}", value="Local")


def _where(service: ServiceSeen, local: LocalSeen) -> Evidence:
    return Evidence(source=f"endpoint slices of {service.ref}, nodes", value=_names(local))
