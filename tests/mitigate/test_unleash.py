"""A flag of a real Unleash, switched through the whole gate: what is asked first, what is sent, and what of it is in
Unleash's own list of events. How a server that is ill answers is played by a local one.
"""

import secrets
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp.types import ElicitResult

from incident_mcp.cluster.outside import Address, Outside
from incident_mcp.mitigate.flags.place import KIND, FlagsPlace
from incident_mcp.mitigate.flags.unleash import Unleash, writes
from incident_mcp.vocabulary.errors import (
    BadRequest,
    CredentialsError,
    Forbidden,
    IncidentError,
    NotFound,
    ServerFailed,
    Throttled,
    Unreachable,
)
from incident_mcp.vocabulary.refs import Ref
from tests.cluster.connection.recorder import Drop, Reply, Seen, recording
from tests.mitigate.unleash_server import ADMIN, UnleashServer, unleash_server
from tests.surface.world import ACCEPT, World, data_of, text_of, world

FLAG = Ref(kind=KIND, namespace="default", name="new-checkout")


@pytest.fixture(scope="module")
def running() -> Iterator[UnleashServer]:
    with unleash_server() as found:
        yield found


@pytest.fixture
def flag(running: UnleashServer) -> str:
    """A flag of the test's own, off, with a strategy in production."""
    name = f"flag-{secrets.token_hex(4)}"
    running.make(name, "production")
    return name


@asynccontextmanager
async def asked(
    running: UnleashServer, home: Path, act: Callable[[], None] = lambda: None, token: str = ADMIN
) -> AsyncGenerator[World]:
    """Our server beside that Unleash; the person agrees after `act`."""

    async def answer() -> ElicitResult:
        act()
        return ACCEPT

    (home / "token").write_text(token)
    place = FlagsPlace(url=running.url, token_file=home / "token")
    async with world(home, "legacy", answer, unleash=place) as here:
        yield here


def call(name: str, to: str, environment: str = "production") -> dict[str, Any]:
    return {"kind": "Unleash", "namespace": "default", "name": name, "key": environment, "to": to}


async def test_a_flag_is_switched_on_and_off_again_by_its_undo(
    running: UnleashServer, flag: str, tmp_path: Path
) -> None:
    before = running.flag(flag, "production")
    async with asked(running, tmp_path) as here:
        shown = data_of(await here.call("preview_change", tool="set_feature_flag", arguments=call(flag, "on")))
        assert running.flag(flag, "production") == before
        changed = data_of(await here.call("set_feature_flag", **call(flag, "on")))
        assert (changed["plan"], changed["changed"]) == (shown["plan"], True)
        assert running.flag(flag, "production") == {**before, "enabled": True}
        assert running.flag(flag, "development")["enabled"] is False
        told = text_of(await here.call("undo_action", plan=changed["plan"]))
        assert "set_feature_flag to off" in told
        assert data_of(await here.call("set_feature_flag", **call(flag, "off")))["changed"] is True
    assert running.flag(flag, "production") == before
    assert len(here.questions) == 2
    assert running.events(flag)[:2] == ["feature-environment-disabled", "feature-environment-enabled"]
    assert "warnings  none" in "\n".join(line.removeprefix("│ ") for line in shown["page"])


async def test_a_switch_is_owed_until_it_is_back_whoever_switches_it(
    running: UnleashServer, flag: str, tmp_path: Path
) -> None:
    async def owed() -> int:
        return sum("Left behind (" in line for line in data_of(await here.call("get_incident"))["summary"])

    async with asked(running, tmp_path) as here:
        for back in ("ours", "somebody else's", ""):
            await here.call("set_feature_flag", **call(flag, "on"))
            assert await owed() == 1
            if back == "ours":
                assert "owed" not in data_of(await here.call("set_feature_flag", **call(flag, "off")))
            elif back:
                running.switch(flag, "production", "off")
            assert await owed() == (0 if back else 1)


async def test_a_switch_by_somebody_else_in_the_human_pause_is_not_repeated(
    running: UnleashServer, flag: str, tmp_path: Path
) -> None:
    async with asked(running, tmp_path, lambda: running.switch(flag, "production", "on")) as here:
        answer = data_of(await here.call("set_feature_flag", **call(flag, "on")))
    assert "Not applied. Since the plan was made" in answer["summary"][0]
    assert "last switched by «admin»" in answer["summary"][0]
    assert running.events(flag).count("feature-environment-enabled") == 1


async def test_a_switch_of_another_environment_does_not_disturb(
    running: UnleashServer, flag: str, tmp_path: Path
) -> None:
    async with asked(running, tmp_path, lambda: running.switch(flag, "development", "on")) as here:
        answer = data_of(await here.call("set_feature_flag", **call(flag, "on")))
    assert answer["changed"] is True
    assert len(here.questions) == 1


