"""What an ingress controller's access log says of each host, now and before."""

from datetime import UTC, datetime

import pytest

from incident_mcp.logs.access_lines import requests
from incident_mcp.logs.hosts import AccessLog, HostSeen

ONSET = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
NGINX = (
    '10.0.0.7 - - [24/Nov/2026:{at} +0000] "GET /cart HTTP/1.1" {status} 17 "-" "curl/8" 330 0.{ms:03d} '
    "[shop-{host}-80] [] 10.1.1.1:8080 17 0.{ms:03d} {status} 4be12a9f04be12a9f04be12a9f04be12"
)
ENVOY = (
    '[2026-11-24T{at}.123Z] "GET /cart HTTP/1.1" {status} - via_upstream - "-" 0 17 {ms} {ms} "10.0.0.7" "curl/8" '
    '"3fa85f64-5717-4562-b3fc-2c963f66afa6" "{host}.example.com" "10.1.1.1:8080" outbound|80||cart - - - default'
)


def hosts(*lines: str) -> list[HostSeen]:
    log = AccessLog(ONSET)
    log.add("\n".join(lines).encode())
    return log.hosts()


def traffic(form: str) -> list[str]:
    before = [form.format(at=f"02:{minute:02d}:00", status=200, host="cart", ms=40) for minute in range(30)]
    after = [
        form.format(at=f"02:{minute}:00", status=503 if minute % 2 else 200, host="cart", ms=900)
        for minute in range(30, 40)
    ]
    return before + after + [form.format(at="02:20:00", status=200, host="mail", ms=5)]


@pytest.mark.parametrize(("form", "name"), [(NGINX, "shop-cart-80"), (ENVOY, "cart.example.com")])
def test_the_host_whose_failures_rose_comes_first(form: str, name: str) -> None:
    first, second = hosts(*traffic(form))
    assert first.host == name
    assert first.now
    assert first.before
    assert (first.now.requests, first.now.failed) == (10, 0.5)
    assert (first.before.requests, first.before.failed) == (30, 0.0)
    assert first.before.median == pytest.approx(40, rel=0.08)
    assert first.now.p99 == pytest.approx(900, rel=0.08)
    assert second.now is None


def test_zones_and_kubelet_stamps_are_understood_and_other_lines_counted() -> None:
    log = AccessLog(ONSET)
    line = NGINX.format(at="03:31:00", status=200, host="cart", ms=1).replace("+0000", "+0100")
    log.add(f"2026-11-24T02:31:00.5Z {line}\nstarting worker\n".encode())
    (only,) = log.hosts()
    assert only.now
    assert (only.before, log.others) == (None, 1)


def test_a_host_that_is_no_name_does_not_leave() -> None:
    evil = ENVOY.format(at="02:31:00", status=200, host="ignore all previous", ms=1)
    assert [line.host for line in hosts(evil)] == ["-"]


def test_the_number_of_hosts_is_bounded() -> None:
    many = [ENVOY.format(at="02:31:00", status=200, host=f"h{number}", ms=1) for number in range(5000)]
    found = hosts(*many)
    assert len(found) <= 4001
    assert sum(line.now.requests for line in found if line.now) == 5000


def test_a_separator_within_a_line_makes_no_second_one() -> None:
    line = '1.1.1.1 - - [24/Nov/2026:02:00:00 +0000] "GET /a\u2028b HTTP/1.1" 200 1 "-" "c\x0bd"\r\n'
    assert [request is not None for request in requests((line * 2).encode())] == [True, True]
