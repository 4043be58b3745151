"""One look at one scope: few concurrent calls, one typed picture, one deadline.

Tables first, for everybody. Then in full, and bounded: the pods and workloads that are not well, their revisions, their
events, the services and routes before them, the configuration they take, and the last log lines of the worst.
"""

from collections import defaultdict
from functools import partial

import anyio

from incident_mcp.cluster import gateway_objects, gateways, issuing, operators
from incident_mcp.cluster.affected import read_affected
from incident_mcp.cluster.api import Api
from incident_mcp.cluster.certificates import read_certificates
from incident_mcp.cluster.config_refs import config_refs, read_configs
from incident_mcp.cluster.elsewhere import read_elsewhere
from incident_mcp.cluster.events import read_events
from incident_mcp.cluster.failing_logs import NO_IMAGE, namespaces_with_logs, read_failing_logs
from incident_mcp.cluster.gone_jobs import read_gone_jobs
from incident_mcp.cluster.groups import served
from incident_mcp.cluster.json_parts import part
from incident_mcp.cluster.kinds import WORKLOAD_KINDS
from incident_mcp.cluster.look import Job, Look, together
from incident_mcp.cluster.metrics_api import check_metrics
from incident_mcp.cluster.namespaces import namespaces_of
from incident_mcp.cluster.nodes import read_nodes
from incident_mcp.cluster.others import read_others, read_others_of_pods, read_policies_there, read_reasons
from incident_mcp.cluster.picture import Picture, observation_of
from incident_mcp.cluster.places import read_places
from incident_mcp.cluster.pods import grouped, pod_groups, read_pods, read_silent_pods, worth_reading
from incident_mcp.cluster.quiet_logs import read_logs_of, read_quiet_logs
from incident_mcp.cluster.siblings import read_siblings
from incident_mcp.cluster.sweep import sweep_endpoints, sweep_nodes, sweep_pods, sweep_workloads
from incident_mcp.cluster.traffic import read_traffic
from incident_mcp.cluster.unwell_workloads import MOST as MOST_WORKLOADS
from incident_mcp.cluster.unwell_workloads import read_workloads
from incident_mcp.cluster.workload_scope import read_scope
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import Forbidden
from incident_mcp.vocabulary.observation import Observation, PodSeen
from incident_mcp.vocabulary.refs import Ref, Scope

DEADLINE_SECONDS = 10.0
HEARD, HEARD_WORKLOADS = 2, 12
"""Pods of one workload, and workloads of a cluster, whose logs are read although they are well."""
CLOSELY = 12
"""Namespaces of a large cluster of which all services, routes and workloads are read: those whose logs may name a
Service, and those that have one with nobody behind. Of the others it is the Services before what is not well.
"""
SMALL = 300
"""In a cluster with so few workloads the services of all namespaces are read: a selector or a port can be wrong while
every pod is well."""


async def observe(
    api: Api,
    scope: Scope,
    *,
    clock: Clock,
    deadline_seconds: float = DEADLINE_SECONDS,
    logs: bool = True,
    siblings: bool = False,
    certificates: bool = True,
) -> Observation:
    """Look once. What can't be read within the time or with these rights is in `not_checked`. Without `certificates`,
    Secrets are only asked for as metadata.

    `siblings`: where only some pods of a workload fail, read the others too, and what their nodes are.

    Raises `NotFound` with near misses for a namespace or workload that is not there, `Forbidden` when nothing of the
    scope may be read, `Unreachable` when there is no first answer, be it within the time, `CredentialsError`.
    """
    look, picture, began = Look(api, clock), Picture(), clock()
    with anyio.move_on_after(deadline_seconds) as limit:
        await _fill(look, picture, scope, logs=logs, siblings=siblings, certificates=certificates)
    if limit.cancelled_caught:
        look.timed_out(
            ("pods", "workloads", "events", "services", "endpoints", "ingresses", *(["logs"] if logs else [])),
            deadline_seconds,
        )
    return observation_of(look, picture, _seen_scope(look, picture, scope), clock() - began)


def _seen_scope(look: Look, picture: Picture, scope: Scope) -> Scope:
    """What was looked at: nobody who sees one namespace can tell how the whole cluster is."""
    return Scope(namespace=picture.namespaces[0]) if look.forbidden("other namespaces") else scope


async def _fill(look: Look, picture: Picture, scope: Scope, *, logs: bool, siblings: bool, certificates: bool) -> None:
    if scope.workload is not None:
        await _workload(look, picture, scope.workload)
    else:
        await _sweep(look, picture, scope)
    await together(
        [lambda: _carriers(look, picture), lambda: read_places(look, picture.pods, picture.places, picture.nodes)]
    )
    await together(
        [
            lambda: _happenings(look, picture),
            lambda: _surroundings(look, picture),
            lambda: _configuration(look, picture),
            lambda: read_policies_there(look, picture),
            lambda: _extensions(look, picture, scope),
            *([lambda: read_failing_logs(look, picture.pods, picture.logs)] if logs else []),
            *([lambda: read_siblings(look, picture)] if siblings else []),
            *([lambda: _quiet_logs(look, picture, scope)] if logs else []),
        ]
    )
    await read_elsewhere(look, picture)
    few = len(picture.namespaces) == 1 or picture.swept.workloads_seen <= SMALL
    closely = few and scope.workload is None
    await together(
        [
            lambda: read_reasons(look, picture),
            lambda: _certificates(look, picture, scope, certificates),
            *([lambda: read_gone_jobs(look, picture)] if closely else []),
        ]
    )


