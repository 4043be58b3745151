"""Each known cause in the words of many programs, and lines that look alike and mean nothing."""

import pytest

from incident_mcp.logs.meanings import recognise
from incident_mcp.vocabulary.untrusted import Untrusted

SAID = {
    "connection-refused": [
        "dial tcp 10.0.0.5:6379: connect: connection refused",
        "java.net.ConnectException: Connection refused (Connection refused)",
        "Connection to payments:8443 refused. Check that the hostname and port are correct",
        "redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused.",
        "System.Net.Sockets.SocketException (111): Connection refused [::ffff:10.0.0.5]:5432",
        "connect() failed (111: Connection refused) while connecting to upstream, client:"
        ' 10.0.0.1, server: _, upstream: "http://10.1.2.3:8080/"',
    ],
    "name-not-resolved": [
        "[Errno -2] Name or service not known",
        "[Errno -3] Temporary failure in name resolution",
        'host not found in upstream "payments.shop.svc" in /etc/nginx/nginx.conf:12',
        "System.Net.Sockets.SocketException (00000005, 0xFFFDFFFF): Name or service not known (payments:443)",
        "java.net.UnknownHostException: payments: Name or service not known",
        "nodename nor servname provided, or not known",
    ],
    "certificate-invalid": [
        "javax.net.ssl.SSLHandshakeException: PKIX path building failed",
        "x509: certificate signed by unknown authority",
        "requests.exceptions.SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed:"
        " certificate has expired (_ssl.c:1007)",
        "Error: certificate has expired\n code: CERT_HAS_EXPIRED",
        "Hostname/IP does not match certificate's altnames: Host: db. is not in the cert's altnames: DNS:db.shop",
        "The remote certificate is invalid according to the validation procedure: RemoteCertificateNameMismatch",
        "SSL_do_handshake() failed (SSL: error:0A000086:SSL routines::certificate verify failed)",
        "java.security.cert.CertificateExpiredException: NotAfter: Tue Nov 24",
    ],
    "tls-required": [
        'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "app", database "db", no encryption',
        "Connections using insecure transport are prohibited while --require_secure_transport=ON.",
        "http: server gave HTTP response to HTTPS client",
        "400 The plain HTTP request was sent to HTTPS port",
        "ERR_SSL_WRONG_VERSION_NUMBER",
    ],
    "pool-exhausted": [
        "org.postgresql: FATAL: remaining connection slots are reserved for non-replication superuser connections",
        "ERROR 1040 (HY000): Too many connections",
        "Timeout expired.  The timeout period elapsed prior to obtaining a connection from the pool.",
        "TimeoutError: ResourceRequest timed out: pool exhausted",
        "redis: connection pool timeout",
        "ERR max number of clients reached",
        "Timed out fetching a new connection from the connection pool",
    ],
    "authentication-failed": [
        'FATAL: password authentication failed for user "app"',
        "ERROR 1045 (28000): Access denied for user 'app'@'10.0.0.1' (using password: YES)",
        "401 Unauthorized",
        "MongoServerError: Authentication failed.",
        "NOAUTH Authentication required.",
        "rpc error: code = Unauthenticated desc = invalid token",
        "token has expired",
    ],
    "permission-denied": [
        "mkdir: cannot create directory '/data': Permission denied",
        "java.nio.file.AccessDeniedException: /data/index",
    ],
    "disk-failing": [
        "OSError: [Errno 5] Input/output error",
        "Error: EIO: i/o error, read",
        "java.io.IOException: Input/output error",
        "WiredTiger error message: __wt_block_read_off: file:collection-7.wt: read checksum error for 4096B block",
        "ERROR: invalid page in block 1226710 of relation base/16750/27244",
    ],
    "ports-exhausted": [
        "dial tcp 10.96.3.4:5432: connect: cannot assign requested address",
        "Error: connect EADDRNOTAVAIL 10.96.3.4:5432",
        "OSError: [Errno 99] Cannot assign requested address",
    ],
    "access-denied": [
        "AccessDenied: User is not authorized to perform: s3:GetObject on resource x",
        "rpc error: code = PermissionDenied desc = caller",
        "ERROR: permission denied for table orders",
        "403 Forbidden",
    ],
    "deadline-exceeded": [
        "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
        "java.net.SocketTimeoutException: Read timed out",
        "io.grpc.StatusRuntimeException: DEADLINE_EXCEEDED: deadline exceeded after 1.99s",
        "requests.exceptions.ReadTimeout: HTTPConnectionPool(host='payments', port=80): Read timed"
        " out. (read timeout=5)",
        "The request was canceled due to the configured HttpClient.Timeout of 100 seconds elapsing.",
        "upstream timed out (110: Connection timed out) while reading response header from upstream",
        "AxiosError: timeout of 5000ms exceeded",
        "canceling statement due to statement timeout",
    ],
    "rate-limited": [
        "HTTP 429 Too Many Requests",
        "Throttling: Rate exceeded",
        "Error: API rate limit exceeded for 10.0.0.1",
        "toomanyrequests: You have reached your pull rate limit",
        'limiting requests, excess: 20.5 by zone "api", client: 10.0.0.1',
    ],
    "upstream-failing": [
        "upstream prematurely closed connection while reading response header from upstream",
        "no live upstreams while connecting to upstream",
        "no healthy upstream",
        "payments answered 502 Bad Gateway",
        "requests.exceptions.HTTPError: 503 Server Error: Service Unavailable for url: http://payments/",
        "Request failed with status code 503",
        "unexpected status code 500 from payments",
        "org.springframework.web.client.HttpServerErrorException$ServiceUnavailable: 503 Service Unavailable",
    ],
    "out-of-memory": [
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
        "fatal error: runtime: out of memory",
        "System.OutOfMemoryException: Array dimensions exceeded",
        "MemoryError",
        "java.lang.OutOfMemoryError: GC overhead limit exceeded",
        "Out of memory: Killed process 4312 (java)",
        "OOM command not allowed when used memory > 'maxmemory'",
    ],
    "disk-full": [
        'ERROR: could not extend file "base/1/2": No space left on device',
        "OSError: [Errno 28] No space left on device",
        "java.io.IOException: No space left on device",
        "ENOSPC: no space left on device, write",
        "There is not enough space on the disk",
        "flood stage disk watermark [95%] exceeded on node",
    ],
    "too-many-open-files": [
        "accept4: too many open files",
        "java.net.SocketException: Too many open files",
        "Error: EMFILE, open '/app/x'",
    ],
    "read-only-file-system": [
        "OSError: [Errno 30] Read-only file system: '/tmp/x'",
        "EROFS: read-only file system, open '/x'",
    ],
    "address-in-use": [
        "OSError: [Errno 98] Address already in use",
        "Error: listen EADDRINUSE: address already in use 0.0.0.0:3000",
        "Web server failed to start. Port 8080 was already in use.",
        "bind() to 0.0.0.0:80 failed (98: Address already in use)",
        "Failed to bind to address http://0.0.0.0:5000: address already in use.",
    ],
    "deadlock": [
        "ERROR: deadlock detected",
        "ERROR 1213 (40001): Deadlock found when trying to get lock; try restarting transaction",
        "Transaction (Process ID 52) was deadlocked on lock resources with another process and has"
        " been chosen as the deadlock victim.",
        "fatal error: all goroutines are asleep - deadlock!",
        "ORA-00060: deadlock detected while waiting for resource",
    ],
    "migration-failed": [
        "error: Dirty database version 12. Fix and force version.",
        'django.db.utils.ProgrammingError: relation "orders" does not exist',
        "Migration 0012_add_col failed: duplicate column",
        "org.flywaydb.core.api.FlywayException: Validate failed: Migrations have failed validation",
        "sqlite3.OperationalError: no such table: orders",
        "Table 'shop.orders' doesn't exist",
        "alembic.util.exc.CommandError: Can't locate revision identified by 'abc'",
    ],
    "missing-configuration": [
        "open /etc/app/config.yaml: no such file or directory",
        "FileNotFoundError: [Errno 2] No such file or directory: '/app/config.json'",
        "java.lang.IllegalArgumentException: Could not resolve placeholder 'db.url' in value \"${db.url}\"",
        "config file '/etc/app.toml' not found",
        "Error: ENOENT: no such file or directory, open '/app/config/default.json'",
        "java.io.FileNotFoundException: /etc/app/app.properties (No such file or directory)",
        "System.IO.FileNotFoundException: The configuration file 'appsettings.json' was not found and is not optional.",
    ],
    "missing-environment": [
        "required key PAYMENT_URL missing value",
        'env: required environment variable "PAYMENT_URL" is not set',
        "environment variable not found: DATABASE_URL",
        "Environment variable PAYMENT_URL not set",
        "Missing environment variable DB_HOST",
        "error: Environment variable not found: DATABASE_URL.",
        "pydantic ValidationError: DATABASE_URL field required",
    ],
    "panic": [
        "panic: assignment to entry in nil map",
        "thread 'main' panicked at src/main.rs:4:5:",
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x0]",
        "http: panic serving 10.0.0.1:443: runtime error: invalid memory address or nil pointer dereference",
        "Segmentation fault (core dumped)",
    ],
    "bad-command": [
        "exec /app/run: exec format error",
    ],
}
NOTHING = [
    "0 failed, 12 passed",
    "failed=0 retries=0",
    "failover completed",
    "connection to refused-orders queue opened",
    "connections refused: 0",
    "certificate renewed, expires 2027-01-01",
    "certificate will expire in 89 days",
    "loaded certificate for shop.example.com",
    "pool size 10, 3 in use, 0 waiting",
    "pool exhausted events: 0",
    "too many connections: 0",
    "deadlock detector started",
    "no deadlocks detected",
    "migration 0012 applied",
    "migrations: 0 failed",
    "Running migrations: no errors",
    "permission check passed",
    "authenticated user alice",
    "authentication failed count=0",
    "user alice logged in",
    "context deadline set to 5s",
    "timeout=30s",
    "request timeout set to 30 s",
    "read timeout 5s configured",
    "rate limit is 100/s",
    "rate limiter enabled",
    "upstream payments healthy",
    "GET /api/v1/status 200 12ms",
    "GET /panic 200",
    "panic button installed",
    "no panic",
    "memory limit 512Mi",
    "out of memory killer is disabled",
    "disk usage 40 %, 20 GiB left",
    "max open files 65536",
    "file system mounted read-write",
    "listening on :8080",
    "address 10.0.0.1 in use by eth0",
    "config file /etc/app.yaml loaded",
    "environment variable DEBUG=1",
    "fail fast enabled",
    "fail",
    "request failed",
    "operation failed",
    "health check failed over to secondary",
    "retry after failure",
    "exec format json",
    "order 503 created",
    "status 200",
    "port 429 opened",
    "429 orders",
    "503 items indexed",
    "processed 503 Service requests",
    "segmentation of customers done",
    "nil",
    "read-only replica connected",
    "read-only mode off",
    "unauthorized=0",
    "403 records written",
    "Forbidden City tour booked",
    "the token has been refreshed",
    "host not found: 0",
    "NXDOMAIN cache size 100",
    "tls handshake ok",
    "ssl off",
    "x509 parsing enabled",
    "dial tcp 10.0.0.5:443 ok",
    "no space between words",
    "user deadlock99 logged in",
    "throttled requests: 0",
    "oom_score_adj=0",
    "migration to v2 planned",
    "table orders exists",
    "column total added",
    'level=info msg="done" errors=0',
    "permission denied: 0",
]


@pytest.mark.parametrize(("cause", "line"), [(cause, line) for cause, lines in SAID.items() for line in lines])
def test_a_cause_is_known_by_the_words_of_whoever_meets_it(cause: str, line: str) -> None:
    meaning = recognise([Untrusted(each) for each in line.split("\n")])
    assert meaning is not None
    assert meaning.cause == cause


@pytest.mark.parametrize("line", NOTHING)
def test_a_line_that_only_looks_like_a_cause_means_nothing(line: str) -> None:
    assert recognise([Untrusted(line)]) is None


def test_a_zero_beside_a_cause_does_not_undo_it() -> None:
    meaning = recognise([Untrusted('level=error msg="connection refused" retries=0')])
    assert meaning is not None
    assert meaning.cause == "connection-refused"
