"""Lines, levels and messages, as the programs of many languages write them."""

import pytest

from incident_mcp.logs.heads import message_of
from incident_mcp.logs.levels import level_and_message


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
        ('I1125 09:27:33.000000       1 a.go:12] {"level":"error","msg":"db","err":"refused"}', "error", "db: refused"),
        ('E1125 09:27:33.000000       1 a.go:12] {"level":"info","msg":"db"}', "error", "db"),
        ('I1125 09:27:33.000000       1 a.go:12] {"cart":1}', "info", '{"cart":1}'),
        ('2026-11-25 09:27:33 app {"level":"warn","message":"late"}', "warning", "late"),
        ('sent {"level":1}', "info", 'sent {"level":1}'),
        ('{"level":"error","msg":"db","error":{"type":"E","message":"refused"}}', "error", "db: E: refused"),
        (
            '{"level":"error","msg":"db","error":{"type":"E","stack_trace":"E: x\\n\\tat a.B.c(B.java:1)'
            '\\nCaused by: java.sql.SQLException: down\\n\\tat a.B.d(B.java:2)"}}',
            "error",
            "db: java.sql.SQLException: down",
        ),
        ('{"@l":"Error","@m":"late"}', "error", "late"),
        ('{"level":"error","msg":"cut off","stack":"at a', "error", "cut off: at a"),
        ("KeyError: 'PAYMENT_URL'", "error", "KeyError: 'PAYMENT_URL'"),
        ("Caused by: java.net.ConnectException: refused", "error", "Caused by: java.net.ConnectException: refused"),
        ("no KeyError: all is well", "info", "no KeyError: all is well"),
        ("warn: Shop.Orders[14]", "warning", "warn: Shop.Orders[14]"),
    ],
)
def test_a_level_counts_only_where_the_line_itself_gives_one(line: str, level: str, message: str) -> None:
    assert level_and_message(line) == (level, message)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2026-11-24 02:11:39,123 ERROR request failed", "request failed"),
        ("2026-11-24 02:11:39,123 INFO [main] com.shop.Cart: loaded", "loaded"),
        ("2026-11-24 02:11:39.123  WARN 1 --- [nio-8080-exec-1] c.e.shop.Slow   : Query took 9 ms", "Query took 9 ms"),
        ("2026-11-24 02:11:39,123 - INFO  [/10.0.0.1:33:Listener@1] - Received a request", "Received a request"),
        ("Nov 24 02:11:39 node-7 sshd[123]: session opened", "session opened"),
        ("[Sun Dec 04 04:47:44 2005] [error] mod_jk child in error state 6", "mod_jk child in error state 6"),
        ("081109 203615 148 INFO dfs.DataNode$PacketResponder: terminating", "terminating"),
        ("5:M 24 Nov 2026 02:11:39.123 * DB saved on disk", "DB saved on disk"),
        ('10.0.0.7 - - [24/Nov/2026:02:11:39 +0000] "GET /cart?id=7 HTTP/1.1" 503 12 "-" "curl"', "GET /cart?…"),
        ("2026-11-24 02:11:39 ERROR java.io.IOException: broken pipe", "java.io.IOException: broken pipe"),
        ("3 of 4 shards failed", "3 of 4 shards failed"),
        ("2026-11-24 02:11:39", "2026-11-24 02:11:39"),
    ],
)
def test_a_message_is_what_stands_behind_its_head(line: str, message: str) -> None:
    assert message_of(line)[1] == message
