"""Jobs that failed and that their time-to-live, or somebody, has deleted since: only their last events tell of them."""

import re
from datetime import timedelta
from functools import partial

from incident_mcp.cluster.cron_jobs import cron_job_seen
from incident_mcp.cluster.events import event_seen
from incident_mcp.cluster.json_parts import items
from incident_mcp.cluster.kinds import collection, is_name, path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.picture import Picture
from incident_mcp.vocabulary.condition import ConditionSeen
from incident_mcp.vocabulary.jobs_seen import JobSeen
from incident_mcp.vocabulary.observation import EventSeen
from incident_mcp.vocabulary.refs import Ref

MOST = 5
FEW = 2
"""Up to so many namespaces are simply asked one by one."""
PAGE = 200
LATELY = timedelta(hours=1)
_ENDED = ("BackoffLimitExceeded", "DeadlineExceeded", "PodFailurePolicy", "FailedIndexes", "MaxFailedIndexesExceeded")
_RUN = re.compile(r"(.+)-\d{7,}")
"""A CronJob's run carries the minute that it was due."""


async def read_gone_jobs(look: Look, picture: Picture) -> None:
    """Add the last one of each CronJob, and those of no CronJob."""
    ended = await _ended(look, picture)
    known = {_whose(job.ref) for job in picture.jobs}
    newest = {_whose(event.about): event for event in sorted(ended, key=lambda event: event.last)}
    chosen = [event for whose, event in newest.items() if whose not in known][-MOST:]
    await together([partial(_add, look, picture, event) for event in chosen])


async def _ended(look: Look, picture: Picture) -> list[EventSeen]:
    """What was said at the end of Jobs, whether they are there or not."""
    many = len(picture.namespaces) > FEW
    found: list[EventSeen] = []

    async def read(namespace: str | None) -> None:
        params = {"fieldSelector": "involvedObject.kind=Job,type=Warning", "limit": PAGE}
        call = partial(look.api.get_json, collection("Event", namespace), params=params)
        answer = await look.ask("events", call, {}, where=namespace or "", note=namespace is not None)
        found.extend(event_seen(each) for each in items(answer, "items"))

    await together([partial(read, namespace) for namespace in ([None] if many else picture.namespaces)])
    now, there = look.clock(), set(picture.namespaces)
    return [
        event
        for event in found
        if event.reason in _ENDED and event.about.namespace in there and now - event.last <= LATELY
    ]


async def _add(look: Look, picture: Picture, event: EventSeen) -> None:
    job, owner = event.about, _whose(event.about)
    if not is_name(job.name) or await look.ask_if_there("jobs", partial(look.api.get_json, path_of(job))) is not None:
        return
    cron_job = await _cron_job(look, picture, owner) if owner.kind == "CronJob" else None
    picture.jobs.append(
        JobSeen(
            ref=job,
            uid=event.uid,
            owner=cron_job,
            created=event.first,
            conditions=(
                ConditionSeen(
                    type="Failed", status="True", reason=event.reason, message=event.message, since=event.last
                ),
            ),
            gone=True,
        )
    )


def _whose(job: Ref) -> Ref:
    """The CronJob that a run is called after, else the Job itself."""
    run = _RUN.fullmatch(job.name)
    return Ref(kind="CronJob", namespace=job.namespace, name=run[1]) if run else job


async def _cron_job(look: Look, picture: Picture, ref: Ref) -> Ref | None:
    """Read it, where it is there: a later run may have succeeded."""
    if ref in {each.ref for each in picture.cron_jobs}:
        return ref
    thing = await look.ask_if_there("cron jobs", partial(look.api.get_json, path_of(ref)))
    if thing is None:
        return None
    picture.cron_jobs.append(cron_job_seen(thing))
    return ref
