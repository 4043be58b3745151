"""What stands in the places of a pattern: exactly counted, short, and never a secret."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_mcp.logs.amounts import amount
from incident_mcp.logs.analysis import read_logs
from incident_mcp.logs.patterns import LogPattern
from incident_mcp.logs.sources import Source
from incident_mcp.logs.value_seen import ValueSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.workflow.value_words import value_words

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SOURCE = Source(Ref(kind="Pod", namespace="shop", name="web-0"), "app")
HOSTS = ("10.0.0.7:5432", "10.0.0.8:5432", "10.0.0.9:5432", "10.0.1.1:1")


def patterns(*lines: str, usual: tuple[str, ...] = ()) -> tuple[LogPattern, ...]:
    def body(of: tuple[str, ...]) -> bytes:
        return "\n".join(
            f"2026-11-24T02:{at // 60 % 60:02d}:{at % 60:02d}Z {line}" for at, line in enumerate(of)
        ).encode()

    return read_logs([(SOURCE, body(lines))], today=NOW, usual=[(SOURCE, body(usual))], valued=20).patterns


def told(*lines: str) -> list[str]:
    return [value_words(each) for each in patterns(*lines)[0].values]


def test_one_host_of_many_is_named_with_its_share() -> None:
    lines = [f"ERROR dial tcp {HOSTS[0 if at % 10 else 1]}: connect: connection refused" for at in range(50)]
    assert told(*lines) == ["«dial tcp 10.0.0.7:5432» in 45 of 50, 1 other"]


def test_a_word_that_makes_lines_of_another_kind_is_counted_too() -> None:
    names = ["ann"] * 30 + ["bob", "eve", "mallory", "trent", "peggy", "victor", "walter"]
    assert told(*(f"ERROR password of user {name} was changed by its owner" for name in names)) == [
        "«password of user ann» in 30 of 37, 7 others"
    ]


def test_the_only_host_is_named() -> None:
    assert told(*["ERROR dial tcp 10.0.0.7:5432: refused"] * 4) == ["always «dial tcp 10.0.0.7:5432»"]


@pytest.mark.parametrize(
    "line",
    [
        "WARN took {n}ms for customer {id}",
        "WARN took {n} ms for customer {id}",
        'level=warn msg="slow" customer={id} took={n}ms',
        '{{"level":"warn","msg":"slow","customer":{id},"duration_ms":{n}}}',
        "W1124 02:11:40.000000       1 main.go:12] took {n}ms for customer {id}",
    ],
)
def test_a_duration_that_grows_is_told_and_ids_are_not(line: str) -> None:
    (only,) = told(*(line.format(n=10 + at * at, id=at * 7919 % 10007) for at in range(60)))
    assert " grew from " in only
    assert " ms to 2.46 s" in only


def test_durations_that_do_not_grow_are_a_range() -> None:
    lines = [f"WARN took {10 + at * 37 % 100} ms for customer {at * 7919 % 10007}" for at in range(60)]
    assert told(*lines) == ["«took» 10 ms to 109 ms"]


@pytest.mark.parametrize("secret", ["password=hunter{n}", '"api_key": "k3y{n}abcdefgh"', "token: abc{n}defghijk"])
def test_a_secret_is_never_what_is_told(secret: str) -> None:
    lines = [f"ERROR refused, {secret.format(n=1 if at % 5 else 2)} is wrong" for at in range(30)]
    assert not any("hunter" in each or "k3y" in each or "abc1" in each for each in told(*lines))


def test_lines_of_the_baseline_are_not_counted() -> None:
    lines = tuple(f"ERROR dial tcp {host}: refused" for host in HOSTS)
    seen = patterns(*lines, *[lines[0]] * 6, usual=lines * 20)[0].values[0]
    assert (seen.count, seen.of) == (7, 10)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(HOSTS), min_size=3, max_size=200), st.lists(st.integers(0, 200), max_size=20))
def test_the_counts_are_those_of_brute_force(hosts: list[str], noise: list[int]) -> None:
    lines = [f"ERROR dial tcp {host}: refused" for host in hosts]
    for at in noise:
        lines.insert(at % len(lines), f"INFO something else {at}")
    [pattern] = [each for each in patterns(*lines) if each.level == "error"]
    (top, count), *_ = Counter(hosts).most_common(1)
    for each in pattern.values:
        assert (each.of, each.others) == (len(hosts), len(set(hosts)) - 1)
        assert each.count == count
        assert any(each.said.contains(host) for host, n in Counter(hosts).items() if n == count)
    assert bool(pattern.values) == (len(set(hosts)) < 4 or count >= 0.6 * len(hosts)), top


def test_what_an_amount_is() -> None:
    assert [amount(word) for word in ("abc", "7f3a", "10.0.0.7")] == [None, None, None]
    values = [found.value for word in ("12ms", "1m2.5s", "3 s", "2MiB", "95%") if (found := amount(word))]
    assert values == pytest.approx([0.012, 62.5, 3.0, 2 * 1024**2, 95.0])


def test_words_of_a_range_without_a_unit_are_plain_numbers() -> None:
    from incident_mcp.vocabulary.untrusted import Untrusted

    seen = ValueSeen(telling="range", said=Untrusted("queue="), count=5, of=5, low=3, high=1200)
    assert value_words(seen) == "«queue=» 3 to 1200"
