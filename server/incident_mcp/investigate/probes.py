"""What a probe asks, as the template says, and what its failures mean, in the kubelet's own words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

from incident_mcp.investigate.sufferers import workload_of
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

Probe = Literal["readinessProbe", "livenessProbe", "startupProbe"]
# kubernetes/kubernetes, pkg/probe: http, tcp and grpc probers, and Go's own network errors.
_WHY = (
    ("connection refused", "nothing listens on its port"),
    ("statuscode: 404", "its path is not there (404)"),
    ("statuscode: 401", "it is refused (401)"),
    ("statuscode: 403", "it is refused (403)"),
    ("statuscode: 5", "the program answers with a server error"),
    ("Client.Timeout exceeded", "no answer within its timeout"),
    ("context deadline exceeded", "no answer within its timeout"),
    ("timed out", "no answer within its timeout"),
    ("i/o timeout", "no answer within its timeout"),
    ("no such host", "its host does not resolve"),
    ("server gave HTTP response to HTTPS client", "it asks by HTTPS, and the program answers by HTTP"),
    ("malformed HTTP response", "it asks by HTTP, and the program speaks something else"),
)


def meaning(message: Untrusted) -> str:
    """Empty when the message is not known."""
    return next((words for mark, words in _WHY if message.contains(mark)), "")


@dataclass(frozen=True, slots=True)
class Asked:
    """One probe of one container."""

    words: str
    """`GET /healthz on port 8081`."""
    port: str
    declared: tuple[str, ...]
    """Numbers and names of the container's own ports."""

    @property
    def astray(self) -> str:
        """`; the container declares 8080`, when the probe's port is none of them."""
        if not self.port or not self.declared or self.port in self.declared:
            return ""
        return f"; the container declares {', '.join(each for each in self.declared if each.isdecimal())}"


def asked(seen: Observation, target: Ref, container: str, probe: Probe) -> Asked | None:
    """What the template's probe asks; None where template or probe is not known."""
    workload = workload_of(seen, target)
    spec: dict[str, Any] = (workload.template.get("spec") or {}) if workload else {}
    for each in cast("list[dict[str, Any]]", spec.get("containers") or []):
        if each.get("name") == container and (how := each.get(probe)):
            return Asked(*_words(how), tuple(_ports(each)))
    return None


def _words(how: dict[str, Any]) -> tuple[str, str]:
    if http := how.get("httpGet"):
        port = str(http.get("port", ""))
        return f"GET {http.get('path', '/')} on port {port}", port
    if tcp := how.get("tcpSocket"):
        port = str(tcp.get("port", ""))
        return f"TCP on port {port}", port
    if grpc := how.get("grpc"):
        port = str(grpc.get("port", ""))
        return f"gRPC on port {port}", port
    return "a command", ""


def _ports(container: dict[str, Any]) -> Iterator[str]:
    for port in cast("list[dict[str, Any]]", container.get("ports") or []):
        yield from (str(port[key]) for key in ("containerPort", "name") if port.get(key))
