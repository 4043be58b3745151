"""What `kubectl top` shows, beside what it does not: requests, limits, allocatable, restarts.

The metrics server knows every pod; only the heaviest are read in full, so a large cluster costs little more than a
small one. Without a metrics server nothing is measured, and that is said.
"""

from functools import partial

from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.kinds import checked_name, collection, path_of
from incident_mcp.cluster.look import Look, reason, together
from incident_mcp.cluster.metrics_api import GROUP
from incident_mcp.cluster.pods import pod_seen
from incident_mcp.cluster.quantities import amounts, of_template, summed
from incident_mcp.vocabulary.errors import ClusterError, CredentialsError, NotFound, ServerFailed, Unreachable
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.usage import Amounts, NodeUsage, PodUsage, Usage

HEAVIEST = 20
"""Pods read in full, of those that use most memory, and again of those that use most CPU."""
METRICS = "metrics"


async def read_usage(look: Look, namespace: str | None) -> Usage:
    """Pods of one namespace, or pods and nodes of the cluster. What can't be read is noted on the look."""
    pods: list[PodUsage] = []
    nodes: list[NodeUsage] = []
    used = await pods_used(look, namespace)
    await together(
        [lambda: _read_pods(look, used, pods), *([] if namespace else [lambda: _read_nodes(look, nodes)])]
        if used is not None
        else []
    )
    return Usage(
        at=look.clock(),
        pods=tuple(sorted(pods, key=lambda pod: (-pod.tightest, -(pod.used.memory or 0)))),
        nodes=tuple(sorted(nodes, key=lambda node: -node.tightest)),
        measured=len(used or {}),
    )


async def pods_used(look: Look, namespace: str | None, selector: str = "") -> dict[Ref, Amounts] | None:
    """What each pod uses; None where nothing is measured."""
    where = f"/namespaces/{checked_name(namespace)}" if namespace else ""
    answer = await _measured(look, f"{GROUP}{where}/pods", namespace or "", selector)
    return None if answer is None else {_ref(item): _used(item) for item in items(answer, "items")}


async def _measured(look: Look, path: str, where: str = "", selector: str = "") -> Json | None:
    try:
        answer = await look.api.get_json(path, params={"labelSelector": selector} if selector else {})
    except CredentialsError:
        raise
    except NotFound:
        look.miss(METRICS, "no metrics server")
    except ServerFailed:
        look.miss(METRICS, "the metrics server does not answer")
    except ClusterError as error:
        if isinstance(error, Unreachable) and not look.answered:
            raise
        look.miss(METRICS, reason(error), where)
    else:
        look.answered += 1
        look.saw(METRICS)
        return answer
    return None


def _ref(item: Json) -> Ref:
    return Ref(kind="Pod", namespace=text(item, "metadata", "namespace"), name=text(item, "metadata", "name"))


def _used(item: Json) -> Amounts:
    return summed([amounts(part(container, "usage")) for container in items(item, "containers")])


async def _read_pods(look: Look, used: dict[Ref, Amounts] | None, into: list[PodUsage]) -> None:
    """The heaviest in full, as they come. One that is gone by now is left out."""

    async def read(ref: Ref) -> None:
        pod = await look.ask_if_there(
            "pods in full", partial(look.api.get_json, path_of(ref)), where=ref.namespace or ""
        )
        if pod is not None and used is not None:
            into.append(pod_usage(pod, used[ref]))

    await together([partial(read, ref) for ref in _heaviest(used or {})])


def _heaviest(used: dict[Ref, Amounts]) -> list[Ref]:
    by_memory = sorted(used, key=lambda ref: -(used[ref].memory or 0))
    by_cpu = sorted(used, key=lambda ref: -(used[ref].cpu or 0))
    return list(dict.fromkeys([*by_memory[:HEAVIEST], *by_cpu[:HEAVIEST]]))


def pod_usage(pod: Json, used: Amounts) -> PodUsage:
    seen = pod_seen(pod)
    spec = part(pod, "spec")
    return PodUsage(
        ref=seen.ref,
        node=seen.node,
        used=used,
        requested=of_template(spec, "requests"),
        limit=of_template(spec, "limits"),
        restarts=sum(container.restarts for container in seen.containers),
    )


async def _read_nodes(look: Look, into: list[NodeUsage]) -> None:
    measured = await _measured(look, f"{GROUP}/nodes")
    if measured is None:
        return
    answer = await look.ask("nodes", partial(look.api.get_json, collection("Node", None)), {})
    room = {
        text(node, "metadata", "name"): amounts(part(node, "status", "allocatable")) for node in items(answer, "items")
    }
    for item in items(measured, "items"):
        name = text(item, "metadata", "name")
        into.append(NodeUsage(name=name, used=amounts(part(item, "usage")), allocatable=room.get(name, Amounts())))
