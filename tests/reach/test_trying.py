"""Hosts tried from here, against servers on this machine: what is told of them, and whom nobody ever asks."""

import ssl
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import anyio
import pytest
from anyio.abc import ByteStream, SocketAttribute, SocketStream
from anyio.streams.tls import TLSStream

from incident_mcp.reach.addresses import may_be_asked
from incident_mcp.reach.resolving import resolve
from incident_mcp.reach.trying import MOST, Reach
from incident_mcp.vocabulary.front import Front, Tried
from incident_mcp.workflow.from_here import tried_words
from tests.investigate.certificate_files import certificate_and_key

HOST = "shop.example.com"
Served = Callable[[ByteStream], Awaitable[None]]


class Answers:
    """Takes one request a connection, keeps it, and answers with these bytes."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.asked: list[bytes] = []

    async def __call__(self, stream: ByteStream) -> None:
        async with stream:
            self.asked.append(await stream.receive())
            await stream.send(self.answer)


def status(line: str, *headers: str) -> Answers:
    return Answers("\r\n".join([f"HTTP/1.1 {line}", *headers, "Content-Length: 0", "", ""]).encode())


@asynccontextmanager
async def serving(served: Served, context: ssl.SSLContext | None = None) -> AsyncGenerator[int]:
    """On a port of this machine."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port: int = listener.extra(SocketAttribute.local_port)  # noqa: S610 - no Django

    async def handle(stream: SocketStream) -> None:
        try:
            if context is None:
                await served(stream)
            else:
                await served(await TLSStream.wrap(stream, ssl_context=context, server_side=True))
        except (anyio.BrokenResourceError, anyio.EndOfStream, ssl.SSLError):
            return

    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, handle)
        yield port
        group.cancel_scope.cancel()


def context(*names: str, ends: timedelta = timedelta(days=9)) -> tuple[ssl.SSLContext, str]:
    """A server's, with a certificate of its own, and what to trust to accept it."""
    certificate, key = certificate_and_key(*names, ends=ends)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(certificate + key)
        file.flush()
        made.load_cert_chain(file.name)
    return made, certificate


def leads_to(*addresses: str) -> Callable[[str], Awaitable[list[str]]]:
    async def resolve(host: str) -> list[str]:
        return list(addresses)

    return resolve


def anybody(address: str) -> bool:
    return True


async def tried(port: int, *, secure: bool = False, path: str = "/", **reach: Any) -> Tried:
    given: dict[str, Any] = {"resolve": leads_to("127.0.0.1"), "may_be_asked": anybody, **reach}
    (found,) = await Reach(**given).each([Front(host=HOST, port=port, secure=secure, path=path)])
    return found


async def test_the_status_and_the_time_are_told() -> None:
    served = status("503 Service Unavailable")
    async with serving(served) as port:
        found = await tried(port, path="/checkout")
    assert (found.outcome, found.status, found.address) == ("answered", 503, "127.0.0.1")
    assert tried_words(found).startswith(f"http://{HOST}:{port}/checkout answers 503 in ")


async def test_it_is_one_head_that_carries_nothing() -> None:
    served = status("200 OK", "Set-Cookie: a=b")
    async with serving(served) as port:
        await tried(port, path="/checkout")
    (request,) = served.asked
    head, _, body = request.partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    assert line == "HEAD /checkout HTTP/1.1"
    assert sorted(each.partition(":")[0] for each in headers) == ["Accept", "Host", "User-Agent"]
    assert f"Host: {HOST}:{port}" in headers
    assert body == b""


async def test_a_redirect_is_told_and_not_followed() -> None:
    async with serving(status("200 OK")) as secret, serving(Answers(b"")) as _:
        served = status("302 Found", f"Location: http://127.0.0.1:{secret}/latest/meta-data")
        async with serving(served) as port:
            found = await tried(port)
    assert (found.status, len(served.asked)) == (302, 1)


