"""Findings joined to chains: the root, what shows on the same object, and what hangs on it, in order.

Two steps. On one object, the deeper finding explains the others: a missing variable explains the crash loop. Between
objects, `because_of` leads on: an Ingress path to its Service, that to its Deployment, and that, perhaps, to a Service
that it needs or a node that it stands on.
"""

from incident_mcp.investigate.catalogue import BY_CODE
from incident_mcp.investigate.kinds.containers import NOT_READY
from incident_mcp.investigate.kinds.nodes import NODE_NETWORK, NODE_NOT_READY
from incident_mcp.vocabulary.finding import Chain, Finding
from incident_mcp.vocabulary.gateway_seen import ROUTES
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref

_DEAD = (NODE_NOT_READY.code, NODE_NETWORK.code)
_GRAVITY = {"critical": 0, "warning": 1, "notice": 2}


def join(findings: list[Finding], seen: Observation) -> list[Chain]:
    """The chains, ranked. Each finding stands in exactly one of them."""
    placed = [_on_its_node(each, findings, seen) for each in findings]
    by_target: dict[Ref, list[Finding]] = {}
    for each in placed:
        if not _is_path(each):
            by_target.setdefault(each.target, []).append(each)
    for group in by_target.values():
        group.sort(key=lambda each: -BY_CODE[each.code].depth)
    members: dict[Ref, list[Finding]] = {}
    for target, group in by_target.items():
        members.setdefault(_root_of(target, by_target), []).extend(group)
    alone: dict[tuple[Ref, str], list[Finding]] = {}
    for each in filter(_is_path, placed):
        if each.because_of is not None and each.because_of in by_target:
            members[_root_of(each.because_of, by_target)].append(each)
        else:
            alone.setdefault((each.target, each.code), []).append(each)
    chains = [_chain(root, those, by_target) for root, those in members.items()]
    chains += [_of_paths(paths) for paths in alone.values()]
    return sorted(chains, key=lambda chain: _rank(chain, seen))


def _is_path(finding: Finding) -> bool:
    """An Ingress or a route has many paths, which fail for reasons of their own: each finding goes its own way."""
    return finding.target.kind in ROUTES


def _of_paths(paths: list[Finding]) -> Chain:
    first, *others = paths
    return Chain(
        root=first.model_copy(update={"root": True}),
        symptoms=tuple(_explained(each, first.target) for each in others),
    )


def _root_of(target: Ref, by_target: dict[Ref, list[Finding]]) -> Ref:
    """Follow the deepest findings' `because_of` to an end: where one leads back, another may lead on. Where all lead
    back, the objects wait for each other, and one of them stands for the circle.
    """
    if (end := _walk(target, by_target)[1]) is not None:
        return end
    circle = min((_walk(each, by_target)[0] for each in _walk(target, by_target)[0]), key=len)
    return min(circle, key=lambda ref: _first_in_circle(by_target[ref][0]))


def _walk(target: Ref, by_target: dict[Ref, list[Finding]]) -> tuple[list[Ref], Ref | None]:
    """Where it leads, and the first end on the way."""
    visited: dict[Ref, None] = {}
    ahead = [target]
    while ahead:
        here = ahead.pop()
        if here in visited:
            continue
        visited[here] = None
        leads = _leads(by_target[here], by_target)
        if not leads:
            return [*visited], here
        ahead.extend(reversed(leads))
    return [*visited], None


def _leads(group: list[Finding], by_target: dict[Ref, list[Finding]]) -> list[Ref]:
    """Where the deepest findings on one object lead: a program may need two others, and blame both."""
    deepest = BY_CODE[group[0].code].depth
    if group[0].because_of not in by_target:
        return []
    alike = (each.because_of for each in group if BY_CODE[each.code].depth == deepest)
    return [ref for ref in alike if ref is not None and ref in by_target]


def _first_in_circle(finding: Finding) -> tuple[int, float, str]:
    """The deepest, then the oldest."""
    since = finding.since.timestamp() if finding.since else float("inf")
    return -BY_CODE[finding.code].depth, since, str(finding.target)


def _chain(root: Ref, members: list[Finding], by_target: dict[Ref, list[Finding]]) -> Chain:
    first, *others = by_target[root]
    hanging = [each for each in members if each.target != root]
    hanging.sort(key=lambda each: _distance(each, root, by_target))
    return Chain(
        root=first.model_copy(update={"root": True}),
        symptoms=tuple(_explained(each, root) for each in others),
        breaks=tuple(_explained(each, each.because_of or root) for each in hanging),
    )


def _explained(finding: Finding, by: Ref) -> Finding:
    return finding.model_copy(update={"root": False, "because_of": by})


def _distance(finding: Finding, root: Ref, by_target: dict[Ref, list[Finding]]) -> int:
    steps, here = (1, finding.because_of) if _is_path(finding) else (0, finding.target)
    while here is not None and here != root and steps < len(by_target):
        here, steps = by_target[here][0].because_of, steps + 1
    return steps


def _on_its_node(finding: Finding, findings: list[Finding], seen: Observation) -> Finding:
    """Pods that are merely unready, all of them on nodes that are not ready: the node explains them."""
    if finding.code != NOT_READY.code:
        return finding
    dead = {each.target.name: each.target for each in findings if each.code in _DEAD}
    hurt = [pod for pod in seen.pods if (pod.owner or pod.ref) == finding.target and not pod.ready]
    if not hurt or any(pod.node not in dead for pod in hurt):
        return finding
    return finding.model_copy(update={"because_of": dead[str(hurt[0].node)], "root": False})


def _rank(chain: Chain, seen: Observation) -> tuple[int, int, int, int, float]:
    """Gravity first, then how many routes and objects break, then depth of the knowledge, then age."""
    kinds = [each.target.kind for each in chain.breaks]
    began = chain.root.since.timestamp() if chain.root.since else seen.at.timestamp()
    worst = min(_GRAVITY[each.severity] for each in (chain.root, *chain.symptoms, *chain.breaks))
    return worst, -sum(kind in ROUTES for kind in kinds), -len(kinds), -BY_CODE[chain.root.code].depth, began
