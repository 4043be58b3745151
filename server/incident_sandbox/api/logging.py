"""pods/log: a container's log as text, at once or followed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from starlette.responses import Response, StreamingResponse

from incident_sandbox.api.hub import Hub, pause
from incident_sandbox.api.reading import number
from incident_sandbox.api.request import ApiRequest
from incident_sandbox.cluster import Cluster
from incident_sandbox.kubelet.instance import Instance
from incident_sandbox.kubelet.logs import LogOptions, choose_instance, read_lines, render_line
from incident_sandbox.model import resources as r
from incident_sandbox.model.errors import ApiError, bad_request
from incident_sandbox.model.objects import Object, dig, is_silent, name_of, namespace_of
from incident_sandbox.model.timestamps import parse

FOLLOW_SECONDS = 0.2
"""How often a followed log looks for new lines."""


def serve_log(request: ApiRequest, cluster: Cluster, hub: Hub) -> Response:
    options = _options(request, cluster)
    pod = cluster.writer.read(r.PODS, request.namespace, request.name)
    _check_reach(cluster, pod)
    run = cluster.kubelet.runs.get((request.namespace, request.name))
    instance = choose_instance(pod, run, options)
    if options.follow:
        return StreamingResponse(_follow(cluster, hub, instance, options), media_type="text/plain")
    text = b"".join(render_line(line, options) for line in read_lines(instance, options, cluster.now))
    return Response(text[: options.limit_bytes], media_type="text/plain")


def _check_reach(cluster: Cluster, pod: Object) -> None:
    """The API server asks the node's kubelet for a log: raises its error where that is gone."""
    node = cluster.get(r.NODES, "", dig(pod, "spec", "nodeName", default=""))
    if is_silent(node):
        kubelet = f"{dig(pod, 'status', 'hostIP')}:10250"
        where = (
            f"https://{kubelet}/containerLogs/{namespace_of(pod)}/{name_of(pod)}/{pod['spec']['containers'][0]['name']}"
        )
        raise ApiError(500, "InternalError", f'Get "{where}": dial tcp {kubelet}: connect: no route to host')


async def _follow(cluster: Cluster, hub: Hub, instance: Instance, options: LogOptions) -> AsyncIterator[bytes]:
    """Until the container ends, as the kubelet does."""
    seen = cluster.now
    for line in read_lines(instance, options, seen):
        yield render_line(line, options)
    with hub.listening() as news:
        while not news.is_over() and instance.finished is None:
            await pause(news, FOLLOW_SECONDS)
            now = cluster.now
            for line in instance.lines(seen, now):
                yield render_line(line, options)
            seen = now


def _flag(request: ApiRequest, name: str) -> bool:
    return request.query.get(name) in ("1", "true")


def _options(request: ApiRequest, cluster: Cluster) -> LogOptions:
    since = None
    seconds = number(request, "sinceSeconds")
    if seconds is not None:
        since = cluster.now - timedelta(seconds=seconds)
    elif request.query.get("sinceTime"):
        try:
            since = parse(request.query["sinceTime"])
        except ValueError as error:
            raise bad_request(f"sinceTime: {error}") from error
    return LogOptions(
        container=request.query.get("container", ""),
        previous=_flag(request, "previous"),
        follow=_flag(request, "follow"),
        timestamps=_flag(request, "timestamps"),
        since=since,
        tail=number(request, "tailLines"),
        limit_bytes=number(request, "limitBytes"),
    )
