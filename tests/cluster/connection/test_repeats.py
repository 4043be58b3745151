"""What is sent again, and what never is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.look import Look
from incident_mcp.cluster.namespaces import namespaces_of
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.errors import Conflict, ServerFailed, Throttled, Unreachable
from incident_mcp.vocabulary.refs import Scope
from tests.cluster.connection.harness import api_of, connected
from tests.cluster.connection.pki import Pki
from tests.cluster.connection.recorder import Drop, Handler, Hang, Reply, Seen

pytestmark = pytest.mark.anyio

BUSY = Reply(429, b"Too many requests, please try again later.\n", {"Retry-After": "0", "Content-Type": "text/plain"})
UNSEEN = Reply(BUSY.status, BUSY.body, {**BUSY.headers, "X-Kubernetes-PF-FlowSchema-UID": "f"})
BUDGET = Reply(
    429,
    {"kind": "Status", "reason": "TooManyRequests", "message": "Cannot evict pod: disruption budget"},
    {"Retry-After": "0", "X-Kubernetes-PF-FlowSchema-UID": "f"},
)


def first(*replies: Reply | type[Exception], then: Reply | None = None) -> Handler:
    """Answers in turn, then with the last."""
    queue = list(replies)

    def handle(seen: Seen) -> Reply:
        answer = queue.pop(0) if queue else then or Reply(body={"ok": True})
        if isinstance(answer, Reply):
            return answer
        raise answer

    return handle


async def read(api: Api) -> Any:
    return await api.get_json("/api/v1/pods")


async def write(api: Api) -> Any:
    return await api.patch("/api/v1/x", {}, content_type="application/merge-patch+json", user_agent="a")


@pytest.mark.parametrize(
    ("handler", "requests"),
    [
        (first(BUSY), 2),
        (first(Reply(503), Reply(503)), 3),
        (first(Reply(500, headers={"Retry-After": "0"})), 2),
        (first(Drop), 2),
        (first(Reply(cut=True, body={"half": "an answer"})), 2),
        (first(Drop, BUSY), 3),
        (first(Drop, Drop, Drop), 4),
    ],
    ids=["429", "503", "500 that asks for it", "dropped", "cut", "dropped, then 429", "dropped three times"],
)
async def test_a_read_is_repeated(handler: Handler, requests: int, pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path, handler) as (api, server):
        assert await read(api) == {"ok": True}
        assert len(server.seen) == requests


@pytest.mark.parametrize(
    ("handler", "requests", "error"),
    [
        (first(then=BUSY), 5, Throttled),
        (first(Reply(429, headers={"Retry-After": "3600"})), 1, Throttled),
        (first(Reply(500)), 1, ServerFailed),
        (first(Drop, Drop, Drop, Drop), 4, Unreachable),
        (first(Hang), 1, Unreachable),
    ],
    ids=["429 for ever", "429 for an hour", "500", "dropped again and again", "hangs"],
)
async def test_a_read_ends_as_an_error(
    handler: Handler, requests: int, error: type[Exception], pki: Pki, tmp_path: Path
) -> None:
    async with api_of(pki, tmp_path, handler, timeout=2) as (api, server):
        with pytest.raises(error):
            await read(api)
        assert len(server.seen) == requests


async def test_retry_after_is_honoured(pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path, first(Reply(429, headers={"Retry-After": "1"}))) as (api, server):
        await read(api)
        assert 1 <= server.seen[1].at - server.seen[0].at < 3


async def test_a_write_is_repeated_only_when_the_server_says_that_it_has_not_looked_at_it(
    pki: Pki, tmp_path: Path
) -> None:
    async with api_of(pki, tmp_path, first(UNSEEN)) as (api, server):
        assert await write(api) == {"ok": True}
        assert len(server.seen) == 2
        assert server.seen[0].body == server.seen[1].body == b"{}"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (BUSY, Throttled),
        (BUDGET, Throttled),
        (Reply(503, headers={"Retry-After": "0"}), ServerFailed),
        (Reply(500, headers={"Retry-After": "0"}), ServerFailed),
        (Reply(504), ServerFailed),
        (Reply(409, headers={"Retry-After": "0"}), Conflict),
    ],
    ids=["a proxy's 429", "a disruption budget's 429", "503", "500", "504", "409"],
)
async def test_other_refusals_of_a_write_are_final(
    reply: Reply, error: type[Exception], pki: Pki, tmp_path: Path
) -> None:
    async with api_of(pki, tmp_path, first(then=reply)) as (api, server):
        with pytest.raises(error):
            await write(api)
        assert len(server.seen) == 1


@pytest.mark.parametrize("failure", [Drop, Hang])
async def test_a_write_whose_connection_breaks_is_not_repeated_and_its_outcome_is_unknown(
    failure: type[Exception], pki: Pki, tmp_path: Path
) -> None:
    async with api_of(pki, tmp_path, first(failure), timeout=1) as (api, server):
        with pytest.raises(Unreachable) as caught:
            await write(api)
        assert len(server.seen) == 1
    assert caught.value.sent
    assert caught.value.not_done == "Whether the change was made is not known."
    assert caught.value.next_step.startswith("Read x again")


async def test_a_write_to_a_server_that_is_gone_was_not_sent(
    pki: Pki, tmp_path: Path, write_kubeconfig: Callable[..., Path]
) -> None:
    async with connected(write_kubeconfig({"server": "https://127.0.0.1:1"}, {"token": "t"})) as api:
        with pytest.raises(Unreachable, match=r"prod \(https://127\.0\.0\.1:1\) can't be reached") as caught:
            await write(api)
    assert not caught.value.sent
    assert caught.value.not_done == "Nothing was changed."


async def test_an_answer_that_only_trickles_ends_with_the_call(pki: Pki, tmp_path: Path) -> None:
    parts = [b" "] * 10_000_000
    async with api_of(pki, tmp_path, lambda seen: Reply(parts=parts), timeout=1) as (api, server):
        with pytest.raises(Unreachable, match="did not answer in time"):
            await read(api)
        assert len(server.seen) == 1


async def test_whether_a_namespace_is_there_may_stay_open_where_other_questions_are_answered(
    pki: Pki, tmp_path: Path
) -> None:
    async with api_of(pki, tmp_path, first(then=BUSY)) as (api, _):
        look = Look(api, system_clock)
        assert await namespaces_of(look, Scope(namespace="shop")) == ["shop"]
        with pytest.raises(Throttled):
            look.require_an_answer()
        look.answered = 1
        look.require_an_answer()
