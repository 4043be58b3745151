"""Jobs that failed, and CronJobs that don't run. A suspended one is somebody's intention: a notice."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.cluster.cron import last_due, parse
from incident_mcp.cluster.cron_jobs import SLACK
from incident_mcp.investigate.kinds.jobs import (
    CRON_JOB_FAILING,
    CRON_JOB_INVALID,
    CRON_JOB_LATE,
    CRON_JOB_SUSPENDED,
    JOB_DEADLINE,
    JOB_FAILED,
    JOB_HELD_OPEN,
    JOB_SUSPENDED,
)
from incident_mcp.investigate.sufferers import finding, recent
from incident_mcp.text.words import clock, count, listed
from incident_mcp.vocabulary.condition import ConditionSeen, condition
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.jobs_seen import CronJobSeen, JobSeen
from incident_mcp.vocabulary.observation import Observation

LATELY = timedelta(days=1)
"""A Job that failed longer ago is history that nobody cleared away."""
_DEADLINE = ("it was ended at its deadline", "See what it waits for, or give it longer.")
FAREWELL = timedelta(seconds=30)
"""What a sidecar may take to end after the work is done."""
_INVALID = ("UnparseableSchedule", "UnparsableSchedule", "InvalidSchedule", "UnknownTimeZone")


def find(seen: Observation) -> Iterator[Finding]:
    parents = {each.ref: each for each in seen.cron_jobs}
    for job in seen.jobs:
        failed = condition(job.conditions, "Failed") or condition(job.conditions, "FailureTarget")
        parent = parents.get(job.owner) if job.owner else None
        if failed and recent(failed.since, seen.at, LATELY) and not _over(failed, parent):
            yield _failed(job, failed)
            if parent:
                yield _failing(parent, job)
        elif job.suspended and job.owner is None:
            yield _suspended(job)
    yield from _held_open(seen)
    for cron_job in seen.cron_jobs:
        yield from _cron_job(seen, cron_job)


def _held_open(seen: Observation) -> Iterator[Finding]:
    """Pods of Jobs in which one container has done its work and another one runs on."""
    for pod in seen.pods:
        mains = [each for each in pod.containers if not each.init]
        done = [each for each in mains if each.state == "terminated" and each.exit_code == 0]
        others = [each for each in mains if each not in done]
        if pod.owner is None or pod.owner.kind != "Job" or pod.deleting or not done or not others:
            continue
        ended = max((each.last_finished for each in done if each.last_finished), default=None)
        if any(each.state != "running" for each in others) or recent(ended, seen.at, FAREWELL):
            continue
        names = listed([each.name for each in others])
        yield finding(
            JOB_HELD_OPEN,
            target=pod.owner,
            severity="warning",
            summary=f"container {done[0].name} has done its work, and {names} keeps {pod.ref.name} from ending",
            evidence=(
                Evidence(source=f"{pod.ref}, container {done[0].name}", value="Completed, exit code 0", at=ended),
                Evidence(source=f"{pod.ref}, container {others[0].name}", value="running", at=others[0].started),
            ),
            next_step=f"Make {names} an init container that always restarts, or let it end with the work.",
            since=ended,
        )


def _over(failed: ConditionSeen, parent: CronJobSeen | None) -> bool:
    """A later run succeeded."""
    return bool(parent and parent.succeeded and failed.since and parent.succeeded > failed.since)


def _failed(job: JobSeen, failed: ConditionSeen) -> Finding:
    late = failed.reason == "DeadlineExceeded"
    what, next_step = _DEADLINE if late else _failure(job)
    source = f"event about {job.ref}" if job.gone else f"{job.ref}, condition Failed"
    return finding(
        JOB_DEADLINE if late else JOB_FAILED,
        target=job.ref,
        severity="warning",
        summary=f"{what} ({failed.reason})" if failed.reason else what,
        evidence=(Evidence(source=source, value=failed.message, at=failed.since),),
        next_step=next_step,
        since=failed.since,
    )


def _failure(job: JobSeen) -> tuple[str, str]:
    if job.gone:
        return "it failed and was deleted since", "Its pods are gone with it: see the record, or a store of logs."
    ended = count(job.failed, "pod")
    return (
        f"it failed: {ended} of it ended in error",
        "Read the log of one of its pods; it is not tried again by itself.",
    )


def _failing(parent: CronJobSeen, job: JobSeen) -> Finding:
    last = f"; the last success was at {clock(parent.succeeded, job.created)} UTC" if parent.succeeded else ""
    return finding(
        CRON_JOB_FAILING,
        target=parent.ref,
        severity="warning",
        summary=f"its run {job.ref.name} failed{last}",
        evidence=(Evidence(source=f"{parent.ref}, status.lastSuccessfulTime", value=_time(parent)),),
        next_step=f"Repair {job.ref}.",
        because_of=job.ref,
    )


def _time(cron_job: CronJobSeen) -> str:
    return f"{cron_job.succeeded:%Y-%m-%dT%H:%M:%SZ}" if cron_job.succeeded else "never"


def _suspended(thing: JobSeen | CronJobSeen) -> Finding:
    return finding(
        JOB_SUSPENDED if isinstance(thing, JobSeen) else CRON_JOB_SUSPENDED,
        target=thing.ref,
        severity="notice",
        summary="it is suspended and runs nothing",
        evidence=(Evidence(source=f"{thing.ref}, spec.suspend", value="true"),),
        next_step="Ask who suspended it; resume it when that is over.",
    )


def _cron_job(seen: Observation, cron_job: CronJobSeen) -> Iterator[Finding]:
    invalid = [event for event in seen.events if event.uid == cron_job.uid and event.reason in _INVALID]
    if cron_job.suspended:
        yield _suspended(cron_job)
    elif (invalid and parse(cron_job.schedule) is None) or any(e.reason == "UnknownTimeZone" for e in invalid):
        yield finding(
            CRON_JOB_INVALID,
            target=cron_job.ref,
            severity="warning",
            summary="its schedule or time zone can't be read, so it runs nothing",
            evidence=(Evidence(source=f"event of {cron_job.ref}", value=invalid[0].message, at=invalid[0].last),),
            next_step="Correct spec.schedule or spec.timeZone.",
            since=invalid[0].first,
        )
    else:
        yield from _late(seen, cron_job)


def _late(seen: Observation, cron_job: CronJobSeen) -> Iterator[Finding]:
    due = last_due(cron_job.schedule, cron_job.zone, seen.at - SLACK)
    ran = cron_job.scheduled or cron_job.created
    if due is None or ran >= due:
        return
    held = cron_job.active and cron_job.concurrency == "Forbid"
    why = f": {count(cron_job.active, 'run')} before is still active, and it may have one only" if held else ""
    last = f"{clock(cron_job.scheduled, seen.at)} UTC" if cron_job.scheduled else "never"
    yield finding(
        CRON_JOB_LATE,
        target=cron_job.ref,
        severity="warning",
        summary=f"it was due at {clock(due, seen.at)} UTC and did not run{why}; last run {last}",
        evidence=(
            Evidence(source=f"{cron_job.ref}, spec.schedule", value=cron_job.schedule),
            Evidence(source=f"{cron_job.ref}, status.lastScheduleTime", value=last),
        ),
        next_step="See its active run, its events, and whether the controller manager is well.",
        since=due,
    )
