"""The API server's own books: which of its requests are ours, read from an audit log (audit.k8s.io/v1, JSON lines).

Ours is what says so in its user agent; with a user's name also whatever that user wrote without saying so. Dry runs and
access reviews change nothing and are left out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

AGENT = "incident-mcp/"
_DIGEST = re.compile(r"plan/([0-9a-f]{64})$")
_ENDED = ("ResponseComplete", "Panic")
_BEGUN = ("ResponseStarted", *_ENDED)
"""A command's connection is noted when it opens; while the command runs, and where the log ends, that is all."""
_REVIEWS = frozenset({"authorization.k8s.io", "authentication.k8s.io"})
_METHODS = {"patch": "PATCH", "create": "POST", "delete": "DELETE"}
_MUTATING = frozenset({*_METHODS, "update", "deletecollection"})


@dataclass(frozen=True, slots=True)
class Request:
    """One mutating request that the API server answered. `digest` is that of the plan it names; empty: none."""

    id: str
    at: datetime
    method: str
    path: str
    code: int
    digest: str
    user: str
    agent: str
    body: Any = None
    """What was sent, where the log's level holds it (`Request` or higher); None: it does not."""

    @property
    def done(self) -> bool:
        """101 is a command's connection that was opened."""
        return 101 <= self.code < 400

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} UTC {self.method} {self.path} ({self.code}) by {self.user}, id {self.id}"


@dataclass(slots=True)
class AuditLog:
    """What was found in a log: our requests, the time that it covers, and lines that are no audit events."""

    requests: list[Request] = field(default_factory=list[Request])
    first: datetime | None = None
    last: datetime | None = None
    broken: list[int] = field(default_factory=list[int])
    lines: int = 0

    def covers(self, at: datetime) -> bool:
        return self.first is not None and self.last is not None and self.first <= at <= self.last


def read_audit_log(lines: Iterable[bytes], user: str = "") -> AuditLog:
    """Read a whole log. A last line without its end is still being written, and no mistake."""
    log, seen = AuditLog(), set[str]()
    for number, line in enumerate(lines, 1):
        if not line.endswith(b"\n"):
            break
        log.lines = number
        try:
            event = msgspec.json.decode(line)
            at = datetime.fromisoformat(event["requestReceivedTimestamp"])
        except (msgspec.DecodeError, KeyError, TypeError, ValueError):
            log.broken.append(number)
            continue
        log.first, log.last = min(log.first or at, at), max(log.last or at, at)
        for one in _ours(event, at, user):
            if one.id not in seen:
                log.requests.append(one)
                seen.add(one.id)
    return log


def _ours(event: dict[str, Any], at: datetime, user: str) -> Iterator[Request]:
    agent, who = str(event.get("userAgent", "")), str(event.get("user", {}).get("username", ""))
    verb, of = str(event.get("verb", "")), event.get("objectRef", {})
    command = of.get("subresource") == "exec"  # a command in a container: a GET where it is a WebSocket
    if not (verb in _MUTATING or command) or event.get("stage") not in (_BEGUN if command else _ENDED):
        return
    if not (agent.startswith(AGENT) or (user and who == user)):
        return
    uri = urlsplit(str(event.get("requestURI", "")))
    body = event.get("requestObject")
    asked = parse_qs(uri.query)
    if command:
        body = {"container": asked.get("container", [""])[0], "command": asked.get("command", [])}
    if of.get("apiGroup") in _REVIEWS or "dryRun" in asked or (of.get("subresource") == "eviction" and _dry(body)):
        return
    digest = _DIGEST.search(agent)
    yield Request(
        id=str(event.get("auditID", "")),
        at=at,
        method="EXEC" if command else _METHODS.get(verb, verb),
        path=unquote(uri.path),
        code=int(event.get("responseStatus", {}).get("code", 0)),
        digest=digest.group(1) if digest else "",
        user=who,
        agent=agent,
        body=body,
    )


def _dry(body: Any) -> bool:
    """An eviction says it in its body."""
    if not isinstance(body, dict):
        return False
    options = cast("dict[str, Any]", body).get("deleteOptions")
    return isinstance(options, dict) and bool(cast("dict[str, Any]", options).get("dryRun"))
