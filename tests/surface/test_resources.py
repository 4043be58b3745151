"""An incident's pages: listed one by one, readable by their address, and told of when they change."""

from pathlib import Path

import anyio
import pytest
from mcp import MCPError
from mcp.client.session import IncomingMessage
from mcp.types import (
    EmptyResult,
    ResourceUpdatedNotification,
    SubscribeRequest,
    SubscribeRequestParams,
    TextResourceContents,
    UnsubscribeRequest,
    UnsubscribeRequestParams,
)

from tests.surface.world import MODES, Mode, World, data_of, world


async def read(here: World, uri: str) -> str:
    (content,) = (await here.client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return content.text


async def listed(here: World) -> set[str]:
    return {str(resource.uri) for resource in (await here.client.list_resources()).resources}


@pytest.mark.parametrize("mode", MODES)
async def test_each_incident_has_a_timeline_and_once_written_a_postmortem(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, None, opened=False) as here:
        assert await listed(here) == {"incident://current"}
        name = data_of(await here.call("open_incident", title="checkout is down"))["incident"]
        assert await listed(here) == {"incident://current", f"incident://{name}/timeline"}
        await here.call("record_entry", kind="note", text="the phone rings")
        await here.call("write_postmortem")
        assert f"incident://{name}/postmortem" in await listed(here)
        assert "checkout is down: open" in await read(here, "incident://current")
        assert "note (assistant) the phone rings" in await read(here, f"incident://{name}/timeline")
        assert "# Incident Postmortem: checkout is down" in await read(here, f"incident://{name}/postmortem")


@pytest.mark.parametrize("mode", MODES)
async def test_reading_a_page_writes_nothing_and_an_unknown_incident_is_an_error_in_words(
    tmp_path: Path, mode: Mode
) -> None:
    async with world(tmp_path, mode, None) as here:
        name = here.entries()[0].incident
        before = len(here.entries())
        for page in ("current", f"{name}/timeline", f"{name}/postmortem"):
            await read(here, f"incident://{page}")
        assert len(here.entries()) == before
        with pytest.raises(MCPError, match="There is no incident nowhere"):
            await read(here, "incident://nowhere/timeline")
        with pytest.raises(MCPError):
            await read(here, "incident://..%2Fother/timeline")


async def test_whoever_listens_is_told_that_a_page_changed(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None) as here:
        timeline = f"incident://{here.entries()[0].incident}/timeline"
        with anyio.fail_after(10):
            async with here.client.listen(resource_subscriptions=[timeline]) as events:
                await here.call("record_entry", kind="note", text="the phone rings")
                event = await anext(aiter(events))
        assert getattr(event, "uri", None) == timeline


async def test_whoever_subscribed_the_older_way_is_told_until_they_leave(tmp_path: Path) -> None:
    told: list[str] = []

    async def hear(message: IncomingMessage) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            told.append(str(message.params.uri))

    async with world(tmp_path, "legacy", None, hear=hear) as here:
        send, timeline = here.client.session.send_request, f"incident://{here.entries()[0].incident}/timeline"
        await send(SubscribeRequest(params=SubscribeRequestParams(uri=timeline)), EmptyResult)
        await here.call("record_entry", kind="note", text="the phone rings")
        assert told == [timeline]
        await send(UnsubscribeRequest(params=UnsubscribeRequestParams(uri=timeline)), EmptyResult)
        await here.call("record_entry", kind="note", text="it rings again")
        assert told == [timeline]
        for foreign in ("test://watched-resource", "incident://nowhere/timeline"):
            with pytest.raises(MCPError):
                await send(SubscribeRequest(params=SubscribeRequestParams(uri=foreign)), EmptyResult)
