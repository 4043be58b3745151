"""The hosts of an ingress controller, from the access log of the pods that were asked about: now, and the hour before.

Of a busy controller the last lines are seconds old, so the hour before is read in slices, a few requests a replica.
"""

from collections.abc import Sequence
from datetime import datetime

from incident_mcp.cluster.earlier_logs import first_time, parted
from incident_mcp.cluster.log_slices import Slices, log_slices
from incident_mcp.logs.hosts import HOUR, RECENT, AccessLog, is_access_log
from incident_mcp.vocabulary.log_source import ContainerLog, LogsWanted
from incident_mcp.vocabulary.observation import NotChecked
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.host_lines import HostLine, host_lines

SHOWN = 4
SLICES = 6
REPLICAS = 4
LENGTHEN = 2.0
"""Seconds that the hour before may take."""


async def access_hosts(
    desk: Desk, wanted: LogsWanted, logs: Sequence[ContainerLog], onset: datetime | None
) -> tuple[tuple[HostLine, ...], tuple[NotChecked, ...]]:
    """Empty where these are no access logs, or not all of their lines. Raises `CredentialsError`."""
    if wanted.match:
        return (), ()
    mine = [log for log in logs if not log.previous and is_access_log(log.body)]
    if not mine:
        return (), ()
    mine = sorted(mine, key=lambda log: -len(log.body))[:REPLICAS]
    since = onset or (wanted.until or desk.clock()) - RECENT
    access, slices = AccessLog(since, since - HOUR), Slices()
    if not all((first := first_time(log.body)) and first <= since - HOUR for log in mine):
        moments = [since - HOUR + HOUR / SLICES * number for number in range(SLICES)]
        containers = [(log.pod, log.container) for log in mine]
        slices = await log_slices(desk.api, containers, moments, since, seconds=LENGTHEN)
    for each in slices.read:
        access.add(each.body, replica=each.pod, begin=each.begin, end=each.end)
    for log in mine:
        access.add(parted(log.body, since)[1] if slices.read else log.body, replica=log.pod)
    return host_lines(access.hosts()[:SHOWN]), slices.not_checked
