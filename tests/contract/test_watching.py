"""A watch tells each change once and in order, also across a connection that breaks."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import anyio
import yaml
from anyio.abc import SocketAttribute, SocketStream

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.watching import Event, watch
from tests.contract.cluster import Cluster


class Wire:
    """A way to the API server that can be cut."""

    def __init__(self, server: str) -> None:
        host, _, port = server.removeprefix("https://").rpartition(":")
        self._target = (host, int(port))
        self._open: set[SocketStream] = set()
        self.dialled = 0

    async def carry(self, here: SocketStream) -> None:
        self.dialled += 1
        async with here, await anyio.connect_tcp(*self._target) as there, anyio.create_task_group() as tasks:
            self._open |= {here, there}
            tasks.start_soon(_pump, here, there)
            tasks.start_soon(_pump, there, here)

    async def cut(self) -> None:
        for stream in self._open:
            await anyio.aclose_forcefully(stream)
        self._open.clear()


async def _pump(source: SocketStream, target: SocketStream) -> None:
    try:
        async for data in source:
            await target.send(data)
        await target.send_eof()
    except (anyio.BrokenResourceError, anyio.ClosedResourceError):
        await anyio.aclose_forcefully(target)


@asynccontextmanager
async def wired(cluster: Cluster, folder: Path) -> AsyncGenerator[tuple[Api, Wire]]:
    """Our client behind a wire of the test's own."""
    config = yaml.safe_load(cluster.plane.kubeconfig.read_text())
    entry = config["clusters"][0]["cluster"]
    wire = Wire(entry["server"])
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(SocketAttribute.local_port)  # noqa: S610  anyio's, not Django's
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, wire.carry)
        entry["server"] = f"https://127.0.0.1:{port}"
        config_file = folder / "wired.kubeconfig"
        config_file.write_text(json.dumps(config))
        async with cluster.connected(config_file) as api:
            yield api, wire
        tasks.cancel_scope.cancel()


async def one(events: AsyncGenerator[Event]) -> tuple[str, str]:
    with anyio.fail_after(10):
        event = await anext(events)
    return event.type, event.object["metadata"]["name"] + event.object.get("data", {}).get("a", "")


async def test_each_change_comes_once_across_a_connection_that_breaks(
    cluster: Cluster, place: str, tmp_path: Path
) -> None:
    path = collection("ConfigMap", place)

    def kubectl(*arguments: str) -> None:
        cluster.plane.kubectl("-n", place, *arguments)

    async with wired(cluster, tmp_path) as (api, wire):
        listed = await api.get_json(path)
        assert [item["metadata"]["name"] for item in listed["items"]] == ["kube-root-ca.crt"]
        async with aclosing(watch(api, path, listed["metadata"]["resourceVersion"], pause=0.01)) as events:
            kubectl("create", "configmap", "m", "--from-literal=a=1")
            assert await one(events) == ("ADDED", "m1")
            dialled = wire.dialled
            await wire.cut()
            kubectl("patch", "configmap", "m", "--type=merge", "-p", '{"data":{"a":"2"}}')
            kubectl("patch", "configmap", "m", "--type=merge", "-p", '{"data":{"a":"3"}}')
            assert [await one(events), await one(events)] == [("MODIFIED", "m2"), ("MODIFIED", "m3")]
            assert wire.dialled > dialled
            kubectl("delete", "configmap", "m")
            assert await one(events) == ("DELETED", "m3")


async def test_objects_come_into_a_selection_and_leave_it(cluster: Cluster, place: str, api: Api) -> None:
    path = collection("ConfigMap", place)
    listed = await api.get_json(path)
    wanted = {"labelSelector": "team=shop"}
    async with aclosing(watch(api, path, listed["metadata"]["resourceVersion"], wanted)) as events:
        cluster.plane.kubectl("-n", place, "create", "configmap", "m", "--from-literal=a=1")
        cluster.plane.kubectl("-n", place, "label", "configmap", "m", "team=shop")
        assert await one(events) == ("ADDED", "m1")
        cluster.plane.kubectl("-n", place, "label", "configmap", "m", "team=cart", "--overwrite")
        assert await one(events) == ("DELETED", "m1")


async def test_an_event_carries_a_whole_object(cluster: Cluster, place: str, api: Api) -> None:
    path = collection("ConfigMap", place)
    listed = await api.get_json(path)
    async with aclosing(watch(api, path, listed["metadata"]["resourceVersion"])) as events:
        cluster.plane.kubectl("-n", place, "create", "configmap", "m", "--from-literal=a=1")
        with anyio.fail_after(10):
            event = await anext(events)
    assert (event.object["kind"], event.object["apiVersion"]) == ("ConfigMap", "v1")
    assert event.version == event.object["metadata"]["resourceVersion"]
    assert event.object == await api.get_json(f"{path}/m")
