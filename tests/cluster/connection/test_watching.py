"""A watch goes on where it stood, and says when it can't."""

from __future__ import annotations

import json
from contextlib import aclosing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.api_errors import Expired
from incident_mcp.cluster.watching import Unreadable, watch
from incident_mcp.vocabulary.errors import Forbidden, Unreachable
from tests.cluster.connection.harness import api_of
from tests.cluster.connection.pki import Pki
from tests.cluster.connection.recorder import Drop, Handler, Reply, Seen

pytestmark = pytest.mark.anyio


def event(kind: str, version: str, name: str = "a") -> bytes:
    return (
        json.dumps({"type": kind, "object": {"metadata": {"name": name, "resourceVersion": version}}}).encode() + b"\n"
    )


def streams(*answers: Reply | type[Exception]) -> Handler:
    """One answer a connection."""
    queue = list(answers)

    def handle(seen: Seen) -> Reply:
        answer = queue.pop(0)
        if isinstance(answer, Reply):
            return answer
        raise answer

    return handle


async def first(api: Api, count: int, **options: Any) -> list[tuple[str, str]]:
    got: list[tuple[str, str]] = []
    async with aclosing(watch(api, "/api/v1/pods", "10", {"labelSelector": "a"}, **options)) as events:
        async for one in events:
            got.append((one.type, one.object["metadata"]["resourceVersion"]))
            if len(got) == count:
                break
    return got


def versions(seen: list[Seen]) -> list[str]:
    return [parse_qs(urlsplit(one.target).query)["resourceVersion"][0] for one in seen]


async def test_it_resumes_after_the_last_event_or_bookmark(pki: Pki, tmp_path: Path) -> None:
    handler = streams(
        Reply(parts=[event("ADDED", "11")[:20], event("ADDED", "11")[20:] + event("MODIFIED", "12")]),
        Reply(parts=[event("BOOKMARK", "20")]),
        Reply(parts=[event("DELETED", "21"), event("ADDED", "22")[:30]], cut=True),
        Drop,
        Reply(503, headers={"Retry-After": "0"}),
        Reply(parts=[event("ADDED", "22")]),
    )
    async with api_of(pki, tmp_path, handler) as (api, server):
        got = await first(api, 4)
    assert got == [("ADDED", "11"), ("MODIFIED", "12"), ("DELETED", "21"), ("ADDED", "22")]
    assert versions(server.seen) == ["10", "12", "20", "21", "21", "21"]
    query = parse_qs(urlsplit(server.seen[0].target).query)
    assert (query["watch"], query["allowWatchBookmarks"], query["labelSelector"]) == (["true"], ["true"], ["a"])


EXPIRED = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version: 10 (99)"}


@pytest.mark.parametrize(
    "reply",
    [Reply(410, EXPIRED), Reply(parts=[json.dumps({"type": "ERROR", "object": EXPIRED}).encode() + b"\n"])],
    ids=["as a status", "inside the stream"],
)
async def test_a_version_that_is_too_old_says_so_and_is_not_tried_again(reply: Reply, pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path, streams(reply)) as (api, server):
        with pytest.raises(Expired):
            await first(api, 1)
        assert len(server.seen) == 1


async def test_a_refusal_ends_it(pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path, lambda seen: Reply(403, {"kind": "Status", "message": "no"})) as (api, server):
        with pytest.raises(Forbidden) as caught:
            await first(api, 1)
        assert (len(server.seen), caught.value.verb) == (1, "watch")


async def test_a_connection_that_is_silent_too_long_is_replaced(pki: Pki, tmp_path: Path) -> None:
    import asyncio

    async def silent() -> Reply:
        await asyncio.Event().wait()
        raise AssertionError

    def handle(seen: Seen) -> Any:
        return silent() if len(server.seen) == 1 else Reply(parts=[event("ADDED", "11")])

    async with api_of(pki, tmp_path, handle) as (api, server):
        assert await first(api, 1, silence=0.3) == [("ADDED", "11")]


async def test_a_server_that_stays_away_ends_it(pki: Pki, tmp_path: Path) -> None:
    def handle(seen: Seen) -> Reply:
        raise Drop

    async with api_of(pki, tmp_path, handle) as (api, server):
        with pytest.raises(Unreachable):
            await first(api, 1, pause=0.01)
        assert len(server.seen) == 6


@pytest.mark.parametrize(
    "line", [b"not json\n", b'{"type": "ODD", "object": {}}\n', b'{"type": "ADDED", "object": {}}\n']
)
async def test_what_is_no_event_is_an_error(line: bytes, pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path, lambda seen: Reply(parts=[line])) as (api, server):
        with pytest.raises(Unreadable):
            await first(api, 1)
        assert len(server.seen) == 1


async def test_leaving_early_closes_the_connection(pki: Pki, tmp_path: Path) -> None:
    lines = [event("ADDED", str(number)) for number in range(11, 5000)]
    async with api_of(pki, tmp_path, lambda seen: Reply(parts=lines)) as (api, server):
        assert len(await first(api, 2)) == 2
        await api.get("/version")
        assert server.connections == 2
