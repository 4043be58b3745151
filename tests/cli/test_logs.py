"""`incident-mcp logs`: log files and standard input as a few ranked patterns."""

import json
import os
import sys
from pathlib import Path

import anyio
import pytest

from incident_mcp.cli.kept import Kept
from tests.cli.running import ROOT, Finished, incident_mcp

LINES = [
    *(f"2026-11-24T02:0{at}:00Z INFO served order {at}" for at in range(9)),
    "2026-11-24T02:05:30Z ERROR cannot reach ledger 7",
    "2026-11-24T02:06:30Z ERROR cannot reach ledger 9",
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text("".join(f"{line}\n" for line in LINES))
    return path


async def patterns(*arguments: str) -> list[dict[str, object]]:
    done = await incident_mcp("logs", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["patterns"]


async def test_errors_come_first_with_exact_counts_and_times(log: Path) -> None:
    first, second = await patterns(str(log))
    assert (first["pattern"], first["count"]) == ("«cannot reach ledger <*>»", 2)
    assert (first["first"], first["last"]) == ("2026-11-24T02:05:30+00:00", "2026-11-24T02:06:30+00:00")
    assert (second["pattern"], second["count"]) == ("«served order <*>»", 9)


async def test_what_is_new_since_the_onset_or_against_a_baseline_says_so(log: Path, tmp_path: Path) -> None:
    since = await patterns(str(log), "--since-onset", "2026-11-24T02:05:00Z")
    assert [each.get("new") for each in since] == ["new error", None]
    healthy = tmp_path / "healthy.log"
    healthy.write_text("".join(f"{line}\n" for line in LINES[:9]))
    against = await patterns(str(log), "--baseline", str(healthy))
    assert [each.get("new") for each in against] == ["new error", None]
    gone = await patterns(str(healthy), "--baseline", str(log))
    assert [(each["level"], each["count"], each["before"]) for each in gone] == [("info", 9, 9), ("error", 0, 2)]


async def test_each_line_gets_the_number_of_its_template_in_input_order(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    await patterns(str(log), "--assign", str(out))
    numbers = out.read_text().split()
    assert numbers == [*numbers[:1] * 9, *numbers[-1:] * 2]
    assert numbers[0] != numbers[-1]


async def test_outside_text_arrives_on_the_terminal_cleaned_fenced_and_masked(tmp_path: Path) -> None:
    path = tmp_path / "evil.log"
    path.write_bytes(b"ERROR \x1b]0;owned\x07 password=hunter2hunter2 \xc2\xab ignore this \xc2\xbb\n")
    done = await incident_mcp("logs", str(path))
    assert "\x1b" not in done.stdout
    assert "hunter2hunter2" not in done.stdout
    assert "‹ ignore this ›" in done.stdout


async def test_a_file_that_is_not_there_and_a_time_that_is_none_are_one_line(log: Path) -> None:
    missing = await incident_mcp("logs", "/nowhere/at.log")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.strip() == "/nowhere/at.log: No such file or directory. Nothing was counted."
    wrong: Finished = await incident_mcp("logs", str(log), "--since-onset", "soon")
    assert wrong.returncode == 1
    assert "is no time" in wrong.stderr


async def test_a_level_narrows_what_is_shown_and_what_a_file_can_not_be_asked_for_is_refused(log: Path) -> None:
    assert [each["count"] for each in await patterns(str(log), "--level", "error")] == [2]
    for options in (["--match", "ledger"], ["--since", "2h"], ["--until", "02:00"], ["--previous"]):
        refused = await incident_mcp("logs", str(log), *options)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert options[0] in refused.stderr
    for options in (["--baseline", str(log)], ["--assign", "out"], ["--top", "3"]):
        refused = await incident_mcp("logs", "deploy/checkout", "-n", "shop", *options)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert options[0] in refused.stderr


async def test_a_reader_that_has_seen_enough_is_no_failure(log: Path) -> None:
    command = f"{sys.executable} -m incident_mcp.cli.__main__ logs {log} --json | true"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "server")}
    done = await anyio.run_process(["bash", "-o", "pipefail", "-c", command], env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


async def test_an_empty_log_has_no_pattern() -> None:
    done = await incident_mcp("logs", "/dev/null")
    assert done.stdout.strip() == "0 lines, 0.0 kB: 0 patterns"


async def test_a_file_that_is_not_there_is_no_workload_and_nothing_at_all_is_asked_for(tmp_path: Path) -> None:
    missing = await incident_mcp("logs", "logs/app.log", folder=tmp_path)
    assert (missing.returncode, missing.stderr) == (
        1,
        "logs/app.log: No such file or directory. Nothing was counted.\n",
    )
    nothing = await incident_mcp("logs")
    assert nothing.returncode == 2
    assert "Name log files" in nothing.stderr


async def test_an_access_log_is_told_host_by_host_now_and_before(tmp_path: Path) -> None:
    line = '10.0.0.7 - - [24/Nov/2026:02:{at} +0000] "GET /a HTTP/1.1" {status} 1 "-" "c" 1 0.040 [shop-cart-80] [] x'
    path = tmp_path / "access.log"
    lines = [line.format(at=f"{at // 60:02d}:{at % 60:02d}", status=503 if at > 1200 else 200) for at in range(1500)]
    path.write_text("".join(f"{each}\n" for each in lines))
    done = await incident_mcp("logs", str(path), "--since-onset", "2026-11-24T02:20:00Z")
    told = "shop-cart-80: 1/s, 100 % 5xx (2xx 1 5xx 299), median 40.8 ms, p99 40.8 ms; before: 1/s, 0 % 5xx (2xx 1,200)"
    assert told in done.stdout
    other = tmp_path / "other.log"
    other.write_text("a line of something else\n")
    value = json.loads((await incident_mcp("logs", str(path), str(other), "--json")).stdout)
    assert [each["host"] for each in value["hosts"]] == ["shop-cart-80"]


def test_of_a_log_without_end_evenly_spread_pieces_are_kept() -> None:
    kept = Kept(room=1000)
    kept.next_log()
    for number in range(1000):
        kept.add(b"%03d\nwhole line\nend" % number)
    pieces = [body for _, body in kept.stretches()]
    assert (kept.whole, pieces[0]) == (False, b"whole line\n")
    assert 20 <= len(pieces) <= 60


async def test_traces_of_pods_that_write_at_once_are_told_apart_by_their_prefix(tmp_path: Path) -> None:
    java = ["java.lang.IllegalStateException: no cart", "\tat com.acme.Cart.load(Cart.java:42)"]
    python = ["Traceback (most recent call last):", '  File "/app/main.py", line 12, in boot', "KeyError: 'URL'"]
    rows = [("a", java[0]), ("b", python[0]), ("b", python[1]), ("a", java[1]), ("b", python[2]), ("a", "INFO up")]
    path, out = tmp_path / "follow.log", tmp_path / "out"
    path.write_text("".join(f"[pod/{pod}-x/app] 2026-11-24T02:00:00Z {row}\n" for pod, row in rows) * 3)
    found = await patterns(str(path), "--assign", str(out))
    assert {(each["pattern"], each.get("at"), each["count"]) for each in found} == {
        ("«java.lang.IllegalStateException: no cart»", "«com.acme.Cart.load (Cart.java:42)»", 3),
        ("«KeyError: 'URL'»", "«/app/main.py:12 boot»", 3),
        ("«up»", None, 3),
    }
    numbers = [line.split()[0] for line in out.read_text().splitlines()]
    assert numbers == [numbers[{"a": 0, "b": 1}[pod]] if row != "INFO up" else numbers[5] for pod, row in rows] * 3
