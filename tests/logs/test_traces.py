"""Stack traces of five languages, each as one event with its root exception and its application frame."""

from datetime import UTC, datetime

import pytest

from incident_mcp.logs.analysis import read_logs
from incident_mcp.logs.patterns import LogPattern
from incident_mcp.logs.sources import Source
from incident_mcp.text.fencing import quote
from incident_mcp.vocabulary.refs import Ref

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SOURCE = Source(Ref(kind="Pod", namespace="shop", name="checkout-1"), "app")


def patterns(*lines: str, stamped: bool = True) -> list[LogPattern]:
    text = "\n".join(f"2026-11-24T02:11:{at:02d}.5Z {line}" if stamped else line for at, line in enumerate(lines))
    return list(read_logs([(SOURCE, text.encode())], today=NOW).patterns)


JAVA = (
    "java.lang.IllegalStateException: could not load cart 17",
    "\tat org.springframework.web.Servlet.service(Servlet.java:897)",
    "\tat com.shop.Cart.load(Cart.java:12)",
    "Caused by: java.net.UnknownHostException: payments",
    "\tat java.base/java.net.InetAddress.resolve(InetAddress.java:801)",
    "\tat com.shop.Client.open(Client.java:30)",
    "\t... 12 more",
)
PYTHON = (
    "Traceback (most recent call last):",
    '  File "/app/settings.py", line 58, in load',
    '    url = environ["PAYMENT_URL"]',
    '  File "/usr/lib/python3.11/os.py", line 685, in __getitem__',
    "KeyError: 'PAYMENT_URL'",
)
CHAINED = (
    "Traceback (most recent call last):",
    '  File "/app/a.py", line 1, in a',
    "ConnectionRefusedError: [Errno 111] Connection refused",
    "",
    "The above exception was the direct cause of the following exception:",
    "",
    "Traceback (most recent call last):",
    '  File "/app/b.py", line 2, in b',
    "app.errors.StartupFailed: no database",
)
GO = (
    "panic: runtime error: index out of range [3] with length 2",
    "",
    "goroutine 1 [running]:",
    "runtime.gopanic({0x4a2be0, 0xc0000b2000})",
    "\t/usr/local/go/src/runtime/panic.go:884 +0x213",
    "main.(*Server).handle(0xc000123456, {0x1, 0x2})",
    "\t/src/server.go:42 +0x1d",
    "exit status 2",
)
NODE = (
    "TypeError: Cannot read properties of undefined (reading 'id')",
    "    at Object.<anonymous> (/app/node_modules/express/lib/router.js:10:5)",
    "    at charge (/app/src/pay.js:31:17)",
    "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
)
DOTNET = (
    "Unhandled exception. System.InvalidOperationException: Order 17 failed",
    " ---> System.Net.Sockets.SocketException (111): Connection refused",
    "   at System.Net.Sockets.Socket.Connect(EndPoint remoteEP)",
    "   at Shop.Payments.Client.Open(String host) in /src/Client.cs:line 30",
    "   --- End of inner exception stack trace ---",
    "   at Shop.Program.Main(String[] args) in /src/Program.cs:line 12",
)


@pytest.mark.parametrize(
    ("lines", "root", "frame"),
    [
        (JAVA, "java.net.UnknownHostException: payments", "com.shop.Client.open (Client.java:30)"),
        (PYTHON, "KeyError: 'PAYMENT_URL'", "/app/settings.py:58 load"),
        (CHAINED, "ConnectionRefusedError: [Errno 111] Connection refused", "/app/a.py:1 a"),
        (GO, "panic: runtime error: index out of range [3] with length 2", "main.(*Server).handle /src/server.go:42"),
        (NODE, "TypeError: Cannot read properties of undefined (reading 'id')", "charge /app/src/pay.js:31"),
        (
            DOTNET,
            "System.Net.Sockets.SocketException (111): Connection refused",
            "Shop.Payments.Client.Open /src/Client.cs:30",
        ),
    ],
    ids=["java", "python", "python-chained", "go", "node", "dotnet"],
)
@pytest.mark.parametrize("stamped", [True, False])
def test_a_trace_is_one_event_between_plain_lines(lines: tuple[str, ...], root: str, frame: str, stamped: bool) -> None:
    found = patterns("INFO before", *lines, "INFO after", *lines, stamped=stamped)
    trace = found[0]
    assert (quote(trace.example), quote(trace.frame)) == (f"«{root}»", f"«{frame}»")
    assert (trace.level, trace.count, trace.lines, trace.trace) == ("error", 2, 2 * len(lines), True)
    assert sorted(quote(each.template) for each in found[1:]) == ["«after»", "«before»"]


