"""A monitoring that refuses, is slow, talks nonsense or is gone: each is one line with its own words, and no figure."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from incident_mcp.cluster.outside import LARGEST, Address, Outside
from incident_mcp.cluster.service_proxy import ServiceProxy
from incident_mcp.metrics.alertmanager import Alertmanager
from incident_mcp.metrics.monitoring import Monitoring
from incident_mcp.metrics.prometheus import Prometheus
from incident_mcp.services.errors import Malformed, Refused
from incident_mcp.vocabulary.errors import CredentialsError, Forbidden, IncidentError, SettingsError, Unreachable
from incident_mcp.vocabulary.metrics_seen import MetricsSeen, Subject
from incident_mcp.vocabulary.refs import Ref
from tests.cluster.connection.harness import api_of
from tests.cluster.connection.pki import Pki
from tests.cluster.connection.recorder import Drop, Handler, Hang, Recorder, Reply, Seen, recording

SECRET = "hunter2-correct-horse"
NOW = datetime(2026, 11, 24, 2, 14, tzinfo=UTC)
SUBJECT = Subject(workload=Ref(kind="Deployment", namespace="shop", name="checkout"), services=("checkout",))
WAIT = 10


def error(kind: str, text: str) -> dict[str, Any]:
    return {"status": "error", "errorType": kind, "error": text}


def vector(*values: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [{"metric": {}, "value": [1.0, value]} for value in values]
    return {"status": "success", "data": {"resultType": "vector", "result": rows}}


def hangs(seen: Seen) -> Reply:
    raise Hang


def drops(seen: Seen) -> Reply:
    raise Drop


@asynccontextmanager
async def prometheus(
    handler: Handler, seconds: float = 2.0, **address: Any
) -> AsyncGenerator[tuple[Prometheus, Recorder]]:
    with anyio.fail_after(WAIT):
        async with recording(handler) as server:
            source = Outside(Address(server.url, {"TOKEN": SECRET}, **address), seconds)
            try:
                yield Prometheus(source, seconds), server
            finally:
                await source.aclose()


FAULTS: list[tuple[Reply, type[IncidentError], str]] = [
    (Reply(400, error("bad_data", '1:4: parse error: unexpected "}"')), Refused, "400 bad_data: «1:4: parse error"),
    (Reply(422, error("execution", "query processing would load too many samples")), Refused, "too many samples»"),
    (
        Reply(503, error("timeout", "query timed out in expression evaluation")),
        Refused,
        "503 timeout: «query timed out",
    ),
    (Reply(429, b"slow down"), Refused, "429 Too Many Requests: «slow down»"),
    (Reply(401, b""), Refused, "Check the token that the settings name"),
    (Reply(404, b"404 page not found"), Refused, "Check the path in its address"),
    (Reply(502, b"<html>Bad \x1b[31mgateway</html>"), Refused, "502 Bad Gateway: «<html>Bad gateway</html>»"),
    (Reply(302, b"", {"Location": "https://login.example"}), Refused, "answered 302 Found"),
    (Reply(200, b"<html>Please log in</html>"), Malformed, "no JSON, or cut off"),
    (Reply(200, b'{"status":"success","data":{"resultType":"vec'), Malformed, "no JSON, or cut off"),
    (Reply(200, b"\xff\xfe{"), Malformed, "no JSON, or cut off"),
    (Reply(200, {"status": "success", "data": {"resultType": "scalar", "result": []}}), Malformed, "a scalar instead"),
    (Reply(200, {"status": "success", "data": [1]}), Malformed, "another form"),
    (Reply(200, error("internal", "disk is full")), Refused, "internal: «disk is full»"),
    (Reply(200, vector("1"), cut=True), Unreachable, "can't be reached"),
    (Reply(parts=[b" " * (LARGEST // 2)] * 3), IncidentError, "larger than 16 MiB"),
]


@pytest.mark.parametrize(("reply", "kind", "told"), FAULTS)
async def test_a_refusal_or_nonsense_is_an_error_with_its_own_words(
    reply: Reply, kind: type[IncidentError], told: str
) -> None:
    async with prometheus(lambda seen: reply) as (server, _):
        with pytest.raises(kind) as caught:
            await server.query("up", NOW)
    assert told in str(caught.value)
    assert "\x1b" not in str(caught.value)


async def test_silence_ends_within_its_time() -> None:
    async with prometheus(hangs, 0.3) as (server, _):
        began = anyio.current_time()
        with pytest.raises(Unreachable, match=r"no answer within 0\.3 s"):
            await server.query("up", NOW)
        assert anyio.current_time() - began < 2


async def test_an_answer_that_trickles_ends_within_its_time() -> None:
    async def trickle(seen: Seen) -> Reply:
        await anyio.sleep(0.2)
        return Reply(parts=[b" "] * 10_000_000)

    async with prometheus(trickle, 0.3) as (server, _):
        with pytest.raises(IncidentError):
            await server.query("up", NOW)


async def test_a_connection_that_breaks_is_tried_once_more_and_no_more() -> None:
    async with prometheus(drops) as (server, recorder):
        with pytest.raises(Unreachable):
            await server.query("up", NOW)
        assert len(recorder.seen) == 2


async def test_nobody_at_the_address_is_unreachable() -> None:
    async with recording() as gone:
        address = Address(gone.url, {})
    with pytest.raises(Unreachable, match="can't be reached"):
        await Prometheus(Outside(address, 2), 2).query("up", NOW)


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf", "", "ten"])
async def test_what_is_no_number_is_no_data_and_never_0(value: str) -> None:
    async with prometheus(lambda seen: Reply(200, vector(value))) as (server, _):
        (series,) = await server.query("up", NOW)
    assert series.points == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"warnings": ["some stores did \x1b[1mnot answer"]}, "partial: «some stores did not answer»"),
        ({"isPartial": True}, "partial: «only a part of the data could be read»"),
    ],
)
async def test_an_answer_with_a_warning_counts_and_says_so(more: dict[str, Any], told: str) -> None:
    def handler(seen: Seen) -> Reply:
        data: Any = ["http_requests_total"] if "__name__" in seen.target else ["namespace", "pod", "code"]
        return Reply(200, {"status": "success", "data": data, **more}) if "/label" in seen.target else Reply(404, b"")

    async with recording(handler) as server:
        look = Monitoring(Outside(Address(server.url, {}), 2)).look(NOW)
        await look.gather()
    assert ("Prometheus", told) in look.missed


def breaks(seen: Seen) -> Reply:
    return Reply(500, b"")


def cuts(seen: Seen) -> Reply:
    return Reply(200, b"{")


@pytest.mark.parametrize("handler", [hangs, drops, breaks, cuts])
async def test_a_look_at_a_broken_monitoring_is_one_line_for_each_server_and_empty(handler: Handler) -> None:
    with anyio.fail_after(WAIT):
        async with recording(handler) as server:
            both = Outside(Address(server.url, {}), 0.3), Outside(Address(server.url, {}), 0.3)
            look = Monitoring(*both).look(NOW)
            await look.gather()
            await look.about(SUBJECT, NOW)
            await look.everywhere(None)
    assert look.seen == MetricsSeen()
    assert sorted(what for what, _ in look.missed) == ["Alertmanager", "Prometheus"]


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(400, b'"bad matcher format: x"'), "400 Bad Request: «bad matcher format: x»"),
        (Reply(422, {"code": 602, "message": "silenced in query is required"}), "«silenced in query is required»"),
        (Reply(410, b'{"status":"deprecated","error":"v1 is gone"}'), "410 Gone"),
        (Reply(200, b'[{"labels":{}}]'), "no list of alerts"),
        (Reply(200, b'[{"labels":{},"startsAt":"2026-11-24T02:00:00"}]'), "no list of alerts"),
        (Reply(200, b"[{"), "no list of alerts"),
    ],
)
async def test_alertmanagers_errors_are_told_in_either_of_their_shapes(reply: Reply, told: str) -> None:
    async with recording(lambda seen: reply) as server:
        with pytest.raises((Refused, Malformed)) as caught:
            await Alertmanager(Outside(Address(server.url, {}), 2)).alerts()
    assert told in str(caught.value)


# How it is asked


async def asked_with(address: Mapping[str, Any]) -> Seen:
    async with prometheus(lambda seen: Reply(200, vector("1")), **address) as (server, recorder):
        await server.query('up{a="b c"}', NOW)
    return recorder.seen[0]


async def test_a_token_is_read_from_the_variable_or_the_file_that_the_settings_name(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{SECRET}\n")
    assert (await asked_with({"token_variable": "TOKEN"})).one("Authorization") == f"Bearer {SECRET}"
    assert (await asked_with({"token_file": file})).one("Authorization") == f"Bearer {SECRET}"
    assert (await asked_with({"token_file": file, "user": "7"})).one("Authorization").startswith("Basic ")
    assert (await asked_with({})).one("Authorization") == ""


async def test_it_is_asked_by_name_with_headers_a_time_out_and_the_query_whole() -> None:
    seen = await asked_with({"headers": {"X-Scope-OrgID": "team-a"}})
    assert seen.one("X-Scope-OrgID") == "team-a"
    assert seen.one("User-Agent").startswith("incident-mcp/")
    assert seen.target == "/api/v1/query?query=up%7Ba%3D%22b+c%22%7D&time=1795486440.000&timeout=2s"


async def test_a_path_before_the_api_is_kept() -> None:
    async with recording(lambda seen: Reply(200, vector("1"))) as server:
        source = Outside(Address(f"{server.url}/prometheus/", {}), 2)
        await Prometheus(source, 2).query("up", NOW)
        await source.aclose()
    assert server.seen[0].target.startswith("/prometheus/api/v1/query?")


@pytest.mark.parametrize("content", [None, "", "two\nlines", "ünïcode"])
async def test_a_token_that_can_not_be_used_is_told_and_nothing_is_sent(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content)
    async with prometheus(lambda seen: Reply(200, vector("1")), token_file=file) as (server, recorder):
        with pytest.raises(CredentialsError) as caught:
            await server.query("up", NOW)
    assert recorder.seen == []
    assert content is None or not content or content not in str(caught.value)


async def test_no_error_shows_the_token() -> None:
    for reply, _, _ in FAULTS:
        async with prometheus(lambda seen, reply=reply: reply, token_variable="TOKEN") as (server, _):
            with pytest.raises(IncidentError) as caught:
                await server.query("up", NOW)
        assert SECRET not in str(caught.value)


async def test_its_certificate_is_checked_against_the_authority_that_the_settings_name(
    pki: Pki, tmp_path: Path
) -> None:
    right, wrong = tmp_path / "ca.pem", tmp_path / "other.pem"
    right.write_bytes(pki.ca.pem)
    wrong.write_bytes(pki.other_ca.pem)
    async with recording(lambda seen: Reply(200, vector("1")), issued=pki.server) as server:
        source = Outside(Address(server.url, {}, ca=right), 2)
        assert await Prometheus(source, 2).query("up", NOW)
        await source.aclose()
        with pytest.raises(Unreachable, match="certificate"):
            await Prometheus(Outside(Address(server.url, {}, ca=wrong), 2), 2).query("up", NOW)
        with pytest.raises(SettingsError, match="can't be read"):
            await Prometheus(Outside(Address(server.url, {}, ca=tmp_path / "none"), 2), 2).query("up", NOW)


# Through the API server's proxy

FORBIDDEN = {
    "kind": "Status",
    "status": "Failure",
    "message": 'services "prometheus:9090" is forbidden: User "ada" cannot get resource "services/proxy" '
    'in API group "" in the namespace "monitoring"',
    "reason": "Forbidden",
    "code": 403,
}


async def test_a_service_is_asked_through_the_api_server_with_the_clusters_own_credentials(
    pki: Pki, tmp_path: Path
) -> None:
    async with api_of(pki, tmp_path, lambda seen: Reply(200, vector("7"))) as (api, server):
        (series,) = await Prometheus(ServiceProxy(api, "monitoring/prometheus:9090", 2), 2).query("up", NOW)
    assert series.points == [(1.0, 7.0)]
    assert server.seen[0].target.startswith(
        "/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/query?query=up"
    )
    assert server.seen[0].one("Authorization") == "Bearer t"


async def test_what_the_service_says_and_what_the_api_server_says_are_told_apart(pki: Pki, tmp_path: Path) -> None:
    replies = [
        Reply(422, error("execution", "too many samples")),
        Reply(403, FORBIDDEN),
        Reply(503, {"kind": "Status", "message": 'no endpoints available for service "prometheus:9090"', "code": 503}),
        Reply(503, b"upstream is starting"),
    ]
    async with api_of(pki, tmp_path, lambda seen: replies.pop(0)) as (api, server):
        client = Prometheus(ServiceProxy(api, "monitoring/prometheus:9090", 2), 2)
        with pytest.raises(Refused, match="too many samples"):
            await client.query("up", NOW)
        with pytest.raises(Forbidden, match="may not get services/proxy in namespace monitoring"):
            await client.query("up", NOW)
        with pytest.raises(IncidentError, match="no endpoints available"):
            await client.query("up", NOW)
        with pytest.raises(Refused, match="upstream is starting"):
            await client.query("up", NOW)
    assert len(server.seen) == 4


async def test_a_service_that_hangs_ends_within_its_time(pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path, hangs) as (api, _):
        with pytest.raises(Unreachable, match=r"Service monitoring/prometheus gave no answer within 0\.3 s"):
            await Prometheus(ServiceProxy(api, "monitoring/prometheus", 0.3), 0.3).query("up", NOW)


async def test_what_came_before_an_answer_broke_off_can_be_had_with_its_headers(pki: Pki, tmp_path: Path) -> None:
    lines = Reply(200, parts=[b"one\n", b"two\n"], headers={"X-Said": "so"}, cut=True)
    async with api_of(pki, tmp_path, lambda seen: lines) as (api, _):
        found = await ServiceProxy(api, "monitoring/loki:3100", 2).read("/x", {}, most=100)
    assert (found.status, found.content, found.headers["x-said"]) == (200, b"one\ntwo\n", "so")
    assert found.broken
    async with recording(lambda seen: lines) as server:
        outside = Outside(Address(server.url, {}), 2)
        assert (await outside.read("/x", {}, most=100)).content == b"one\ntwo\n"
        part = await outside.read("/x", {}, most=3)
        await outside.aclose()
    assert (part.content, "longer than" in part.broken) == (b"one", True)
