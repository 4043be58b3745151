"""The way to the server: proxy-url, HTTPS_PROXY and NO_PROXY."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from incident_mcp.cluster.proxies import bypassed, proxy_for
from incident_mcp.vocabulary.errors import Unreachable
from tests.cluster.connection.harness import cluster_of, connected
from tests.cluster.connection.pki import Pki
from tests.cluster.connection.recorder import recording

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("server", "no_proxy", "expected"),
    [
        ("https://kube.example.com", "", False),
        ("https://kube.example.com", "*", True),
        ("https://kube.example.com", "example.com", True),
        ("https://kube.example.com", "other, .example.com", True),
        ("https://kube.example.com", "*.example.com", True),
        ("https://example.com", ".example.com", False),
        ("https://notexample.com", "example.com", False),
        ("https://KUBE.example.com", "Example.COM", True),
        ("https://kube.example.com:6443", "example.com:6443", True),
        ("https://kube.example.com:6443", "example.com:443", False),
        ("https://kube.example.com", "example.com:443", True),
        ("https://10.1.2.3", "10.0.0.0/8", True),
        ("https://11.1.2.3", "10.0.0.0/8", False),
        ("https://kube.example.com", "10.0.0.0/8", False),
        ("https://10.1.2.3:6443", "10.1.2.3", True),
        ("https://10.1.2.3:6443", "10.1.2.3:443", False),
        ("https://[fd00::1]:6443", "fd00::/8", True),
        ("https://[fd00::1]:6443", "fd00::1", True),
        ("https://[fd00::1]:6443", "[fd00::1]:6443", True),
        ("https://127.0.0.5", "", True),
        ("https://[::1]", "", True),
        ("https://localhost:6443", "", True),
        ("https://kube.example.com", "10.0.0.0/99,/,:,", False),
    ],
)
def test_no_proxy_is_read_as_go_reads_it(server: str, no_proxy: str, expected: bool) -> None:
    assert bypassed(urlsplit(server), no_proxy) == expected


@pytest.mark.parametrize(
    ("proxy_url", "environment", "expected"),
    [
        ("http://a:1", {"HTTPS_PROXY": "http://b:1", "NO_PROXY": "*"}, "http://a:1"),
        ("", {"HTTPS_PROXY": "http://b:1", "https_proxy": "http://c:1"}, "http://b:1"),
        ("", {"https_proxy": "c:1"}, "http://c:1"),
        ("", {"HTTP_PROXY": "http://b:1", "ALL_PROXY": "http://d:1"}, None),
        ("", {"HTTPS_PROXY": "http://b:1", "no_proxy": "example.com"}, None),
    ],
)
def test_which_proxy_is_used(proxy_url: str, environment: dict[str, str], expected: str | None) -> None:
    assert proxy_for("https://kube.example.com", proxy_url, environment) == expected


async def test_the_server_is_reached_through_its_proxy(pki: Pki, write_kubeconfig: Callable[..., Path]) -> None:
    async with recording(issued=pki.server) as server, tunnelling() as (proxy, asked):
        cluster = {**cluster_of(server, pki), "proxy-url": f"http://ada:pw@{proxy}", "tls-server-name": "kube.internal"}
        async with connected(write_kubeconfig(cluster, {"token": "t"})) as api:
            await api.get("/version")
            await api.get("/version")
    assert [seen.one("authorization") for seen in server.seen] == ["Bearer t", "Bearer t"]
    assert len(asked) == 1
    assert f"CONNECT 127.0.0.1:{server.port} HTTP/1.1" in asked[0]
    assert "Bearer" not in asked[0]


async def test_a_proxy_that_refuses_leaves_a_write_unsent(pki: Pki, write_kubeconfig: Callable[..., Path]) -> None:
    async with recording(issued=pki.server) as server, tunnelling(refuse=True) as (proxy, _):
        cluster = {**cluster_of(server, pki), "proxy-url": f"http://{proxy}"}
        async with connected(write_kubeconfig(cluster, {"token": "t"})) as api:
            with pytest.raises(Unreachable) as caught:
                await api.create("/api/v1/x", {}, user_agent="a")
    assert not caught.value.sent
    assert caught.value.not_done == "Nothing was changed."


@asynccontextmanager
async def tunnelling(*, refuse: bool = False) -> AsyncGenerator[tuple[str, list[str]]]:
    """A proxy that knows CONNECT: its address, and the heads of what it was asked."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked.append(head)
        if refuse:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        host, _, port = head.split(" ")[1].rpartition(":")
        there_reader, there_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(_pipe(reader, there_writer), _pipe(there_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    finally:
        server.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()
