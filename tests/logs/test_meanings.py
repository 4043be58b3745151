"""What known messages mean, and that nothing but identifiers leaves."""

import pytest

from incident_mcp.logs.meanings import Meaning, recognise, recognise_each
from incident_mcp.vocabulary.untrusted import Untrusted


def of(*lines: str) -> Meaning | None:
    return recognise([Untrusted(line) for line in lines])


@pytest.mark.parametrize(
    "line",
    [
        "environment variable PAYMENT_URL is not set",
        "Error: missing required environment variable: PAYMENT_URL",
        "PAYMENT_URL environment variable is required",
        "fatal: env var 'PAYMENT_URL' not found",
        "PAYMENT_URL must be set",
        "/entrypoint.sh: line 3: PAYMENT_URL: unbound variable",
    ],
)
def test_a_missing_variable_in_the_words_of_many_programs(line: str) -> None:
    assert of(line) == Meaning(cause="missing-environment", parts={"variable": "PAYMENT_URL"})


def test_a_key_error_is_about_the_environment_only_if_its_traceback_says_so() -> None:
    inside = ("Traceback (most recent call last):", '    url = os.environ["PAYMENT_URL"]', "KeyError: 'PAYMENT_URL'")
    assert of(*inside) == Meaning(cause="missing-environment", parts={"variable": "PAYMENT_URL"})
    assert of("Traceback (most recent call last):", "    price = prices[sku]", "KeyError: 'SKU_12'") is None


@pytest.mark.parametrize(
    ("line", "host", "port"),
    [
        ("dial tcp 10.1.2.3:5432: connect: connection refused", "10.1.2.3", "5432"),
        ("dial tcp: connection refused to payments:8443", "payments", "8443"),
        ("Error: connect ECONNREFUSED 10.96.0.7:6379", "10.96.0.7", "6379"),
        (
            'connection to server at "db.shop" (10.96.3.1), port 5432 failed: Connection refused',
            "db.shop",
            "5432",
        ),
        ("HTTPConnectionPool(host='payments', port=80): Max retries: [Errno 111] Connection refused", "payments", "80"),
    ],
)
def test_who_refuses_the_connection(line: str, host: str, port: str) -> None:
    assert of(line) == Meaning(cause="connection-refused", parts={"host": host, "port": port})


@pytest.mark.parametrize(
    "line",
    [
        "dial tcp: lookup payments on 10.96.0.10:53: no such host",
        "dial tcp: lookup payments on 10.96.0.10:53: read udp 10.2.0.4:4444->10.96.0.10:53: i/o timeout",
        "dial tcp: lookup payments on 10.96.0.10:53: read udp 10.2.0.4:44->10.96.0.10:53: read: connection refused",
        "Error: getaddrinfo ENOTFOUND payments",
        "java.net.UnknownHostException: payments",
        "curl: (6) Could not resolve host: payments",
        'could not translate host name "payments" to address: Name or service not known',
    ],
)
def test_whose_name_does_not_resolve(line: str) -> None:
    assert of(line) == Meaning(cause="name-not-resolved", parts={"host": "payments"})


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("java.lang.OutOfMemoryError: Java heap space", "out-of-memory"),
        ("sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached", "pool-exhausted"),
        ("FATAL: sorry, too many clients already", "pool-exhausted"),
        ("tls: failed to verify certificate: x509: certificate has expired", "certificate-invalid"),
        ("write /data/x: no space left on device", "disk-full"),
        ("accept: too many open files", "too-many-open-files"),
        ("open /etc/shadow: permission denied", "permission-denied"),
        ("PermissionError: [Errno 13] Permission denied: '/data/queue'", "permission-denied"),
        ("ERROR: permission denied for table orders", "access-denied"),
        ("rpc error: code = PermissionDenied desc = caller may not read orders", "access-denied"),
        ("botocore.errorfactory.AccessDeniedException: may not put to queue", "access-denied"),
        ("java.nio.file.AccessDeniedException: /data/queue", "permission-denied"),
        ("ConnectionClosedByBroker: (403) 'ACCESS_REFUSED - Login was refused using PLAIN'", "authentication-failed"),
        ("rpc error: context deadline exceeded", "deadline-exceeded"),
        ("Error: connect ETIMEDOUT 10.96.0.7:6379", "deadline-exceeded"),
        ("Error: unable to verify the first certificate", "certificate-invalid"),
        ("x509: certificate is valid for db.shop, not db", "certificate-invalid"),
        (
            "Client sent an HTTP request to an HTTPS server: The plain HTTP request was sent to HTTPS port",
            "tls-required",
        ),
        ("http: server gave HTTP response to HTTPS client", "tls-required"),
        ("HikariPool-1 - Connection is not available, request timed out after 30000ms.", "pool-exhausted"),
        ("open /data/x: read-only file system", "read-only-file-system"),
        ("listen tcp :8080: bind: address already in use", "address-in-use"),
        ("Error: listen EADDRINUSE: address already in use :::3000", "address-in-use"),
        ("pq: deadlock detected", "deadlock"),
        ('ERROR: relation "orders_v2" does not exist', "migration-failed"),
        ("error: Dirty database version 12. Fix and force version.", "migration-failed"),
        ("Could not resolve placeholder 'payments.url' in value", "missing-configuration"),
        ("open /etc/shop/config.yaml: no such file or directory", "missing-configuration"),
        ("429 Too Many Requests", "rate-limited"),
        ("503 Service Unavailable", "upstream-failing"),
        ("upstream connect error or disconnect/reset before headers", "upstream-failing"),
        ("panic: runtime error: index out of range", "panic"),
    ],
)
def test_other_known_causes(line: str, cause: str) -> None:
    meaning = of(line)
    assert meaning
    assert meaning.cause == cause