def test_the_line_before_a_trace_stays_a_line_of_its_own() -> None:
    found = patterns("2026-11-24 02:11:39 ERROR request failed", *JAVA)
    assert sorted(each.count for each in found) == [1, 1]
    assert {quote(each.template) for each in found} == {"«request failed»", "«java.net.UnknownHostException: payments»"}


def test_a_traceback_that_is_cut_off_and_bytes_that_are_no_text_do_no_harm() -> None:
    (cut,) = patterns(*PYTHON[:2])
    assert (cut.level, cut.lines) == ("error", 2)
    (bytes_only,) = read_logs([(SOURCE, b"\xff\xfe\n")], today=NOW).patterns
    assert quote(bytes_only.template) == "«��»"
    assert read_logs([(SOURCE, b"")], today=NOW).patterns == ()


def test_colours_and_carriage_returns_do_not_make_other_lines_of_it() -> None:
    found = patterns("\x1b[31mERROR\x1b[0m lost 1\r", "ERROR lost 2")
    assert [(each.count, each.level) for each in found] == [(2, "error")]


SPRING = (
    "org.hibernate.QueryException: could not resolve property:",
    " total of: com.shop.Order",
    " [select o from Order o]",
    "\tat org.hibernate.Query.list(Query.java:1)",
    "\tat com.shop.Orders.find(Orders.java:9)",
)
GROUP = (
    "  + Exception Group Traceback (most recent call last):",
    '  |   File "/app/main.py", line 10, in main',
    '  |     raise ExceptionGroup("many", [ValueError(1)])',
    "  | ExceptionGroup: many (2 sub-exceptions)",
    "  +-+---------------- 1 ----------------",
    "    | ValueError: 1",
    "    +---------------- 2 ----------------",
    "    | KeyError: 'x'",
    "    +------------------------------------",
)
PYDANTIC = (
    "Traceback (most recent call last):",
    '  File "/app/a.py", line 3, in <module>',
    "pydantic_core.ValidationError: 1 validation error for Settings",
    "payment_url",
    "  Field required [type=missing, input_value={}, input_type=dict]",
)
SQLALCHEMY = (
    "Traceback (most recent call last):",
    '  File "/app/a.py", line 3, in q',
    '    session.execute(text("select"))',
    'sqlalchemy.exc.ProgrammingError: (UndefinedTable) relation "orders" does not exist',
    "LINE 1: SELECT 1 FROM orders",
    "                      ^",
    "",
    "[SQL: SELECT 1 FROM orders]",
    "(Background on this error at: https://sqlalche.me/e/20/f405)",
)
SERVED = (
    "2026/11/24 02:11:39 http: panic serving 10.0.0.1:1234: assignment to entry in nil map",
    "goroutine 12 [running]:",
    "net/http.(*conn).serve.func1()",
    "\t/usr/local/go/src/net/http/server.go:1868 +0xb9",
    "main.(*api).handle(0xc000, {0x1, 0x2})",
    "\t/src/api.go:42 +0x1d",
)
UNCAUGHT = (
    "/app/src/db.js:12",
    "        throw new Error('no db');",
    "        ^",
    "",
    "Error: no db",
    "    at connect (/app/src/db.js:12:15)",
    "    at async main (file:///app/src/index.mjs:3:1) {",
    "  code: 'ECONNREFUSED',",
    "  [cause]: Error: connect ECONNREFUSED 10.0.0.5:5432",
    "      at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16) {",
    "    errno: -111,",
    "  }",
    "}",
    "",
    "Node.js v20.11.0",
)
LOGGED = (
    "fail: Shop.Orders.OrderService[0]",
    "      Order failed",
    "      System.Net.Http.HttpRequestException: Connection refused (payments:80)",
    "       ---> System.Net.Sockets.SocketException (111): Connection refused",
    "         at System.Net.Sockets.Socket.Connect(EndPoint remoteEP)",
    "         at Shop.Orders.PayClient.<ChargeAsync>d__3.MoveNext() in /src/PayClient.cs:line 30",
    "         --- End of inner exception stack trace ---",
    "         at Shop.Orders.OrderService.PlaceAsync(Order order) in /src/OrderService.cs:line 55",
)
REFUSED = "System.Net.Sockets.SocketException (111): Connection refused"


