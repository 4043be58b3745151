"""Watches: from a revision on, with selectors, bookmarks, and a clear end."""

import json
from collections.abc import AsyncIterator
from typing import Any

import anyio

from tests.sandbox.client import APPS, CORE, TABLE, Kube

CONFIG = f"{CORE}/configmaps"


async def _next(events: AsyncIterator[tuple[str, Any]]) -> tuple[str, Any]:
    with anyio.fail_after(5):
        return await anext(events)


async def _edit(kube: Kube, value: str) -> str:
    answer = await kube.patch(f"{CONFIG}/checkout-config", {"data": {"LOG_LEVEL": value}})
    return str(answer.json["metadata"]["resourceVersion"])


async def test_a_watch_goes_on_from_a_revision(well: Kube) -> None:
    first = await _edit(well, "debug")
    await _edit(well, "warn")
    events = well.watch(f"{CONFIG}?watch=1&resourceVersion={first}")
    kind, obj = await _next(events)
    assert (kind, obj["data"]["LOG_LEVEL"]) == ("MODIFIED", "warn")
    await _edit(well, "error")
    kind, obj = await _next(events)
    assert (kind, obj["data"]["LOG_LEVEL"]) == ("MODIFIED", "error")
    await well.ask("DELETE", f"{CONFIG}/checkout-config")
    kind, obj = await _next(events)
    assert kind == "DELETED"
    assert int(obj["metadata"]["resourceVersion"]) > int(first) + 2


async def test_without_a_revision_it_begins_with_what_is_there(well: Kube) -> None:
    events = well.watch(f"{APPS}/deployments?watch=1&timeoutSeconds=1")
    assert [(kind, obj["metadata"]["name"]) async for kind, obj in events] == [
        ("ADDED", name) for name in ("cart", "catalog", "checkout", "frontend")
    ]


async def test_objects_come_into_a_selection_and_leave_it(well: Kube) -> None:
    revision = (await well.get(CONFIG))["metadata"]["resourceVersion"]
    events = well.watch(f"{CONFIG}?watch=1&labelSelector=mark=yes&resourceVersion={revision}")
    await well.patch(f"{CONFIG}/checkout-config", {"metadata": {"labels": {"mark": "yes"}}})
    assert (await _next(events))[0] == "ADDED"
    await _edit(well, "debug")
    assert (await _next(events))[0] == "MODIFIED"
    await well.patch(f"{CONFIG}/checkout-config", {"metadata": {"labels": {"mark": "no"}}})
    assert (await _next(events))[0] == "DELETED"


async def test_a_forgotten_revision_is_gone(well: Kube) -> None:
    revision = await _edit(well, "debug")
    await _edit(well, "warn")
    well.sandbox.forget_history()
    events = [event async for event in well.watch(f"{CONFIG}?watch=1&resourceVersion={revision}")]
    assert [(kind, obj["code"], obj["reason"]) for kind, obj in events] == [("ERROR", 410, "Expired")]
    assert events[0][1]["message"].startswith(f"too old resource version: {revision} (")


async def test_a_bookmark_moves_the_revision_of_a_quiet_watch(well: Kube) -> None:
    revision = (await well.get(CONFIG))["metadata"]["resourceVersion"]
    events = well.watch(f"{CONFIG}?watch=1&allowWatchBookmarks=true&resourceVersion={revision}")
    await well.patch(f"{APPS}/deployments/cart", {"metadata": {"labels": {"other": "kind"}}})
    async with anyio.create_task_group() as group:
        group.start_soon(_ask_for_bookmarks, well)
        kind, obj = await _next(events)
        group.cancel_scope.cancel()
        assert (kind, obj["kind"]) == ("BOOKMARK", "ConfigMap")
        assert int(obj["metadata"]["resourceVersion"]) > int(revision)


async def _ask_for_bookmarks(kube: Kube) -> None:
    while True:  # the watch may not be open yet
        kube.sandbox.send_bookmarks()
        await anyio.sleep(0.01)


async def test_the_initial_list_ends_with_a_marked_bookmark(well: Kube) -> None:
    options = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1"
    events = [event async for event in well.watch(f"{APPS}/deployments?watch=1&{options}")]
    assert [kind for kind, _ in events] == ["ADDED"] * 4 + ["BOOKMARK"]
    assert events[-1][1]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


async def test_only_the_first_table_has_headers(well: Kube) -> None:
    path = f"{APPS}/deployments?watch=1&timeoutSeconds=1"
    async with well.http.stream("GET", path, headers=well.headers(accept=TABLE)) as response:
        tables = [json.loads(line)["object"] async for line in response.aiter_lines()]
    assert [bool(table["columnDefinitions"]) for table in tables] == [True, False, False, False]
    assert tables[3]["rows"][0]["cells"][:2] == ["frontend", "3/3"]


async def test_the_server_may_close_all_streams_and_serve_new_ones(well: Kube) -> None:
    events = well.watch(f"{CONFIG}?watch=1&fieldSelector=metadata.name=checkout-config")
    await _next(events)
    well.sandbox.close_streams()
    with anyio.fail_after(5):
        assert [kind async for kind, _ in events] == []
    assert (await _next(well.watch(f"{CONFIG}?watch=1")))[0] == "ADDED"


async def test_a_rollback_is_seen_pod_by_pod(bad: Kube) -> None:
    revision = (await bad.get(f"{CORE}/pods"))["metadata"]["resourceVersion"]
    await bad.undo(6)
    bad.cluster.advance(6)
    events = bad.watch(f"{CORE}/pods?watch=1&resourceVersion={revision}&labelSelector=app=checkout&timeoutSeconds=1")
    seen = [(kind, obj["metadata"]["name"]) async for kind, obj in events]
    assert [kind for kind, _ in seen].count("ADDED") == 3
    assert [kind for kind, _ in seen].count("DELETED") == 3