def test_which_right_is_lacking() -> None:
    line = 'pods is forbidden: User "system:serviceaccount:shop:agent" cannot list resource "pods" in API group ""'
    assert of(line) == Meaning(
        cause="permission-denied",
        parts={"user": "system:serviceaccount:shop:agent", "verb": "list", "resource": "pods"},
    )


@pytest.mark.parametrize(
    "line",
    [
        "0 failed",
        "failover done",
        "retrying in 3s",
        "GET /refused 200",
        "all is well",
        "migration 12 applied",
        "port 503",
        "no deadlock",
        "panic room booked",
    ],
)
def test_what_means_nothing_gives_nothing(line: str) -> None:
    assert of(line) is None


def test_all_lines_that_mean_something_with_their_place() -> None:
    lines = [Untrusted("starting"), Untrusted("PAYMENT_URL must be set"), Untrusted("no space left on device")]
    assert [(at, meaning.cause) for at, meaning in recognise_each(lines)] == [
        (1, "missing-environment"),
        (2, "disk-full"),
    ]


@pytest.mark.parametrize(
    ("above", "host", "port"),
    [
        ("NpgsqlException (0x80004005): Failed to connect to 10.96.115.40:5432", "10.96.115.40", "5432"),
        ("ConnectException: Failed to connect to rates.shop.svc/10.96.3.4:8080", "rates.shop.svc", "8080"),
        ("could not reach server `search`, port 9200", "search", "9200"),
    ],
)
def test_who_refuses_is_told_by_the_exception_around_the_refusal(above: str, host: str, port: str) -> None:
    lines = (above, "\tat okhttp3.internal.connection.RealConnection.connectSocket(RealConnection.kt:297)")
    refused = "Caused by: java.net.ConnectException: Connection refused"
    assert of(*lines, refused) == Meaning(cause="connection-refused", parts={"host": host, "port": port})


def test_what_stands_further_above_is_about_something_else() -> None:
    lines = ("Failed to connect to rates:8080", *(f"step {number}" for number in range(4)), "Connection refused")
    assert of(*lines) == Meaning(cause="connection-refused")


def test_permission_denied_by_an_api_is_not_the_operating_systems() -> None:
    vault = ("Error making API request.", "Code: 403. Errors:", "* permission denied")
    assert of(*vault) == Meaning(cause="access-denied")


def test_what_a_log_quotes_of_another_is_read_without_its_backslashes() -> None:
    line = r'err="configmaps is forbidden: User \"system:serviceaccount:shop:api\" cannot list resource \"configmaps\""'
    parts = {"user": "system:serviceaccount:shop:api", "verb": "list", "resource": "configmaps"}
    assert of(line) == Meaning(cause="permission-denied", parts=parts)