@pytest.mark.parametrize(
    ("lines", "root", "frame"),
    [
        (SPRING, "org.hibernate.QueryException: could not resolve property:", "com.shop.Orders.find (Orders.java:9)"),
        (GROUP, "ValueError: 1", "/app/main.py:10 main"),
        (PYDANTIC, "pydantic_core.ValidationError: 1 validation error for Settings", "/app/a.py:3 <module>"),
        (
            SQLALCHEMY,
            'sqlalchemy.exc.ProgrammingError: (UndefinedTable) relation "orders" does not exist',
            "/app/a.py:3 q",
        ),
        (
            SERVED,
            "http: panic serving 10.0.0.1:1234: assignment to entry in nil map",
            "main.(*api).handle /src/api.go:42",
        ),
        (UNCAUGHT, "Error: connect ECONNREFUSED 10.0.0.5:5432", "connect /app/src/db.js:12"),
        (LOGGED, REFUSED, "Shop.Orders.PayClient.<ChargeAsync>d__3.MoveNext /src/PayClient.cs:30"),
        (LOGGED[:2], "Order failed", ""),
    ],
    ids=["java-message", "group", "pydantic", "sqlalchemy", "go-served", "node-uncaught", "dotnet-logged", "dotnet"],
)
def test_what_runtimes_add_around_a_trace_belongs_to_it(lines: tuple[str, ...], root: str, frame: str) -> None:
    found = patterns("INFO before", *lines, "INFO after", *lines, "INFO after")
    trace = found[0]
    assert (quote(trace.example), quote(trace.frame)) == (f"«{root}»", f"«{frame}»")
    assert (trace.level, trace.count, trace.lines) == ("error", 2, 2 * len(lines))
    assert sorted(quote(each.template) for each in found[1:]) == ["«after»", "«before»"]


def test_a_trace_in_a_field_of_a_json_line_is_told_by_its_root_and_frame() -> None:
    frames = r"\n\tat org.apache.A.b(A.java:1)\n\tat com.shop.Pay.charge(Pay.java:12)\n"
    stack = f"java.lang.NullPointerException: no cart{frames}"
    (java,) = patterns(f'{{"level":"ERROR","message":"charge failed","stack_trace":"{stack}"}}')
    assert quote(java.example) == "«charge failed: java.lang.NullPointerException: no cart»"
    assert (quote(java.frame), java.level) == ("«com.shop.Pay.charge (Pay.java:12)»", "error")
    (pino,) = patterns(
        r'{"level":50,"msg":"charge failed","err":{"type":"TypeError","message":"x is undefined",'
        r'"stack":"TypeError: x is undefined\n    at charge (/app/src/pay.js:31:17)"}}'
    )
    assert quote(pino.example) == "«charge failed: TypeError: x is undefined»"
    assert (quote(pino.frame), pino.level) == ("«charge /app/src/pay.js:31»", "error")


def test_a_json_line_that_is_longer_than_what_is_looked_at_keeps_its_level_and_message() -> None:
    frames = r"\n\tat com.shop.A.b(A.java:1)" * 500
    (long,) = patterns(f'{{"level":"ERROR","message":"charge failed","stack_trace":"java.io.IOException: x{frames}"}}')
    assert (long.level, quote(long.template)) == ("error", "«charge failed: java.io.IOException: x»")
    assert quote(long.frame) == "«com.shop.A.b (A.java:1)»"
