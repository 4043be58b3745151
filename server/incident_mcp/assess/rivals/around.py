"""The hypotheses about what is around a workload: what it needs, and where it runs."""

import re
from collections.abc import Iterator

from incident_mcp.assess.assessment import Call
from incident_mcp.assess.rivals.case import Case, look_at
from incident_mcp.assess.rivals.hypothesis import FAIR, SLIGHT, STRONG, Hypothesis, Point, points
from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.investigate.behind import labels_of, outlines_of
from incident_mcp.investigate.kinds.nodes import NODE_NETWORK, NODE_NOT_READY, NODE_OUT_OF_MEMORY, NODE_PRESSURE
from incident_mcp.investigate.log_evidence import Said, said_of
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.finding import Finding
from incident_mcp.vocabulary.observation import Observation, ServiceSeen
from incident_mcp.vocabulary.refs import Ref

_ILL = {kind.code for kind in (NODE_NOT_READY, NODE_PRESSURE, NODE_OUT_OF_MEMORY, NODE_NETWORK)}
_HOST = re.compile(r"(?:^|[/@,;\s])([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9-]+)*)(?=[:/,;\s]|$)")
LONGEST = 2000
"""Characters of a variable that are looked through."""


def of_dependencies(case: Case) -> Iterator[Hypothesis]:
    """Services that its environment or its logs name, where one of them is ill, or a log complains of it."""
    told = list(_complaints(case))
    needed = {service.ref: service for service in _needed(case)}
    for said in told:
        if (service := _meant(case, said)) is not None:
            needed.setdefault(service.ref, service)
    for service in needed.values():
        said = next((each for each in told if _meant(case, each) == service), None)
        ill = next((row for row in case.others if _concerns(case.seen, row.chain.subject, service)), None)
        if said is None and ill is None and service.ready:
            continue
        alike = [row.chain.subject for row in case.began_together if _names(case.seen, row.chain.subject, service)]
        yield Hypothesis(
            kind="dependency",
            what=f"{service.ref}, which it needs",
            points=points(
                (
                    said is not None,
                    STRONG,
                    f"its log complains of {said.meaning.parts['host']}, {said.spread}" if said else "",
                ),
                (not service.ready, STRONG, f"{service.ref} has no ready endpoint"),
                (ill is not None, FAIR, f"{ill.chain.subject} behind it fails too" if ill else ""),
                (bool(alike), FAIR, f"{next(iter(alike), '')} needs it too and began to fail in the same minute"),
                (
                    bool(service.ready) and ill is None,
                    -FAIR,
                    f"{count(service.ready, 'endpoint')} of it ready, nothing found there",
                ),
                (said is None, -SLIGHT, "no line that was read names it"),
            ),
            look=_look_behind(case.seen, service),
        )


def _complaints(case: Case) -> Iterator[Said]:
    for said in said_of(case.seen, "connection-refused", "name-not-resolved", "deadline-exceeded"):
        if said.target == case.subject and "host" in said.meaning.parts:
            yield said


def _meant(case: Case, said: Said) -> ServiceSeen | None:
    return _service(case.seen, said.meaning.parts["host"], case.subject.namespace)


def _service(seen: Observation, host: str, namespace: str | None) -> ServiceSeen | None:
    name, _, rest = host.partition(".")
    where = rest.partition(".")[0] or namespace
    return next((each for each in seen.services if (each.ref.name, each.ref.namespace) == (name, where)), None)


def _needed(case: Case) -> Iterator[ServiceSeen]:
    """Its own Service is none of them: that one is down because its pods are."""
    if case.workload is not None:
        own = labels_of(case.workload)
        for service in _services_of(case.seen, case.workload.template, case.subject):
            if not service.selector.items() <= own.items():
                yield service


def _services_of(seen: Observation, template: dict[str, object], subject: Ref) -> Iterator[ServiceSeen]:
    """Those that a plain environment variable names by host."""
    values = (
        text(variable, "value")
        for container in items(part(template, "spec"), "containers")
        for variable in items(container, "env")
    )
    for value in values:
        for found in _HOST.finditer(value[:LONGEST]):
            if (service := _service(seen, found[1], subject.namespace)) is not None:
                yield service


def _names(seen: Observation, subject: Ref, service: ServiceSeen) -> bool:
    workload = next((each for each in seen.workloads if each.ref == subject), None)
    return workload is not None and service in list(_services_of(seen, workload.template, subject))


def _concerns(seen: Observation, subject: Ref, service: ServiceSeen) -> bool:
    return any(each.ref == subject for each in outlines_of(seen, service))


def _look_behind(seen: Observation, service: ServiceSeen) -> Call:
    behind = next((each.ref for each in outlines_of(seen, service)), None)
    if behind is None:
        return look_at(service.ref)
    where = {"kind": behind.kind, "namespace": behind.namespace, "name": behind.name}
    return Call(tool="diagnose_workload", arguments={**where})


def of_places(case: Case) -> Iterator[Hypothesis]:
    """Where only the failing pods run, and nodes that are ill."""
    if case.share is not None and case.share.is_place:
        what = case.share.says.removeprefix("run ")
        yield Hypothesis(
            kind="place",
            what=f"where the failing pods run: {what}",
            points=(Point(weight=STRONG + SLIGHT, text=case.share.counts), *_elsewhere_ill(case)),
            look=_node_look(case),
        )
    for node, finding in _ill_nodes(case):
        here = [pod for pod in case.failing if pod.node == node]
        well = [pod for pod in case.seen.siblings if pod.owner == case.subject and pod.ready and pod.node == node]
        away = len(case.failing) - len(here)
        yield Hypothesis(
            kind="place",
            what=f"node {node}",
            points=points(
                (True, STRONG, f"{finding.summary}"),
                (
                    bool(away),
                    -FAIR * away / len(case.failing),
                    f"{away} of {count(len(case.failing), 'failing pod')} are elsewhere",
                ),
                (bool(well), -FAIR, f"{count(len(well), 'pod')} of it {'is' if len(well) == 1 else 'are'} well there"),
            ),
            look=look_at(Ref(kind="Node", name=node)),
        )


def _ill_nodes(case: Case) -> Iterator[tuple[str, Finding]]:
    there = {pod.node for pod in case.failing if pod.node}
    for row in case.others:
        if row.cause.code in _ILL and row.target.name in there:
            yield row.target.name, row.cause


def _elsewhere_ill(case: Case) -> Iterator[Point]:
    """Other workloads that fail on the same nodes."""
    nodes = {pod.node for pod in case.failing if pod.node}
    alike = {
        pod.owner
        for pod in case.seen.pods
        if pod.node in nodes and not pod.ready and pod.owner not in (None, case.subject)
    }
    if alike:
        yield Point(weight=SLIGHT, text=f"{listed([str(each) for each in alike], most=2)} fail there too")


def _node_look(case: Case) -> Call:
    nodes = sorted({pod.node for pod in case.failing if pod.node})
    return look_at(Ref(kind="Node", name=nodes[0]))
