"""The seven common issues of the workflow, gone through for one workload: each found, ruled out or not checked.

*Ruled out* always says by what: no pod that was looked at, no line of so many that were read. An issue that nothing
could show is *not checked*, never ruled out.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Literal

from incident_mcp.logs.causes import LogCause
from incident_mcp.logs.meanings import Meaning, recognise_each
from incident_mcp.logs.patterns import LogPattern
from incident_mcp.text.words import count
from incident_mcp.vocabulary.finding import Finding
from incident_mcp.vocabulary.observation import Observation, PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

State = Literal["found", "ruled out", "not checked"]

_ENDINGS = ("com", "net", "org", "io", "dev", "app", "cloud", "example")
"""With two labels, `payments.shop` is a Service and its namespace; only a well-known ending makes it a public name."""


class Issue(Value):
    """One line of the checklist. `why` is the evidence, what rules it out, or what is missing."""

    name: str
    state: State
    why: str


class Sign(Value):
    """Log lines that mean the same, how many, and in which pods."""

    meaning: Meaning
    count: int
    pods: frozenset[str]


class Material(Value):
    """What the checklist is gone through with."""

    seen: Observation
    target: Ref
    findings: tuple[Finding, ...] = ()
    """All of the workload's chains."""
    signs: tuple[Sign, ...] = ()
    lines: int = 0
    """Log lines read; 0: none was, so none can rule anything out."""
    pods_read: int = 0

    @property
    def pods(self) -> tuple[PodSeen, ...]:
        return self.seen.pods_of(self.target)

    def said(self, *causes: LogCause) -> list[Sign]:
        return [each for each in self.signs if each.meaning.cause in causes]


def signs_of_patterns(patterns: Iterable[LogPattern]) -> tuple[Sign, ...]:
    """Of logs that were read for this, all of them."""
    return tuple(
        Sign(meaning=each.meaning, count=each.count, pods=frozenset(each.pods)) for each in patterns if each.meaning
    )


def of_a_look(seen: Observation, target: Ref, findings: Iterable[Finding]) -> Material:
    """With no more logs than a look reads: the last lines of a few containers that fail."""
    pods = {pod.ref for pod in seen.pods_of(target)}
    logs = [log for log in seen.logs if log.pod in pods]
    signs = [
        Sign(meaning=meaning, count=1, pods=frozenset({log.pod.path}))
        for log in logs
        for _, meaning in recognise_each([line for _, line in log.lines])
    ]
    return Material(
        seen=seen,
        target=target,
        findings=tuple(findings),
        signs=tuple(signs),
        lines=sum(len(log.lines) for log in logs),
        pods_read=len({log.pod for log in logs}),
    )


def common_issues(given: Material) -> tuple[Issue, ...]:
    """In the order of the workflow's checklist."""
    return (
        _killed(given),
        _crashing(given),
        _by_logs(given, "Connection refused (service discovery)", given.said("connection-refused"), "being refused"),
        _by_logs(given, "Database connection pool exhaustion", given.said("pool-exhausted"), "an exhausted pool"),
        _outside(given),
        _certificates(given),
        _by_logs(given, "DNS resolution failures", given.said("name-not-resolved"), "a name that does not resolve"),
    )


def _killed(given: Material) -> Issue:
    name = "OOMKilled pods (memory limits)"
    killed = [pod for pod in given.pods if any("OOMKilled" in (c.reason, c.last_reason) for c in pod.containers)]
    if found := _finding(given, "out-of-memory"):
        return Issue(name=name, state="found", why=found)
    if killed:
        return Issue(name=name, state="found", why=f"{count(len(killed), 'pod')} killed at the memory limit")
    if told := given.said("out-of-memory"):
        return Issue(name=name, state="found", why=_counted(told))
    return _by_pods(given, name, "was killed for memory")


def _crashing(given: Material) -> Issue:
    name = "CrashLoopBackOff (application errors)"
    if found := _finding(given, "crash-loop"):
        return Issue(name=name, state="found", why=found)
    waits = [pod for pod in given.pods if any(c.reason == "CrashLoopBackOff" for c in pod.containers)]
    if waits:
        return Issue(name=name, state="found", why=f"{count(len(waits), 'pod')} in CrashLoopBackOff")
    return _by_pods(given, name, "ends again and again")


def _by_pods(given: Material, name: str, what: str) -> Issue:
    if not given.pods:
        return Issue(name=name, state="not checked", why=_why_no_pods(given))
    return Issue(name=name, state="ruled out", why=f"none of {count(len(given.pods), 'pod')} {what}")


def _why_no_pods(given: Material) -> str:
    missed = next((str(each) for each in given.seen.not_checked if each.what.startswith("pods")), None)
    return missed or "it has no pods"


def _outside(given: Material) -> Issue:
    """Whatever is wrong with a host that is not of this cluster. A timeout that names nobody proves neither."""
    name = "External API failures"
    told = given.said("connection-refused", "name-not-resolved", "deadline-exceeded", "certificate-invalid")
    outside = [each for each in told if is_outside(each.meaning.parts.get("host", ""))]
    if outside:
        return Issue(name=name, state="found", why=_counted(outside))
    nameless = [each for each in given.said("deadline-exceeded") if not each.meaning.parts.get("host")]
    if nameless:
        why = f"{count(sum(each.count for each in nameless), 'line')} about a time-out, none of which names a host"
        return Issue(name=name, state="not checked", why=why)
    return _by_logs(given, name, [], "a host outside the cluster")


def _certificates(given: Material) -> Issue:
    name = "Certificate expiration"
    told = given.said("certificate-invalid")
    found = next((each for each in given.findings if "certificate" in each.cause), None)
    if found and not told:
        return Issue(name=name, state="found", why=found.summary)
    return _by_logs(given, name, told, "a certificate")


def _by_logs(given: Material, name: str, told: Sequence[Sign], about: str) -> Issue:
    if told:
        return Issue(name=name, state="found", why=_counted(told))
    if not given.lines:
        return Issue(name=name, state="not checked", why="no log line could be read")
    read = f"{count(given.lines, 'log line')} of {count(given.pods_read, 'pod')}"
    return Issue(name=name, state="ruled out", why=f"no line about {about} in {read}")


def _finding(given: Material, cause: str) -> str:
    return next((each.summary for each in given.findings if each.cause == cause and each.target == given.target), "")


def _counted(told: Sequence[Sign]) -> str:
    """`payments:8443, 41 lines in 3 pods`: to whom, where the lines say so."""
    parts = [each.meaning.parts for each in told]
    hosts = dict.fromkeys(":".join(filter(None, (one.get("host"), one.get("port")))) for one in parts)
    pods = {pod for each in told for pod in each.pods}
    lines = f"{count(sum(each.count for each in told), 'line')} in {count(len(pods), 'pod')}"
    named = [host for host in hosts if host]
    return ", ".join([*named[:3], lines])


def is_outside(host: str) -> bool:
    """Whether a name or address can't be one of this cluster: a public address, or a name with a public ending."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        pass
    labels = host.rstrip(".").split(".")
    inside = "svc" in labels or labels[-1] in ("local", "internal", "localhost", "cluster")
    return (len(labels) > 2 and not inside) or (len(labels) == 2 and labels[-1] in _ENDINGS)