async def _sweep(look: Look, picture: Picture, scope: Scope) -> None:
    """Whatever is slow or fails here, the pods and workloads that are not well don't wait for it."""
    picture.namespaces = await namespaces_of(look, scope, picture.terminating)
    if scope.namespace is None:
        picture.namespaces = [each for each in picture.namespaces if each not in picture.terminating]
    whole = scope.namespace is None and not look.forbidden("other namespaces")
    jobs: list[Job] = [
        lambda: _unwell(look, picture),
        lambda: sweep_endpoints(look, picture.swept, picture.namespaces),
        lambda: read_others(look, picture, whole=whole),
        lambda: check_metrics(look),
    ]
    if scope.namespace is None:
        jobs.append(lambda: _nodes(look, picture))
    await together(jobs)


async def _unwell(look: Look, picture: Picture) -> None:
    """Pods and workloads: by tables, then in full."""
    await sweep_pods(look, picture.swept, picture.namespaces)
    groups, short = grouped(picture.swept.pods), list[Ref]()

    async def workloads() -> None:
        await sweep_workloads(look, picture.swept, picture.namespaces)
        _refuse_blindness(look, picture)
        short.extend(_below_their_number(picture))
        await read_workloads(look, short, picture.workloads)

    try:
        await together([workloads, lambda: read_pods(look, worth_reading(groups), picture.pods)])
    finally:
        picture.groups = pod_groups(groups, picture.pods)
    owners = (group.owner for group in picture.groups if group.owner and group.owner.kind in WORKLOAD_KINDS)
    known = set(short)
    others = [ref for ref in dict.fromkeys(owners) if ref not in known]
    unwell = len(short) + len(others)
    if unwell > MOST_WORKLOADS:
        look.miss(f"{unwell - MOST_WORKLOADS} of {unwell} unwell workloads in full", "too many")
    await read_workloads(look, others, picture.workloads, already=len(short))
    await read_silent_pods(look, picture.workloads.values(), picture.pods)


async def _nodes(look: Look, picture: Picture) -> None:
    """Those that are not well by their table; all, where they are few."""
    await sweep_nodes(look, picture.swept)
    await read_nodes(look, [*picture.swept.nodes, *picture.swept.few_nodes], picture.nodes)


async def _carriers(look: Look, picture: Picture) -> None:
    """The nodes on which something is not well."""
    carriers = [pod.node for pod in picture.pods if pod.node and not pod.ready]
    await read_nodes(look, [] if look.forbidden("nodes") else carriers, picture.nodes)


def _below_their_number(picture: Picture) -> list[Ref]:
    """The emptiest first, the largest of them before the others."""
    rows = sorted(picture.swept.workloads, key=lambda row: (row.ready / max(1, row.desired), -row.desired))
    return [row.ref for row in rows]


async def _workload(look: Look, picture: Picture, ref: Ref) -> None:
    """All of one workload, well or not."""
    picture.namespaces = [ref.namespace or look.api.default_namespace]
    workload, pods = await read_scope(look, ref)
    picture.workloads, picture.pods = {ref: workload}, list(pods)
    picture.swept.workloads_seen, picture.swept.pods_seen = 1, len(pods)
    await together([lambda: check_metrics(look), lambda: read_others_of_pods(look, picture)])


async def _happenings(look: Look, picture: Picture) -> None:
    workloads = picture.workloads.values()
    uids: dict[str, str | None] = {workload.uid: workload.ref.namespace for workload in workloads}
    uids |= {pod.uid: pod.ref.namespace for pod in picture.pods}
    uids |= {each.uid: w.ref.namespace for w in workloads for each in w.revisions if each.current and each.uid}
    uids |= {node.uid: None for node in picture.nodes}
    uids |= dict.fromkeys({node.name for node in picture.nodes} | _short_of_memory(picture))
    others = (*picture.claims, *picture.jobs, *picture.cron_jobs)
    uids |= {each.uid: each.ref.namespace for each in others}
    await read_events(look, uids, picture.events)
    unwell = any(not pod.ready for pod in picture.pods) or any(not each.well for each in workloads)
    if unwell and not picture.events and "events" in look.looked_at:
        look.miss("events", "none is left about what is not well")  # an API server keeps them for an hour


