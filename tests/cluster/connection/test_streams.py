"""What goes over the wire: zipped answers, connections that are kept, and those that the server closed meanwhile."""

import gzip
import json
from pathlib import Path

import anyio
import pytest

from incident_mcp.vocabulary.errors import Unreachable
from tests.cluster.connection.harness import api_of
from tests.cluster.connection.pki import Pki
from tests.cluster.connection.recorder import Reply, Seen

pytestmark = pytest.mark.anyio
PODS = "/api/v1/pods"


async def test_a_zipped_answer_is_read_whole_or_in_pieces(pki: Pki, tmp_path: Path) -> None:
    zipped = gzip.compress(json.dumps({"text": "x" * 5000}).encode())
    pieces = [zipped[start : start + 7] for start in range(0, len(zipped), 7)]
    replies = iter([Reply(body=zipped), Reply(parts=pieces)])

    def answer(seen: Seen) -> Reply:
        reply = next(replies)
        reply.headers["Content-Encoding"] = seen.one("accept-encoding")
        return reply

    async with api_of(pki, tmp_path, answer) as (api, _):
        assert await api.get_json(PODS) == await api.get_json(PODS) == {"text": "x" * 5000}


async def test_what_only_claims_to_be_zipped_is_no_answer(pki: Pki, tmp_path: Path) -> None:
    reply = Reply(body=b"not zipped", headers={"Content-Encoding": "gzip"})
    async with api_of(pki, tmp_path, lambda seen: reply) as (api, _):
        with pytest.raises(Unreachable):
            await api.get(PODS)


async def test_one_after_the_other_they_share_a_connection(pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path) as (api, server):
        for _ in range(20):
            await api.get(PODS)
        assert (len(server.seen), server.connections) == (20, 1)


async def test_a_hundred_at_once_are_all_answered(pki: Pki, tmp_path: Path) -> None:
    answers: list[bytes] = []
    async with api_of(pki, tmp_path, lambda seen: Reply(body={"path": seen.target})) as (api, server):

        async def ask(number: int) -> None:
            answers.append(await api.get(f"{PODS}/{number}"))

        async with anyio.create_task_group() as group:
            for number in range(100):
                group.start_soon(ask, number)
        assert {json.loads(each)["path"] for each in answers} == {f"{PODS}/{number}" for number in range(100)}
        assert server.connections <= 64


async def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again(pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path) as (api, server):
        await api.get(PODS)
        await server.end()
        await anyio.wait_all_tasks_blocked()
        await api.get(PODS)
        assert (len(server.seen), server.connections) == (2, 2)
