"""The cluster's DNS, looked at when a program says that a name does not resolve: its pods, its Service, its logs.

Everywhere it carries the label `k8s-app: kube-dns`, which its Service and the Service's endpoint slices carry too. A
look at the whole cluster has met it already where it is not well; a look at one namespace has not.
"""

from functools import partial

from incident_mcp.cluster.corefile import name_blocks
from incident_mcp.cluster.json_parts import items, text
from incident_mcp.cluster.kinds import WORKLOAD_KINDS, collection, path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.outlines import outline_seen
from incident_mcp.cluster.picture import Picture
from incident_mcp.cluster.pod_logs import log_seen, pod_logs
from incident_mcp.cluster.pods import pod_seen
from incident_mcp.cluster.services import services_seen
from incident_mcp.cluster.unwell_workloads import read_workloads
from incident_mcp.vocabulary.errors import Invalid, NotFound
from incident_mcp.vocabulary.observation import LogSeen, PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

NAMESPACE = "kube-system"
LABEL = "k8s-app=kube-dns"
CONFIG = "coredns"
WHAT = "cluster DNS"
LOGGED = 2
"""Pods of it whose logs are read."""
LINES = 100
_SAID = (
    "lookup ",
    "no such host",
    "name resolution",
    "getaddrinfo",
    "ould not resolve",
    "NXDOMAIN",
    "SERVFAIL",
    "or service not known",
    "nodename nor servname",
    "bad address",
    "server misbehaving",
    "ENOTFOUND",
    "EAI_AGAIN",
    "UnknownHost",
)
"""How programs say so, in any language; only whether to look here hangs on it."""


async def read_dns(look: Look, picture: Picture) -> None:
    """Add what is not known of it yet, where a log gives reason to."""
    if not any(_speaks_of_names(line) for log in picture.logs for _, line in log.lines):
        return
    await together([partial(read, look, picture) for read in (_pods, _service, _workloads, _corefile)])


def _speaks_of_names(line: Untrusted) -> bool:
    return any(line.contains(phrase) for phrase in _SAID)


async def _pods(look: Look, picture: Picture) -> None:
    path, params = collection("Pod", NAMESPACE), {"labelSelector": LABEL, "limit": 50}
    answer = await look.ask(WHAT, lambda: look.api.get_json(path, params=params), {}, where=NAMESPACE)
    known = {pod.ref for pod in picture.pods}
    pods = [pod_seen(each) for each in items(answer, "items")]
    picture.pods.extend(pod for pod in pods if pod.ref not in known)
    logged = {log.pod for log in picture.logs}
    talking = [pod for pod in pods if pod.ref not in logged and any(c.state == "running" for c in pod.containers)]
    await together([partial(_log, look, pod, picture.logs) for pod in talking[:LOGGED]])


async def _log(look: Look, pod: PodSeen, into: list[LogSeen]) -> None:
    """Of its first container: CoreDNS itself, whatever stands beside it."""
    container = next(each.name for each in pod.containers if not each.init)

    async def call() -> bytes:
        try:
            return await pod_logs(look.api, pod.ref, container=container, tail=LINES)
        except (Invalid, NotFound):
            return b""

    log = await look.ask("logs", call, b"", where=NAMESPACE)
    if log:
        into.append(log_seen(pod.ref, container, log, previous=False, most=LINES))


async def _service(look: Look, picture: Picture) -> None:
    if any(service.ref.namespace == NAMESPACE for service in picture.traffic.services):
        return
    lists: dict[str, list[dict[str, object]]] = {}

    async def read(kind: str) -> None:
        path, params = collection(kind, NAMESPACE), {"labelSelector": LABEL}
        answer = await look.ask(WHAT, lambda: look.api.get_json(path, params=params), None, where=NAMESPACE)
        if answer is not None:
            lists[kind] = items(answer, "items")

    await together([partial(read, kind) for kind in ("Service", "EndpointSlice")])
    if "EndpointSlice" in lists:
        picture.traffic.services.extend(services_seen(lists.get("Service", []), lists["EndpointSlice"]))


async def _corefile(look: Look, picture: Picture) -> None:
    """Of the ConfigMap's text nothing is kept but the names that it denies."""
    path = path_of(Ref(kind="ConfigMap", namespace=NAMESPACE, name=CONFIG))
    config = await look.ask_if_there(WHAT, lambda: look.api.get_json(path), where=NAMESPACE)
    picture.name_blocks.extend(name_blocks(text(config or {}, "data", "Corefile")))


async def _workloads(look: Look, picture: Picture) -> None:
    """Who should run it, and in full whoever is below its number."""
    below: list[Ref] = []

    async def read(kind: str) -> None:
        path, params = collection(kind, NAMESPACE), {"labelSelector": LABEL}
        answer = await look.ask(WHAT, lambda: look.api.get_json(path, params=params), {}, where=NAMESPACE)
        known = {each.ref for each in picture.traffic.outlines}
        for thing in items(answer, "items"):
            outline = outline_seen(thing, kind)
            if outline.ref not in known:
                picture.traffic.outlines.append(outline)
            if outline.desired and outline.ref not in picture.workloads:
                below.append(outline.ref)

    await together([partial(read, kind) for kind in WORKLOAD_KINDS if kind != "StatefulSet"])
    await read_workloads(look, below, picture.workloads)
