"""A program that is ready and only complains: what it says counts when it says it again and again, now."""

from datetime import timedelta
from typing import Any

from incident_mcp.investigate.find import find
from incident_mcp.vocabulary.observation import LogSeen
from incident_mcp.vocabulary.untrusted import Untrusted
from tests.investigate.faults.fault import API
from tests.investigate.observations import NOW, observation, outline, pod, service

LINE = "ERROR POST /pay: dial tcp payments:80: connect: connection refused"


def quiet(*lines: str, ago: timedelta = timedelta()) -> LogSeen:
    said = tuple((NOW - ago, Untrusted(line)) for line in lines)
    return LogSeen(pod=pod("api", "api-1").ref, container="app", previous=False, quiet=True, owner=API, lines=said)


def roots(*things: Any) -> list[tuple[str, str]]:
    seen = observation(service("payments", 0), outline("payments", 8080, desired=0), *things)
    return [(each.cause, each.target.name) for each in find(seen) if each.root]


def test_what_it_needs_and_nobody_serves_is_the_root() -> None:
    assert roots(quiet(*[LINE] * 5)) == [("scaled-to-zero", "payments")]


def test_a_few_lines_or_old_ones_prove_nothing() -> None:
    assert roots(quiet(*[LINE] * 4)) == []
    assert roots(quiet(*[LINE] * 60, ago=timedelta(minutes=10))) == []
