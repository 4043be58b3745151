"""The cluster's DNS: which Service it is, whether it answers nobody, and what its own log complains of.

The words are CoreDNS's: its errors plugin prints `[ERROR] plugin/errors: 2 NAME. TYPE: why`, its loop plugin ends the
program, and its kubernetes plugin tells when it can't read Services (https://coredns.io/plugins/).
"""

from dataclasses import dataclass

from incident_mcp.vocabulary.finding import Evidence
from incident_mcp.vocabulary.network_seen import NameBlockSeen
from incident_mcp.vocabulary.observation import LogSeen, Observation, PodSeen, ServiceSeen
from incident_mcp.vocabulary.refs import Ref

LABEL = ("k8s-app", "kube-dns")
_TELLS: tuple[tuple[tuple[str, ...], bool, str], ...] = (
    (("plugin/loop", "Loop ("), True, "it forwards to itself (a loop)"),
    (("plugin/kubernetes", "forbidden"), True, "it may not read the Services"),
    (("plugin/kubernetes", "connection failure"), True, "it can't reach the API server"),
    (("plugin/kubernetes", "Failed to list"), True, "it can't read the Services"),
    (("plugin/errors", "i/o timeout"), False, "the server that it forwards to does not answer"),
    (("plugin/errors", "connection refused"), False, "the server that it forwards to refuses it"),
    (("plugin/errors", "SERVFAIL"), False, "the server that it forwards to fails"),
    (("plugin/errors", "no route to host"), False, "the server that it forwards to can't be reached"),
)
"""All of these words in a line; whether it then fails for every name, or for those that it forwards; what it is."""
ENOUGH = 3
"""Lines about forwarding: one lost packet is nothing."""


@dataclass(frozen=True, slots=True)
class DnsTrouble:
    """What the DNS complains of."""

    target: Ref
    """Who runs it."""
    words: str
    every_name: bool
    evidence: Evidence
    lines: int
    logs: tuple[LogSeen, ...]

    def explains(self, host: str) -> bool:
        """Names of the cluster are not forwarded: those it knows itself."""
        named = any(line.contains(host) for log in self.logs for _, line in log.lines)
        return self.every_name or (named and not host.endswith((".svc", ".cluster.local")))


CONFIG = Ref(kind="ConfigMap", namespace="kube-system", name="coredns")


def denied(seen: Observation, host: str, namespace: str | None) -> NameBlockSeen | None:
    """What denies a name. A bare one is meant within its namespace, as the pods' search list completes it."""
    name = host.rstrip(".").lower()
    whole = {0: f"{name}.{namespace}.svc.cluster.local", 1: f"{name}.svc.cluster.local"}.get(name.count("."))
    names = [whole or (f"{name}.cluster.local" if name.endswith(".svc") else name)]
    names += [name] if name.count(".") == 1 else []
    return next((block for block in seen.name_blocks if any(block.covers(each) for each in names)), None)


def is_dns(service: ServiceSeen) -> bool:
    return service.selector.get(LABEL[0]) == LABEL[1]


def dns_down(seen: Observation) -> Ref | None:
    """Its Service, when nobody answers."""
    return next((service.ref for service in seen.services if is_dns(service) and not service.ready), None)


def dns_trouble(seen: Observation) -> DnsTrouble | None:
    pods = {pod.ref: pod for pod in seen.pods if pod.labels.get(LABEL[0]) == LABEL[1]}
    logs = tuple(log for log in seen.logs if log.pod in pods)
    for marks, every_name, words in _TELLS:
        told = [(log, at, line) for log in logs for at, line in log.lines if all(line.contains(m) for m in marks)]
        if len(told) >= (1 if every_name else ENOUGH):
            log, at, line = told[-1]
            evidence = Evidence(source=f"log of {log.pod.name}", value=line, at=at)
            return DnsTrouble(_owner(pods[log.pod]), words, every_name, evidence, len(told), logs)
    return None


def _owner(pod: PodSeen) -> Ref:
    return pod.owner or pod.ref
