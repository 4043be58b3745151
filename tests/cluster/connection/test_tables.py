"""Tables and plain objects, as they come from the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from incident_mcp.cluster.tables import ACCEPT
from incident_mcp.vocabulary.errors import ServerFailed
from tests.cluster.connection.harness import api_of
from tests.cluster.connection.pki import Pki
from tests.cluster.connection.recorder import Reply, Seen

pytestmark = pytest.mark.anyio

COLUMNS = [{"name": "Name", "type": "string", "format": "name", "description": "…", "priority": 0}, {"name": "Age"}]


def page(*names: str, token: str = "", version: str = "7") -> Reply:
    rows = [{"cells": [name, "5m"], "object": None} for name in names]
    meta = {"resourceVersion": version, "continue": token, "remainingItemCount": 1}
    return Reply(body={"kind": "Table", "columnDefinitions": COLUMNS, "rows": rows, "metadata": meta})


def query(seen: Seen) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(seen.target).query).items()}


async def test_all_pages_make_one_table(pki: Pki, tmp_path: Path) -> None:
    pages = {"": page("a", "b", token="1"), "1": page("c", token="2"), "2": page("d", version="8")}
    async with api_of(pki, tmp_path, lambda seen: pages[query(seen).get("continue", "")]) as (api, server):
        table = await api.table("/api/v1/pods", params={"limit": 2})
    assert [row.cells[table.column("name")] for row in table.rows] == ["a", "b", "c", "d"]
    assert (table.metadata.resource_version, table.metadata.continue_, table.column("Nope")) == ("8", "", -1)
    assert {seen.one("accept") for seen in server.seen} == {ACCEPT}
    assert query(server.seen[0]) == {"limit": "2", "includeObject": "None"}
    assert query(server.seen[2]) == {"limit": "2", "includeObject": "None", "continue": "2"}


async def test_a_page_token_that_expired_starts_the_list_again_unpaged(pki: Pki, tmp_path: Path) -> None:
    def handle(seen: Seen) -> Reply:
        if "continue" in query(seen):
            return Reply(410, {"kind": "Status", "reason": "Expired"})
        return page("a", token="1") if "limit" in query(seen) else page("a", "b")

    async with api_of(pki, tmp_path, handle) as (api, server):
        table = await api.table("/api/v1/pods", params={"limit": 1})
    assert [row.cells[0] for row in table.rows] == ["a", "b"]
    assert len(server.seen) == 3


@pytest.mark.parametrize("body", [{"kind": "PodList", "items": []}, b"<html>", {"rows": []}])
async def test_what_is_no_table_is_an_error(body: Any, pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path, lambda seen: Reply(body=body)) as (api, _):
        with pytest.raises(ServerFailed, match="is not a table"):
            await api.table("/api/v1/pods")


@pytest.mark.parametrize("body", [b"<html>", b"[1]"])
async def test_what_is_no_object_is_an_error(body: bytes, pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path, lambda seen: Reply(body=body)) as (api, _):
        with pytest.raises(ServerFailed, match="is not JSON"):
            await api.get_json("/api/v1/pods/a")


@pytest.mark.parametrize("item", [7, None, [], {"spec": {}}, {"metadata": None}, {"metadata": "a"}])
async def test_a_list_of_what_are_no_objects_is_an_error(item: Any, pki: Pki, tmp_path: Path) -> None:
    body = {"kind": "PodList", "items": [{"metadata": {"name": "a"}}, item]}
    async with api_of(pki, tmp_path, lambda seen: Reply(body=body)) as (api, _):
        with pytest.raises(ServerFailed, match="is not a list of objects"):
            await api.get_json("/api/v1/pods")


async def test_writes_go_out_as_they_were_given(pki: Pki, tmp_path: Path) -> None:
    async with api_of(pki, tmp_path) as (api, server):
        test = [{"op": "test", "path": "/metadata/uid", "value": "u"}]
        await api.patch("/a/b", test, content_type="application/json-patch+json", user_agent="p", dry_run=True)
        await api.create("/a/b", {"kind": "Eviction"}, user_agent="p")
        await api.delete("/a/b", {"preconditions": {"uid": "u"}}, user_agent="p", params={"x": 1})
    shown = [(s.method, s.target, s.one("content-type"), s.one("user-agent"), s.body) for s in server.seen]
    assert shown == [
        (
            "PATCH",
            "/a/b?dryRun=All",
            "application/json-patch+json",
            "p",
            b'[{"op":"test","path":"/metadata/uid","value":"u"}]',
        ),
        ("POST", "/a/b", "application/json", "p", b'{"kind":"Eviction"}'),
        ("DELETE", "/a/b?x=1", "application/json", "p", b'{"preconditions":{"uid":"u"}}'),
    ]