@pytest.mark.parametrize(
    ("names", "ends", "trusted", "outcome"),
    [
        ((HOST,), 9, True, "answered"),
        ((HOST,), -1, True, "certificate refused"),
        (("other.example.com",), 9, True, "certificate refused"),
        ((HOST,), 9, False, "certificate refused"),
    ],
    ids=["good", "expired", "of another name", "of an unknown authority"],
)
async def test_a_certificate_is_judged_as_a_browser_does(
    names: tuple[str, ...], ends: int, trusted: bool, outcome: str
) -> None:
    server, authority = context(*names, ends=timedelta(days=ends))
    async with serving(status("200 OK"), server) as port:
        found = await tried(port, secure=True, authority=authority if trusted else context("x")[1])
    assert found.outcome == outcome, found
    assert bool(found.detail) is (outcome != "answered")


async def test_why_a_certificate_is_refused_is_told() -> None:
    server, authority = context(HOST, ends=timedelta(days=-1))
    async with serving(status("200 OK"), server) as port:
        found = await tried(port, secure=True, authority=authority)
    assert tried_words(found) == (
        f"https://{HOST}:{port}: its certificate is refused: certificate has expired (127.0.0.1)"
    )


async def test_what_does_not_speak_tls_or_http_is_told() -> None:
    async with serving(Answers(b"220 mail.example.com ESMTP\r\n")) as port:
        assert (await tried(port)).outcome == "no HTTP"
        assert (await tried(port, secure=True)).outcome == "no TLS"


async def test_a_closed_port_and_a_name_that_does_not_resolve() -> None:
    async with serving(status("200 OK")) as port:
        pass
    assert (await tried(port)).outcome == "not connected"
    found = await tried(port, resolve=leads_to())
    assert tried_words(found) == f"http://{HOST}:{port}: its name does not resolve"


async def test_silence_ends_in_time() -> None:
    async def silent(stream: ByteStream) -> None:
        await anyio.sleep_forever()

    async def stuck(host: str) -> list[str]:
        await anyio.sleep_forever()
        return []

    async with serving(silent) as port:
        with anyio.fail_after(5):
            assert (await tried(port, seconds=0.2)).outcome == "too slow"
            found = await tried(port, seconds=0.2, resolve=stuck)
    assert tried_words(found).endswith("no answer within 0.2 s, its name not even resolved")


async def test_a_handful_at_once_and_no_more() -> None:
    waiting = [Front(host=f"{number}.example.com", port=9, secure=False) for number in range(MOST + 3)]

    async def stuck(host: str) -> list[str]:
        await anyio.sleep_forever()
        return []

    with anyio.fail_after(2):
        found = await Reach(resolve=stuck, seconds=0.2).each(waiting)
    assert len(found) == MOST


async def test_a_name_that_leads_to_this_machine_is_never_asked() -> None:
    served = status("200 OK")
    async with serving(served) as port:
        found = await tried(port, may_be_asked=may_be_asked)
    assert (found.outcome, served.asked) == ("refused address", [])
    assert tried_words(found) == f"http://{HOST}:{port}: its name leads to 127.0.0.1, which is never asked"


async def test_the_address_that_was_judged_is_the_one_that_is_asked() -> None:
    """A name that leads somewhere else the second time (DNS rebinding) gains nothing: there is no second time."""
    asked: list[str] = []

    async def rebinding(host: str) -> list[str]:
        asked.append(host)
        return ["169.254.169.254", "127.0.0.1"]

    def judge(address: str) -> bool:
        return address == "127.0.0.1"

    async with serving(status("200 OK")) as port:
        found = await tried(port, resolve=rebinding, may_be_asked=judge)
    assert (found.address, found.status, asked) == ("127.0.0.1", 200, [HOST])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "0.1.2.3",  # noqa: S104
        "::", "169.254.169.254", "169.254.0.1", "fe80::1",
        "fe80::1%eth0", "224.0.0.1", "ff02::1", "255.255.255.255", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "not an address",
    ],
)  # fmt: skip
def test_addresses_that_are_never_asked(address: str) -> None:
    assert may_be_asked(address) is False


@pytest.mark.parametrize("address", ["93.184.215.14", "10.0.0.7", "192.168.1.9", "2606:2800:21f:cb07::1", "fd12::7"])
def test_addresses_that_users_reach(address: str) -> None:
    assert may_be_asked(address) is True


async def test_this_machine_resolves_its_own_name_and_not_what_is_none() -> None:
    with anyio.fail_after(5):
        assert "127.0.0.1" in await resolve("localhost")
        assert await resolve("a..b") == []