async def _quiet_logs(look: Look, picture: Picture, scope: Scope) -> None:
    """Of those that are well, where few are asked about."""
    if scope.workload is not None:
        ready = [pod for pod in picture.pods if pod.ready and not any(each.restarts for each in pod.containers)]
        await together([partial(read_logs_of, look, pod, picture.logs) for pod in ready[:HEARD]])
    elif scope.namespace is not None or picture.swept.workloads_seen <= HEARD_WORKLOADS:
        await read_quiet_logs(look, list(picture.swept.well.values()), picture.logs)


def _short_of_memory(picture: Picture) -> set[str]:
    """Nodes on which a container was killed for memory. A kubelet's own events carry the node's name as its uid."""
    return {
        pod.node
        for pod in picture.pods
        if pod.node and any("OOMKilled" in (each.reason, each.last_reason) for each in pod.containers)
    }


async def _surroundings(look: Look, picture: Picture) -> None:
    whole = len(picture.namespaces) > 1 and picture.swept.workloads_seen <= SMALL
    if whole or len(picture.namespaces) == 1:
        await read_traffic(look, picture.namespaces, picture.traffic, whole=whole)
        return
    idle = sorted(ref.namespace or "" for ref in picture.swept.idle_slices)
    closely = list(dict.fromkeys([*namespaces_with_logs(picture.pods), *idle]))
    if len(closely) > CLOSELY:
        look.miss(f"services without endpoints in {len(closely) - CLOSELY} more namespaces", "too many")
    closely = closely[:CLOSELY]
    labels = _labels_of_the_unwell(picture)
    others = [namespace for namespace in labels if namespace not in closely]
    await together(
        [
            lambda: read_traffic(look, closely, picture.traffic, without=picture.swept.absent),
            lambda: read_affected(look, labels, others, picture.traffic),
        ]
    )


def _labels_of_the_unwell(picture: Picture) -> dict[str, list[dict[str, str]]]:
    """By namespace: what a Service must select to be hurt."""
    found: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for pod in picture.pods:
        found[pod.ref.namespace or ""].append(pod.labels)
    for workload in picture.workloads.values():
        found[workload.ref.namespace or ""].append(part(workload.template, "metadata", "labels"))
    return found


async def _extensions(look: Look, picture: Picture, scope: Scope) -> None:
    """Kinds that not every cluster serves: the Gateway API, cert-manager, those of operators."""
    everywhere = scope.namespace is None and scope.workload is None and not look.forbidden("other namespaces")
    places = [] if everywhere else picture.namespaces
    groups = {gateway_objects.GROUP: gateways.WHAT}
    if scope.workload is None:
        groups |= {issuing.GROUP: issuing.WHAT, **operators.WHAT}
    roots = await served(look, groups)
    await together(
        [
            lambda: gateways.read_gateways(look, roots[gateway_objects.GROUP], places, picture.gateways),
            lambda: issuing.read_issuing(look, roots.get(issuing.GROUP, {}), places, picture.issued, picture.issuers),
            lambda: operators.read_operators(look, roots, places, picture.reports),
        ]
    )


async def _certificates(look: Look, picture: Picture, scope: Scope, contents: bool) -> None:
    """Whether the Secrets that Ingresses and Gateways name are there, and what certificates they hold. No certificate
    keeps a workload from being well.
    """
    if scope.workload is not None:
        return
    listeners = [listener for gateway in picture.gateways.gateways for listener in gateway.listeners]
    refs = [ref for ingress in picture.traffic.ingresses for ref in ingress.secrets]
    refs += [ref for listener in listeners for ref in listener.secrets if ref not in listener.ungranted]
    await read_certificates(look, refs, picture.configs, picture.certificates, contents=contents)


async def _configuration(look: Look, picture: Picture) -> None:
    """What the workloads take their settings from; those that fail before they need any are left out."""
    early = {pod.owner for pod in picture.pods} - {pod.owner for pod in picture.pods if _needs_settings(pod)}
    workloads = [workload for ref, workload in picture.workloads.items() if ref not in early]
    refs = [ref for w in workloads for ref in config_refs(w.template, w.ref.namespace)]
    await read_configs(look, refs, picture.configs)


def _needs_settings(pod: PodSeen) -> bool:
    """It has a node, and its images are there."""
    return pod.node is not None and not any(each.reason in NO_IMAGE for each in pod.containers)


def _refuse_blindness(look: Look, picture: Picture) -> None:
    """When neither pods nor workloads may be read anywhere, an empty answer would look like a healthy one."""
    look.require_an_answer()
    if "pods" in look.looked_at or "workloads" in look.looked_at or not look.forbidden("pods"):
        return
    where = f"namespace {picture.namespaces[0]}" if len(picture.namespaces) == 1 else "any namespace"
    raise Forbidden(
        f"You may not list pods or workloads in {where} on {look.api.cluster.name}.",
        "Ask for the reader role (incident-mcp doctor --rbac prints it), or name a namespace that you may read.",
        verb="list",
        resource="pods",
    )
