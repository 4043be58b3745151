"""What pods said since an action: the error that a promise says will be gone is looked for here."""

from collections.abc import Iterable
from datetime import datetime

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.look import together
from incident_mcp.cluster.pod_logs import log_seen, pod_logs
from incident_mcp.vocabulary.errors import ClusterError, CredentialsError
from incident_mcp.vocabulary.observation import LogSeen, PodSeen
from incident_mcp.vocabulary.refs import Ref

LINES = 500
MOST = 20
"""Pods whose logs are read."""


async def new_logs(api: Api, pods: Iterable[PodSeen], since: datetime) -> list[LogSeen]:
    """Lines newer than `since` of each container of these pods; a log that can't be read is left out."""
    found: list[LogSeen] = []

    async def read(pod: Ref, container: str) -> None:
        try:
            log = await pod_logs(api, pod, container=container, since_time=since, tail=LINES)
        except CredentialsError:
            raise
        except ClusterError:
            return
        found.append(log_seen(pod, container, log, previous=False, most=LINES))

    wanted = [
        (pod.ref, container.name) for pod in list(pods)[:MOST] for container in pod.containers if not container.init
    ]
    await together([lambda pod=pod, name=name: read(pod, name) for pod, name in wanted])
    return sorted(found, key=lambda log: (log.pod.path, log.container))
