"""What known messages mean: a stable cause, and the identifiers that name its parts.

Identifiers leave (`PAYMENT_URL`, `payments:8443`); sentences never do. The first recogniser that fits wins, so the
particular ones come first, and *timed out* last.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from incident_mcp.logs.causes import LogCause
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

_CONTEXT = 25
"""Lines before a match in which its context must stand."""
_ABOVE = 3
"""Lines before *connection refused* in which the address may stand."""


class Meaning(Value):
    """A cause, and its parts by name: `variable`, `host`, `port`, `user` ..."""

    cause: LogCause
    parts: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class _Recogniser:
    cause: LogCause
    pattern: re.Pattern[str]
    context: str = ""
    """A word that must stand in the lines before: `KeyError` alone may be about any dictionary."""


def _known(cause: LogCause, *patterns: str, context: str = "") -> list[_Recogniser]:
    return [_Recogniser(cause, re.compile(pattern), context) for pattern in patterns]


_ENV = r"[\"'`$]?(?P<variable>[A-Z][A-Z0-9_]+)[\"'`]?"
_HOST = r"[\"'`\[]?(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*)[\"'`\]]?"
_ADDRESSED = re.compile(
    r"(?i:\b(?:connect(?:ion|ing|ed)?|reach|dial(?:ing)?|contact(?:ing)?)\b[^\n]{0,60}?\b(?:to|with|server)\b)\s*"
    rf"(?:\w+://)?{_HOST}(?:/[0-9a-f.:]+?)?[\"'`]?(?::|,? (?i:port):? )(?P<port>\d{{2,5}})\b"
)
"""`Failed to connect to payments/10.96.3.4:8080`."""
_UNSET = (
    r"(?:is |was |are )?"
    r"(?:not set|not found|not defined|undefined|required|missing|unset|empty|must be set|not provided)"
)

_RECOGNISERS: tuple[_Recogniser, ...] = (
    *_known("missing-environment", rf"KeyError: {_ENV}$", context="environ"),
    *_known(
        "missing-environment",
        rf"(?i:env(?:ironment)?(?: var(?:iable)?)?s?)[: ]+(?-i:{_ENV}) (?i:{_UNSET})",
        rf"(?-i:{_ENV}) (?i:env(?:ironment)?(?: var(?:iable)?)) (?i:{_UNSET})",
        rf"(?i:(?:missing|undefined|required|unset)(?: required)? env(?:ironment)?(?: var(?:iable)?)?s?)[: ]+{_ENV}",
        r"[\"'`$]?(?P<variable>[A-Z][A-Z0-9]*_[A-Z0-9_]+)[\"'`]? (?i:must be set|is not set|is required)",
        r"(?P<variable>[A-Z][A-Z0-9_]+): (?:unbound variable|parameter (?:null or )?not set)",
    ),
    *_known(
        "name-not-resolved",  # before the refusals: it is the DNS that refuses a look-up, not who was looked up
        rf"lookup {_HOST}(?: on [0-9a-f.:\[\]]+)?: (?:(?:read|write|dial) udp \S+ )?(?:\w+: )?"
        r"(?i:no such host|server misbehaving|i/o timeout|connection refused)",
    ),
    *_known(
        "connection-refused",
        rf"(?i:connection to server at) {_HOST}(?: \([^)]*\))?, port (?P<port>\d+) failed: (?i:connection refused)",
        rf"(?i:dial tcp) {_HOST}:(?P<port>\d+): (?i:connect: connection refused)",
        rf"ECONNREFUSED {_HOST}:(?P<port>\d+)",
        rf"host={_HOST}, port=(?P<port>\d+)\).*(?i:connection refused)",
        rf"(?i:connect(?:ion)?(?:ing)? (?:refused )?(?:to|by)) (?:\w+://)?{_HOST}:(?P<port>\d+).*(?i:refused)",
        rf"(?i:connection refused)(?: to|:)? (?:\w+://)?{_HOST}[:/](?P<port>\d+)",
        rf"(?i:failed to connect to) {_HOST} port (?P<port>\d+)",
        rf"(?i:can't reach database server at) {_HOST}:`?(?P<port>\d+)",
        rf"(?i:is the server running on host) {_HOST}.* port (?P<port>\d+)",
        r"(?i:ECONNREFUSED|connection refused)",
    ),
    *_known(
        "name-not-resolved",
        rf"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) {_HOST}",
        rf"(?i:UnknownHostException): {_HOST}",
        rf"(?i:could not resolve host|could not translate host name|failed to resolve|cannot resolve):? {_HOST}",
        rf"(?i:host not found in upstream|could not resolve address|bad address) {_HOST}",
        r"(?i:temporary failure in name resolution|name or service not known|NXDOMAIN|no such host)",
    ),
    *_known(
        "out-of-memory",
        r"(?i:java\.lang\.OutOfMemoryError|heap out of memory|out of memory|cannot allocate memory|\bMemoryError\b)",
    ),
    *_known(
        "pool-exhausted",
        r"(?i:(?:connection )?pool (?:is )?(?:exhausted|timeout|timed out)|QueuePool limit)",
        r"(?i:too many (?:clients|connections)|remaining connection slots are reserved)",
        r"(?i:(?:could not|unable to) acquire.{0,30}connection)",
        r"(?i:connection is not available, request timed out after|timeout acquiring a connection)",
    ),
    *_known(
        "certificate-invalid",
        r"(?i:certificate (?:has |is )?expired|CERTIFICATE_VERIFY_FAILED|x509: certificate)",
        r"(?i:unable to (?:get local issuer|verify the first) certificate|self[- ]signed certificate|PKIX path)",
        r"(?i:tls: (?:bad|unknown|expired) certificate|certificate is (?:not yet valid|valid for .{1,80}, not ))",
        r"(?i:\bunknown ca\b)",
    ),
    *_known(
        "tls-required",
        r"(?i:HTTP request was sent to (?:an )?HTTPS (?:server|port)|first record does not look like a TLS handshake)",
        r"(?i:wrong version number|no pg_hba\.conf entry .{0,120}(?:no encryption|SSL off)|SSL connection is required)",
        r"(?i:server gave HTTP response to HTTPS client)",
    ),
    *_known(
        "authentication-failed",
        r"(?i:password authentication failed for user) [\"'](?P<user>[A-Za-z0-9_.@-]+)[\"']",
        r"(?i:access denied for user) [\"'](?P<user>[A-Za-z0-9_.@-]+)[\"']",
        r"(?i:authentication failed|invalid credentials|NOAUTH|WRONGPASS|login (?:was )?(?:refused|failed))",
    ),
    *_known(
        "access-denied",  # before what the operating system refuses: it says so with a path, a call or an error number
        r"(?i:permission denied for (?:table|relation|schema|database|function|sequence|view|user|role)\b)",
        r"(?i:\bcode ?= ?PermissionDenied\b|^\s*\* permission denied|is not authorized to perform)",
        r"(?<!nio\.file\.)\bAccessDenied(?:Exception)?\b",
    ),
    *_known("access-denied", r"(?i:permission denied)", context="Code: 403"),
    *_known(
        "permission-denied",
        r'User "(?P<user>[A-Za-z0-9_.:@-]+)" cannot (?P<verb>[a-z]+) resource "(?P<resource>[A-Za-z0-9./-]+)"',
        r"(?i:permission denied|\bEACCES\b|operation not permitted|nio\.file\.AccessDeniedException)",
    ),
    *_known("disk-full", r"(?i:no space left on device|\bENOSPC\b|disk quota exceeded)"),
    *_known("read-only-file-system", r"(?i:read-only file ?system|\bEROFS\b)"),
    *_known(
        "address-in-use",
        r"(?:listen tcp|bind\w*|port|address)[^\n]{0,60}?:(?P<port>\d{2,5})\b.*(?i:address already in use|EADDRINUSE)",
        r"(?i:EADDRINUSE|address already in use)[^\n]{0,60}?:(?P<port>\d{2,5})\b",
        r"(?i:port) (?P<port>\d+) (?i:(?:is |was )?already in use)",
        r"(?i:address already in use|\bEADDRINUSE\b)",
    ),
    *_known("bad-command", r"(?i:exec format error)"),
    *_known("deadlock", r"(?i:\bdeadlock (?:detected|found)\b|all goroutines are asleep - deadlock)"),
    *_known(
        "migration-failed",
        r"(?i:migration .{0,80}\b(?:failed|error)\b|(?:failed|error).{0,40}\b(?:apply|run|running|applying) migration)",
        r"(?i:dirty database version|FlywayException|LiquibaseException|Validate failed: Migrations? )",
        r"(?i:(?:relation|table|column) [\"'`][\w.]{1,80}[\"'`] does(?:n't| not) exist|no such (?:table|column):)",
    ),
    *_known(
        "missing-configuration",
        r"(?i:config(?:uration)? (?:file )?[\"'`]?(?P<file>[\w./-]+)[\"'`]? (?:not found|does not exist|is missing))",
        r"(?i:missing required (?:configuration|config|setting|property|key)s?[: ]+)[\"'`]?(?P<key>[\w.-]+)",
        r"(?i:could not resolve placeholder) [\"'`](?P<key>[\w.-]+)[\"'`]",
        r"(?i:no such file or directory): [\"'`]?(?P<file>/[\w./-]*\.(?:ya?ml|json|toml|conf|cfg|ini|properties|env))",
        r"open (?P<file>/[\w./-]*\.(?:ya?ml|json|toml|conf|cfg|ini|properties|env)): (?i:no such file or directory)",
    ),
    *_known("too-many-open-files", r"(?i:too many open files|\bEMFILE\b)"),
    *_known(
        "deadline-exceeded",
        rf"(?i:connection to server at) {_HOST}(?: \([^)]*\))?, port (?P<port>\d+) failed: "
        r"(?i:connection timed out|timeout)",
        rf"(?i:dial (?:tcp|udp)) {_HOST}:(?P<port>\d+): (?i:i/o timeout|connect: connection timed out)",
        rf"ETIMEDOUT {_HOST}:(?P<port>\d+)",
        rf"host={_HOST}, port=(?P<port>\d+)\).*(?i:timed out|timeout)",
        rf"(?i:https?)://{_HOST}:(?P<port>\d+)\S* ?.*(?i:deadline exceeded|timed out|timeout)",
        rf"(?i:https?)://{_HOST}[/\"' ].*(?i:deadline exceeded|timed out|timeout)",
        rf"(?i:timed out|timeout)[^\n]{{0,40}} (?:to|from) {_HOST}:(?P<port>\d+)",
        r"(?i:context deadline exceeded|DEADLINE_EXCEEDED|\bETIMEDOUT\b)",
        r"(?i:(?:read|connect|request|connection|upstream) timed out)",
    ),
    *_known(
        "rate-limited",
        r"(?i:too many requests|rate limit(?:ed)? (?:exceeded|reached)|\bRESOURCE_EXHAUSTED\b|ThrottlingException)",
        r"(?i:client-side throttling|\bHTTP(?:/[\d.]+)? 429\b|status(?:[ _]?code)?[\"']?[ :=]+429\b)",
    ),
    *_known(
        "upstream-failing",
        r"(?i:no healthy upstream|upstream connect error|upstream prematurely closed|no live upstreams)",
        r"(?i:\b50[234] (?:Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out))",
        r"(?i:(?:upstream|backend|server) (?:returned|responded with|answered)(?: status| HTTP)? 50[0234]\b)",
    ),
    *_known(
        "panic",
        r"^(?:\S+ )?(?:panic|fatal error): ",
        r"thread '[^']{1,60}' panicked at",
        r"(?:SIGSEGV|(?i:segmentation fault)|nil pointer dereference)",
    ),
)


def recognise(lines: Sequence[Untrusted]) -> Meaning | None:
    """What these lines of one log (one event, or its last lines) mean; the last line that means something counts."""
    for at in range(len(lines) - 1, -1, -1):
        for known in _RECOGNISERS:
            if (meaning := _match(known, lines, at)) is not None:
                return meaning
    return None


def recognise_each(lines: Sequence[Untrusted]) -> list[tuple[int, Meaning]]:
    """All lines that mean something, with their index."""
    return list(_recognised(tuple(lines)))


@lru_cache(maxsize=128)
def _recognised(lines: tuple[Untrusted, ...]) -> tuple[tuple[int, Meaning], ...]:
    """Kept for some logs: a dozen rules read the same ones after each other."""
    found = (
        (at, next((m for known in _RECOGNISERS if (m := _match(known, lines, at))), None)) for at in range(len(lines))
    )
    return tuple((at, meaning) for at, meaning in found if meaning is not None)


@lru_cache(maxsize=16384)
def _values(pattern: re.Pattern[str], line: Untrusted) -> tuple[str, ...] | None:
    """Failing programs repeat themselves, and several rules read the same lines."""
    return line.unescaped().identifiers(pattern)


def _match(known: _Recogniser, lines: Sequence[Untrusted], at: int) -> Meaning | None:
    values = _values(known.pattern, lines[at])
    if values is None:
        return None
    before = lines[max(0, at - _CONTEXT) : at]
    if known.context and not any(line.contains(known.context) for line in before):
        return None
    parts = dict(zip(known.pattern.groupindex, values, strict=True))
    return Meaning(cause=known.cause, parts=parts or _spoken_to(known.cause, lines, at))


def _spoken_to(cause: LogCause, lines: Sequence[Untrusted], at: int) -> dict[str, str]:
    """Whom, where the lines right before tell what the reason alone does not: an exception and the one beneath it."""
    if cause != "connection-refused":
        return {}
    for line in reversed(lines[max(0, at - _ABOVE) : at + 1]):
        if values := _values(_ADDRESSED, line):
            return dict(zip(_ADDRESSED.groupindex, values, strict=True))
    return {}
