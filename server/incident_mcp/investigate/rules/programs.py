"""What failing programs say of themselves: refused, expired, exhausted, full. One finding a workload and meaning."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from incident_mcp.cluster.config_refs import config_refs
from incident_mcp.investigate.kinds.containers import BAD_COMMAND
from incident_mcp.investigate.kinds.kind import Kind
from incident_mcp.investigate.kinds.programs import (
    AUTHENTICATION_FAILED,
    CERTIFICATE_INVALID,
    DEADLOCK,
    DEPENDENCY_SLOW,
    DISK_FAILING,
    DISK_FULL,
    HEAP_EXHAUSTED,
    LACKS_SETTINGS,
    MIGRATION_FAILED,
    PERMISSION_DENIED,
    POOL_EXHAUSTED,
    PORT_CONFLICT,
    PORTS_EXHAUSTED,
    RATE_LIMITED,
    RBAC_DENIED,
    READ_ONLY,
    TLS_REQUIRED,
    TOO_MANY_FILES,
)
from incident_mcp.investigate.log_evidence import Said, said_of
from incident_mcp.investigate.needed import service_of
from incident_mcp.investigate.rules.dependency import blocked_by, not_local_to
from incident_mcp.investigate.sufferers import finding, gravity, workload_of
from incident_mcp.logs.causes import LogCause
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref

_ACCOUNT = re.compile(r"system:serviceaccount:([^:]+):([^:]+)")


@dataclass(frozen=True, slots=True)
class _Says:
    """A meaning as a finding: its kind, what it is in words, and what to do."""

    kind: Kind
    words: str
    next_step: str


_SAYS: dict[LogCause, _Says] = {
    "certificate-invalid": _Says(
        CERTIFICATE_INVALID,
        "it does not accept a certificate",
        "See whose certificate it is and when it ended; renew it, or give the program the right authority.",
    ),
    "pool-exhausted": _Says(
        POOL_EXHAUSTED,
        "its connection pool is used up",
        "See who holds the connections, and how many the database still takes.",
    ),
    "authentication-failed": _Says(
        AUTHENTICATION_FAILED,
        "its credentials are refused",
        "Compare the Secret with what the other side knows; a pod takes a changed variable only when it restarts.",
    ),
    "access-denied": _Says(
        AUTHENTICATION_FAILED,
        "what it asks denies it access",
        "See which account or role it uses there, and what was taken from that.",
    ),
    "permission-denied": _Says(
        PERMISSION_DENIED,
        "the operating system refuses it a file or a call",
        "Compare its user with the volume's owner and the security context.",
    ),
    "disk-full": _Says(DISK_FULL, "no space is left on a volume of it", "Free some space, or enlarge the claim."),
    "too-many-open-files": _Says(
        TOO_MANY_FILES, "it may open no more files", "Look for a leak of connections or files; see its limit."
    ),
    "out-of-memory": _Says(
        HEAP_EXHAUSTED,
        "it runs out of memory by its own account",
        "Compare its own heap limit with the container's; if a rollout brought it, roll back.",
    ),
    "bad-command": _Says(
        BAD_COMMAND,
        "its image is built for another architecture",
        "Compare the image's platforms with the architecture of the nodes.",
    ),
    "address-in-use": _Says(
        PORT_CONFLICT,
        "it can't listen on its port: another program does",
        "Compare the ports of the pod's containers; see whether it uses the host's network.",
    ),
    "tls-required": _Says(
        TLS_REQUIRED,
        "one side of a connection speaks TLS and the other does not",
        "Compare the scheme, port and sslmode that it uses with what the other side wants.",
    ),
    "rate-limited": _Says(
        RATE_LIMITED,
        "it is told that it asks too often",
        "See who limits it and by how much, and whether its traffic or its retries grew.",
    ),
    "read-only-file-system": _Says(
        READ_ONLY,
        "it may not write: the file system is read-only",
        "See readOnlyRootFilesystem and its mounts; if neither was changed, the node's kernel log.",
    ),
    "disk-failing": _Says(
        DISK_FAILING,
        "the disk under it fails",
        "See the node's conditions and kernel log, and whether others on that node or volume fail; keep the volume.",
    ),
    "ports-exhausted": _Says(
        PORTS_EXHAUSTED,
        "it has no port left to connect from",
        "See its security context's sysctls, and how many connections it opens; a restart frees them for a while.",
    ),
    "deadlock": _Says(
        DEADLOCK, "its transactions or threads wait for each other", "Read what the database or the trace says of both."
    ),
    "missing-configuration": _Says(
        LACKS_SETTINGS,
        "it misses a part of its settings",
        "Compare what is mounted with the revision before; what_changed lists the edits.",
    ),
    "migration-failed": _Says(
        MIGRATION_FAILED,
        "its database does not have the schema that it wants",
        "See whether the migration of this revision ran; a rollback may need the old schema.",
    ),
    "deadline-exceeded": _Says(
        DEPENDENCY_SLOW, "it waits in vain for an answer", "Find what it waits for: its log or a trace names it."
    ),
}


def find(seen: Observation) -> Iterator[Finding]:
    told: set[tuple[object, str]] = set()
    for said in said_of(seen, *_SAYS):
        found = _denied(seen, said) if "resource" in said.meaning.parts else _finding(seen, said)
        if (found.target, found.code) not in told:  # the same said of several users or containers is one finding
            told.add((found.target, found.code))
            yield found


def _finding(seen: Observation, said: Said) -> Finding:
    says = _SAYS[said.meaning.cause]
    user = said.meaning.parts.get("user")
    port = said.meaning.parts.get("port") if said.meaning.cause == "address-in-use" else None
    slow = said.meaning.cause == "deadline-exceeded"
    of = f" of {host}" if slow and (host := said.meaning.parts.get("host")) else ""
    lacks = said.meaning.parts.get("file") or said.meaning.parts.get("key")
    return finding(
        says.kind,
        target=said.target,
        severity=gravity(seen, said.target),
        summary=f"{says.words}{of}{_aside(user=user, port=port)}{f': {lacks}' if lacks else ''}",
        evidence=(*said.evidence, *(_stale(seen, said) if says.kind is AUTHENTICATION_FAILED else ())),
        next_step=says.next_step,
        since=said.first,
        because_of=_behind(seen, said) if slow else None,
    )


def _aside(**parts: str | None) -> str:
    """` (user shop)`."""
    return "".join(f" ({name} {value})" for name, value in parts.items() if value)


def _stale(seen: Observation, said: Said) -> tuple[Evidence, ...]:
    """A Secret that changed after the pod was made: what came through a variable is the old value."""
    workload = workload_of(seen, said.target)
    taken = config_refs(workload.template, said.target.namespace) if workload else []
    began = min((pod.created for pod in seen.pods if said.target in (pod.owner, pod.ref)), default=None)
    return tuple(
        Evidence(source=f"{config.ref}, changed", value="after the pod was made", at=config.changed)
        for config in seen.configs
        if config.ref in taken and config.ref.kind == "Secret" and config.changed and began and config.changed > began
    )


def _behind(seen: Observation, said: Said) -> Ref | None:
    """The policy that lets nothing through, or the Service that nobody serves."""
    block, service = blocked_by(seen, said), service_of(seen, said)
    if block:
        return block.policy
    return service.ref if service and not service.ready else not_local_to(seen, said)


def _denied(seen: Observation, said: Said) -> Finding:
    parts = said.meaning.parts
    account = _ACCOUNT.fullmatch(parts["user"])
    who = f"ServiceAccount {account[1]}/{account[2]}" if account else parts["user"]
    return finding(
        RBAC_DENIED,
        target=said.target,
        severity=gravity(seen, said.target),
        summary=f"{who} may not {parts['verb']} {parts['resource']}",
        evidence=said.evidence,
        next_step=f"Grant {who} {parts['verb']} on {parts['resource']}, or see which Role or binding was changed.",
        since=said.first,
    )
