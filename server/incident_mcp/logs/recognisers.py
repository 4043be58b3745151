"""The known causes, each with the words that programs use for it. The first that fits wins: particular ones come first,
and *timed out* last.

A group of a pattern names a part of the cause. A bare `fail`, `error` or `timeout` is never enough: each pattern is a
phrase that says what happened, in the words of a database, a runtime or a library. `hints` stand before the patterns:
most lines hold none of them, and are known to mean nothing fifty times faster.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from incident_mcp.logs.causes import LogCause


@dataclass(frozen=True, slots=True)
class Recogniser:
    """`patterns` are compiled when a line first holds a hint: a log that has no such trouble pays for none of them."""

    cause: LogCause
    hints: tuple[str, ...]
    """In lower case: whatever fits a pattern holds one of them."""
    patterns: tuple[str, ...]
    context: str = ""
    """A word that must stand in the lines before: `KeyError` alone may be about any dictionary."""


def _known(cause: LogCause, hints: Sequence[str], *patterns: str, context: str = "") -> Recogniser:
    return Recogniser(cause, tuple(hints), patterns, context)


_ENV = r"[\"'`$]?(?P<variable>[A-Z][A-Z0-9_]+)[\"'`]?"
_HOST = r"[\"'`\[]?(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*)[\"'`\]]?"
ADDRESSED = (
    r"(?i:\b(?:connect(?:ion|ing|ed)?|reach|dial(?:ing)?|contact(?:ing)?)\b[^\n]{0,60}?\b(?:to|with|server)\b)\s*"
    rf"(?:\w+://)?{_HOST}(?:/[0-9a-f.:]+?)?[\"'`]?(?::|,? (?i:port):? )(?P<port>\d{{2,5}})\b"
)
"""`Failed to connect to payments/10.96.3.4:8080`."""
_FILE = r"(?P<file>/[\w./-]*\.(?:ya?ml|json|toml|conf|cfg|ini|properties|env))"
_UNSET = (
    r"(?:is |was |are )?"
    r"(?:not set|not found|not defined|undefined|required|missing|unset|empty|must be set|not provided)"
)

RECOGNISERS: tuple[Recogniser, ...] = (
    _known("missing-environment", ["keyerror"], rf"KeyError: {_ENV}$", context="environ"),
    _known(
        "missing-environment",
        ["env", "must be set", "not set", "required", "unbound variable", "missing value"],
        rf"(?i:env(?:ironment)?(?: var(?:iable)?)?s?)[: ]+(?-i:{_ENV}) (?i:{_UNSET})",
        rf"(?-i:{_ENV}) (?i:env(?:ironment)?(?: var(?:iable)?)) (?i:{_UNSET})",
        rf"(?i:(?:missing|undefined|required|unset)(?: required)? env(?:ironment)?(?: var(?:iable)?)?s?)[: ]+{_ENV}",
        r"[\"'`$]?(?P<variable>[A-Z][A-Z0-9]*_[A-Z0-9_]+)[\"'`]? (?i:must be set|is not set|is required)",
        r"(?P<variable>[A-Z][A-Z0-9_]+): (?:unbound variable|parameter (?:null or )?not set)",
        rf"(?i:env(?:ironment)?(?: var(?:iable)?)? (?:not (?:found|set|defined)|missing)): (?-i:{_ENV})",
        r"required key (?P<variable>[A-Z][A-Z0-9_]+) missing value",
        r"\b(?P<variable>[A-Z][A-Z0-9]*_[A-Z0-9_]+) (?i:field required)",
    ),
    _known(
        "name-not-resolved",  # before the refusals: it is the DNS that refuses a look-up, not who was looked up
        ["lookup"],
        rf"lookup {_HOST}(?: on [0-9a-f.:\[\]]+)?: (?:(?:read|write|dial) udp \S+ )?(?:\w+: )?"
        r"(?i:no such host|server misbehaving|i/o timeout|connection refused)",
    ),
    _known(
        "connection-refused",
        ["refused", "failed to connect", "reach database server", "server running"],
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
    _known(
        "name-not-resolved",
        [
            "getaddrinfo",
            "unknownhost",
            "resol",
            "translate host",
            "host not found",
            "bad address",
            "name or service",
            "nodename",
            "no such host",
            "nxdomain",
        ],
        rf"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) {_HOST}",
        rf"(?i:UnknownHostException): {_HOST}",
        rf"(?i:could not resolve host|could not translate host name|failed to resolve|cannot resolve):? {_HOST}",
        rf"(?i:host not found in (?:upstream|resolver)|could not resolve address|bad address) {_HOST}",
        r"(?i:temporary failure in name resolution|name or service not known|nodename nor servname provided)",
        r"(?i:\bno such host\b|\bNXDOMAIN\b(?! cache))",
    ),
    _known(
        "out-of-memory",
        ["memory"],
        r"(?i:java\.lang\.OutOfMemoryError|\bout of memory\b(?! killer)|cannot allocate memory|\bMemoryError\b)",
        r"System\.OutOfMemoryException|OOM command not allowed when used memory",
    ),
    _known(
        "pool-exhausted",
        ["pool", "too many", "connection slots", "acquir", "connection is not", "number of"],
        r"(?i:(?:connection )?pool (?:is )?(?:exhausted|timeout|timed out)|QueuePool limit)",
        r"(?i:too many (?:clients|connections)|remaining connection slots are reserved)",
        r"(?i:(?:could not|unable to) acquire.{0,30}connection)",
        r"(?i:connection is not available, request timed out after|timeout acquiring a connection)",
        r"(?i:prior to obtaining a connection from the pool|fetching a new connection from the connection pool)",
        r"(?i:max(?:imum)? number of (?:clients|connections) reached)",
    ),
    _known(
        "certificate-invalid",
        ["certificate", "x509", "self-signed", "self signed", "pkix", "unknown ca", "cert_"],
        r"(?i:certificate (?:has |is )?expired|CERTIFICATE_VERIFY_FAILED|x509: certificate)",
        r"(?i:unable to (?:get local issuer|verify the first) certificate|self[- ]signed certificate|PKIX path)",
        r"(?i:tls: (?:bad|unknown|expired) certificate|certificate is (?:not yet valid|valid for .{1,80}, not ))",
        r"(?i:\bunknown ca\b|certificate verify failed|certificate chain .{0,40}not trusted)",
        r"(?i:does not match certificate's altnames|remote certificate is invalid)|RemoteCertificateNameMismatch",
        r"\b(?:Certificate(?:Expired|NotYetValid)Exception|CERT_HAS_EXPIRED|ERR_TLS_CERT_ALTNAME_INVALID)\b",
    ),
    _known(
        "tls-required",
        ["https", "tls handshake", "wrong version", "wrong_version", "pg_hba", "ssl connection", "insecure transport"],
        r"(?i:HTTP request was sent to (?:an )?HTTPS (?:server|port)|first record does not look like a TLS handshake)",
        r"(?i:wrong version number|no pg_hba\.conf entry .{0,120}(?:no encryption|SSL off)|SSL connection is required)",
        r"(?i:server gave HTTP response to HTTPS client|insecure transport are prohibited|WRONG_VERSION_NUMBER)",
    ),
    _known(
        "authentication-failed",
        ["authenticat", "access denied", "credentials", "noauth", "wrongpass", "login", "401 ", "token"],
        r"(?i:password authentication failed for user) [\"'](?P<user>[A-Za-z0-9_.@-]+)[\"']",
        r"(?i:access denied for user) [\"'](?P<user>[A-Za-z0-9_.@-]+)[\"']",
        r"(?i:authentication failed|invalid credentials|\bNOAUTH\b|\bWRONGPASS\b|login (?:was )?(?:refused|failed))",
        r"\b401 Unauthorized\b|code = Unauthenticated\b|\bUNAUTHENTICATED: |(?i:\btoken (?:has |is )expired\b)",
    ),
    _known(
        "access-denied",  # before what the operating system refuses: it says so with a path, a call or an error number
        ["permission", "not authorized", "403 ", "accessdenied"],
        r"(?i:permission denied for (?:table|relation|schema|database|function|sequence|view|user|role)\b)",
        r"(?i:\bcode ?= ?PermissionDenied\b|^\s*\* permission denied|\bis not authorized to perform\b)",
        r"\b403 Forbidden\b|\bPERMISSION_DENIED: |(?<!nio\.file\.)\bAccessDenied(?:Exception)?\b",
    ),
    _known("access-denied", ["permission denied"], r"(?i:permission denied)", context="Code: 403"),
    _known(
        "permission-denied",
        ["cannot", "permi", "eacces", "accessdenied"],
        r'User "(?P<user>[A-Za-z0-9_.:@-]+)" cannot (?P<verb>[a-z]+) resource "(?P<resource>[A-Za-z0-9./-]+)"',
        r"(?i:permission denied|\bEACCES\b|operation not permitted|nio\.file\.AccessDeniedException)",
    ),
    _known(
        "disk-full",
        ["space", "enospc", "quota", "watermark"],
        r"(?i:no space left on device|\bENOSPC\b|disk quota exceeded|not enough space on the disk)",
        r"(?i:flood stage disk watermark .{0,40}exceeded)",
    ),
    _known(
        "disk-failing",
        ["input/output", "i/o error", "errno 5]", "wiredtiger", "invalid page", "page verification"],
        r"(?i:input/output error|\bEIO: i/o error)|\[Errno 5\]",
        r"(?i:WiredTiger .{0,200}checksum|invalid page in block \d+|page verification failed)",
    ),
    _known(
        "ports-exhausted", ["cannot assign", "eaddrnotavail"], r"(?i:cannot assign requested address|\bEADDRNOTAVAIL\b)"
    ),
    _known("read-only-file-system", ["read-only", "erofs"], r"(?i:read-only file ?system|\bEROFS\b)"),
    _known(
        "address-in-use",
        ["in use", "eaddrinuse"],
        r"(?:listen tcp|bind\w*|port|address)[^\n]{0,60}?:(?P<port>\d{2,5})\b.*(?i:address already in use|EADDRINUSE)",
        r"(?i:EADDRINUSE|address already in use)[^\n]{0,60}?:(?P<port>\d{2,5})\b",
        r"(?i:port) (?P<port>\d+) (?i:(?:is |was )?already in use)",
        r"(?i:address already in use|\bEADDRINUSE\b)",
    ),
    _known("bad-command", ["exec format"], r"(?i:exec format error)"),
    _known(
        "deadlock",
        ["deadlock"],
        r"(?i:\bdeadlock (?:detected|found)\b|all goroutines are asleep - deadlock|was deadlocked on .{0,40}resources)",
    ),
    _known(
        "migration-failed",
        ["migration", "dirty database", "revision", "flyway", "liquibase", "exist", "no such"],
        r"(?i:migration .{0,80}\b(?:failed|error)\b|(?:failed|error).{0,40}\b(?:apply|run|running|applying) migration)",
        r"(?i:dirty database version|can't locate revision identified by)",
        r"(?i:FlywayException|LiquibaseException|Validate failed: Migrations? )",
        r"(?i:(?:relation|table|column) [\"'`][\w.]{1,80}[\"'`] does(?:n't| not) exist|no such (?:table|column):)",
    ),
    _known(
        "missing-configuration",
        ["config", "missing", "placeholder", "no such file", "filenotfound"],
        r"(?i:config(?:uration)? (?:file )?[\"'`]?(?P<file>[\w./-]+)[\"'`]? (?:not found|does not exist|is missing))",
        r"(?i:missing required (?:configuration|config|setting|property|key)s?[: ]+)[\"'`]?(?P<key>[\w.-]+)",
        r"(?i:could not resolve placeholder) [\"'`](?P<key>[\w.-]+)[\"'`]",
        rf"(?i:no such file or directory): [\"'`]?{_FILE}",
        rf"open {_FILE}: (?i:no such file or directory)",
        rf"(?i:no such file or directory), open [\"'`]?{_FILE}",
        rf"FileNotFoundException: {_FILE}",
        r"(?i:configuration file) [\"'`](?P<file>[\w./-]+)[\"'`] (?i:was not found)",
    ),
    _known("too-many-open-files", ["too many open", "emfile"], r"(?i:too many open files|\bEMFILE\b)"),
    _known(
        "deadline-exceeded",
        ["timed out", "timeout", "deadline", "timedout"],
        rf"(?i:connection to server at) {_HOST}(?: \([^)]*\))?, port (?P<port>\d+) failed: "
        r"(?i:connection timed out|timeout)",
        rf"(?i:dial (?:tcp|udp)) {_HOST}:(?P<port>\d+): (?i:i/o timeout|connect: connection timed out)",
        rf"ETIMEDOUT {_HOST}:(?P<port>\d+)",
        rf"host={_HOST}, port=(?P<port>\d+)\).*(?i:timed out|timeout)",
        rf"(?i:https?)://{_HOST}:(?P<port>\d+)\S* ?.*(?i:deadline exceeded|timed out|timeout)",
        rf"(?i:https?)://{_HOST}[/\"' ].*(?i:deadline exceeded|timed out|timeout)",
        rf"(?i:timed out|timeout)[^\n]{{0,40}} (?:to|from) {_HOST}:(?P<port>\d+)",
        r"(?i:context deadline exceeded|DEADLINE_EXCEEDED|\bETIMEDOUT\b)",
        r"(?i:(?:read|connect|request|connection|upstream|operation) timed out)",
        r"(?i:HttpClient\.Timeout of|\btimeout of \d+ ?ms exceeded|due to statement timeout)",
    ),
    _known(
        "rate-limited",
        ["too many", "rate limit", "exhausted", "throttl", "429", "toomany", "limiting"],
        r"(?i:too many requests|rate limit(?:ed)? (?:exceeded|reached)|\bRESOURCE_EXHAUSTED\b|ThrottlingException)",
        r"(?i:\btoomanyrequests\b|\bThrottling: Rate exceeded|\blimiting requests, excess: )",
        r"(?i:client-side throttling|\bHTTP(?:/[\d.]+)? 429\b|status(?:[ _]?code)?[\"']?[ :=]+429\b)",
    ),
    _known(
        "upstream-failing",
        ["upstream", "500", "502", "503", "504"],
        r"(?i:no healthy upstream|upstream connect error|upstream prematurely closed|no live upstreams)",
        r"(?i:\b50[234] (?:Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out))",
        r"(?i:\b50[0234] Server Error: |(?:failed with|unexpected) (?:HTTP )?status(?: code)?:? 50[0234]\b)",
        r"(?i:(?:upstream|backend|server) (?:returned|responded with|answered)(?: status| HTTP)? 50[0234]\b)",
    ),
    _known(
        "panic",
        ["panic", "fatal error", "sigsegv", "segmentation", "nil pointer"],
        r"^(?:\S+ )?(?:panic|fatal error): |\bhttp2?: panic serving ",
        r"thread '[^']{1,60}' panicked at",
        r"(?:SIGSEGV|(?i:segmentation fault)|nil pointer dereference)",
    ),
)

HINTS = tuple(sorted({hint for known in RECOGNISERS for hint in known.hints}))
