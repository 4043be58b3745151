"""Lines, levels and traces, as the programs of many languages write them."""

from datetime import UTC, datetime

import pytest

from incident_mcp.logs.events import LogEvent, Source
from incident_mcp.logs.levels import level_and_message
from incident_mcp.logs.reading import read_log
from incident_mcp.vocabulary.refs import Ref

SOURCE = Source(Ref(kind="Pod", namespace="shop", name="checkout-1"), "app")


def read(*lines: str) -> list[LogEvent]:
    stamped = (f"2026-11-24T02:11:{40 + number:02d}.5Z {line}" for number, line in enumerate(lines))
    return read_log("\n".join(stamped).encode(), SOURCE)


@pytest.mark.parametrize(
    ("line", "level", "message"),
    [
        ("ERROR startup failed", "error", "ERROR startup failed"),
        ("[WARN] slow", "warning", "[WARN] slow"),
        ("main INFO started", "info", "main INFO started"),
        ("0 failed, 12 passed", "info", "0 failed, 12 passed"),
        ("failover finished", "info", "failover finished"),
        ('{"level":"error","msg":"db","err":"refused"}', "error", "db: refused"),
        ('{"severity":"WARNING","message":"late"}', "warning", "late"),
        ('{"level":50,"msg":"bunyan"}', "error", "bunyan"),
        ('{"cart":1}', "info", '{"cart":1}'),
        ("{not json", "info", "{not json"),
        ('level=warn msg="slow query" took=12ms', "warning", "slow query"),
        ('level=error msg="save" err="disk full"', "error", "save: disk full"),
        ("E1125 09:27:33.000000       1 main.go:12] lost lease", "error", "lost lease"),
        ("I1125 09:27:33.000000       1 main.go:12] started", "info", "started"),
    ],
)
def test_a_level_counts_only_where_the_line_itself_gives_one(line: str, level: str, message: str) -> None:
    assert level_and_message(line) == (level, message)


def test_the_kubelets_time_counts_and_the_applications_own_is_cut() -> None:
    (event,) = read("2026-11-24 02:11:39,123 ERROR request failed")
    assert event.time == datetime(2026, 11, 24, 2, 11, 40, 500000, tzinfo=UTC)
    assert (event.level, event.text) == ("error", "ERROR request failed")


def test_a_python_traceback_is_one_event_named_by_its_exception() -> None:
    events = read(
        "ERROR startup failed",
        "Traceback (most recent call last):",
        '  File "/app/settings.py", line 58, in load',
        '    url = environ["PAYMENT_URL"]',
        '  File "<frozen os>", line 685, in __getitem__',
        "KeyError: 'PAYMENT_URL'",
        "INFO next",
    )
    assert [event.text for event in events] == ["ERROR startup failed", "KeyError: 'PAYMENT_URL'", "INFO next"]
    assert events[1].level == "error"
    assert len(events[1].lines) == 5


def test_of_chained_python_exceptions_the_first_is_the_root() -> None:
    (event,) = read(
        "Traceback (most recent call last):",
        '  File "a.py", line 1, in a',
        "ConnectionRefusedError: [Errno 111] Connection refused",
        "",
        "The above exception was the direct cause of the following exception:",
        "",
        "Traceback (most recent call last):",
        '  File "b.py", line 2, in b',
        "app.errors.StartupFailed: no database",
    )
    assert event.root == "ConnectionRefusedError: [Errno 111] Connection refused"
    assert event.lines[-1] == "app.errors.StartupFailed: no database"


def test_of_nested_java_exceptions_the_last_cause_is_the_root() -> None:
    events = read(
        "2026-11-24 02:11:39 ERROR request failed",
        "java.lang.IllegalStateException: boom",
        "\tat com.shop.Cart.load(Cart.java:12)",
        "Caused by: java.net.UnknownHostException: payments",
        "\tat com.shop.Client.open(Client.java:30)",
        "\t... 12 more",
        "INFO next",
    )
    assert [event.root or event.text for event in events] == [
        "ERROR request failed",
        "java.net.UnknownHostException: payments",
        "INFO next",
    ]


def test_a_traceback_that_is_cut_off_and_bytes_that_are_no_text_do_no_harm() -> None:
    (cut,) = read("Traceback (most recent call last):", '  File "a.py", line 1, in a')
    assert cut.level == "error"
    assert read_log(b"\xff\xfe\n\n", SOURCE)[0].text == "��"
    assert read_log(b"", SOURCE) == []