async def test_a_flag_without_a_strategy_is_warned_of_since_unleash_adds_one(
    running: UnleashServer, flag: str, tmp_path: Path
) -> None:
    async with asked(running, tmp_path) as here:
        shown = data_of(
            await here.call("preview_change", tool="set_feature_flag", arguments=call(flag, "on", "development"))
        )
        changed = data_of(await here.call("set_feature_flag", **call(flag, "on", "development")))
    assert "Unleash adds one for everybody" in "\n".join(shown["page"])
    assert changed["changed"] is True
    assert len(running.flag(flag, "development")["strategies"]) == 1


async def test_a_token_that_may_only_look_is_named_before_anybody_is_asked(
    running: UnleashServer, flag: str, tmp_path: Path
) -> None:
    async with asked(running, tmp_path, token=running.token_of_a_viewer()) as here:
        refused = text_of(await here.call("set_feature_flag", **call(flag, "on")))
    assert "may not switch" in refused
    assert here.questions == []
    assert running.flag(flag, "production")["enabled"] is False


async def test_what_is_not_there_or_so_already_is_said(running: UnleashServer, flag: str, tmp_path: Path) -> None:
    async with asked(running, tmp_path) as here:
        for wanted, words in (
            (call("no-such-flag", "on"), "answered 404: «There's no feature named"),
            (call(flag, "on", "staging"), "answered 404: «Could not find"),
            (call(flag, "off"), "is off in production already"),
            (call(flag, "maybe"), "to is on or off"),
            (call("../../x", "on"), "is no name of Unleash's"),
        ):
            assert words in text_of(await here.call("set_feature_flag", **wanted))
    assert here.questions == []


async def test_a_refused_token_is_named(running: UnleashServer, flag: str, tmp_path: Path) -> None:
    async with asked(running, tmp_path, token="user:nobody") as here:
        told = text_of(await here.call("set_feature_flag", **call(flag, "on")))
    assert "answered 401" in told
    assert "Check the token" in told


async def test_what_became_of_a_lost_answer_is_read_from_unleash(running: UnleashServer, flag: str) -> None:
    outside = Outside(Address(running.url, {"TOKEN": ADMIN}, token_variable="TOKEN", scheme=""), 10)
    server, target = Unleash(outside), Ref(kind=KIND, namespace="default", name=flag)
    [on] = writes(target, "production", on=True)
    began = datetime.now(UTC)
    assert await server.landed(on, began) == "not applied"
    running.switch(flag, "production", "on")
    assert await server.landed(on, began) == "applied"
    assert await server.landed(on, datetime.now(UTC) + timedelta(hours=1)) == "unknown"  # somebody else's
    await outside.aclose()


async def test_without_one_in_the_settings_it_is_said_what_is_missing(tmp_path: Path) -> None:
    async with world(tmp_path, "legacy", None) as here:
        told = text_of(await here.call("preview_change", tool="set_feature_flag", arguments=call("x", "on")))
    assert "No Unleash is configured" in told


def drops(seen: Seen) -> Reply:
    raise Drop


ILL: list[tuple[Reply, type[IncidentError], str]] = [
    (Reply(401, {"name": "UnauthorizedError", "message": "You must log in"}), CredentialsError, "You must log in"),
    (Reply(403, {"message": "wrong token type"}), Forbidden, "wrong token type"),
    (Reply(404, {"message": "no such feature"}), NotFound, "no such feature"),
    (Reply(429, b"slow down"), Throttled, "slow down"),
    (Reply(503, b"<html>busy</html>"), ServerFailed, "busy"),
    (Reply(200, b"<html>log in here</html>"), ServerFailed, "is not Unleash's"),
]


@pytest.mark.parametrize(("reply", "kind", "words"), ILL, ids=[f"{each[0].status} {each[2]}" for each in ILL])
async def test_a_server_that_is_ill_is_an_error_in_its_own_words(
    reply: Reply, kind: type[IncidentError], words: str
) -> None:
    async with recording(lambda seen: reply) as local:
        outside = Outside(Address(local.url, {}), 5)
        with pytest.raises(kind, match=words):
            await Unleash(outside).flag(FLAG, "production")
        await outside.aclose()


async def test_a_switch_whose_answer_is_lost_is_sent_once_and_told_as_sent() -> None:
    async with recording(drops) as local:
        outside = Outside(Address(local.url, {}), 5)
        with pytest.raises(Unreachable) as raised:
            await outside.transmit("POST", "/x", "incident-mcp/test")
        await outside.aclose()
    assert raised.value.sent
    assert len(local.seen) == 1


@pytest.mark.parametrize("name", ["", "a b", "../x", "a/b", "x?y"])
def test_a_name_that_would_lead_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(BadRequest):
        writes(Ref(kind=KIND, namespace="default", name=name), "production", on=True)
