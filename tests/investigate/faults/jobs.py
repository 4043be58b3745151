"""Jobs that failed, and CronJobs that don't run."""

from typing import Any

from incident_mcp.vocabulary.jobs_seen import CronJobSeen, JobSeen
from tests.investigate.faults.fault import Fault
from tests.investigate.observations import at, container, event, observation, pod, ref, told

JOB = ref("Job", "backup-1")
CRON = ref("CronJob", "backup")


def job(**fields: Any) -> JobSeen:
    return JobSeen(ref=JOB, uid="uid-job", created=at("02:00:00"), **fields)


def cron_job(**fields: Any) -> CronJobSeen:
    usual: dict[str, Any] = {"schedule": "*/30 * * * *", "scheduled": at("02:00:00")}
    return CronJobSeen(ref=CRON, uid="uid-cron", created=at("00:00:00"), **{**usual, **fields})


def failed(reason: str) -> tuple[Any, ...]:
    return (told("Failed", "True", reason, "Job has failed"),)


def invalid() -> Any:
    broken = cron_job(schedule="every day", scheduled=None)
    return observation(broken, event(broken, "UnparseableSchedule", "unparseable schedule"))


def held_open() -> Any:
    done = container(state="terminated", exit_code=0, last_finished=at("02:10:00"))
    runs_on = container(name="proxy", state="running", ready=True, started=at("02:05:00"))
    broken = pod(None, "backup-1-x", owner=JOB)
    return observation(broken.model_copy(update={"containers": (done, runs_on)}))


def refused() -> Any:
    broken = job()
    account = 'error looking up service account shop/backup: serviceaccount "backup" not found'
    why = f'Error creating: pods "backup-1-" is forbidden: {account}'
    return observation(broken, event(broken, "FailedCreate", why))


FAULTS = [
    Fault(
        observation(
            JobSeen(
                ref=ref("Job", "report"),
                created=at("02:01:00"),
                conditions=(told("Failed", "True", "BackoffLimitExceeded"),),
                gone=True,
            )
        ),
        "job-failed",
        ref("Job", "report"),
        "it failed and was deleted since (BackoffLimitExceeded)",
        "warning",
    ),
    Fault(
        held_open(),
        "job-held-open",
        JOB,
        "container app has done its work, and proxy keeps backup-1-x from ending",
        "warning",
    ),
    Fault(
        refused(),
        "service-account-missing",
        ref("ServiceAccount", "backup"),
        "it does not exist, and no pod of Job shop/backup-1 can be created",
        "warning",
    ),
    Fault(
        observation(job(failed=7, conditions=failed("BackoffLimitExceeded"))),
        "job-failed",
        JOB,
        "it failed: 7 pods of it ended in error (BackoffLimitExceeded)",
        "warning",
    ),
    Fault(
        observation(job(failed=7, owner=CRON, conditions=failed("BackoffLimitExceeded")), cron_job()),
        "job-failed",
        JOB,
        "it failed: 7 pods of it ended in error (BackoffLimitExceeded)",
        "warning",
    ),
    Fault(
        observation(job(conditions=failed("DeadlineExceeded"))),
        "job-deadline",
        JOB,
        "it was ended at its deadline (DeadlineExceeded)",
        "warning",
    ),
    Fault(observation(job(suspended=True)), "job-suspended", JOB, "it is suspended and runs nothing", "notice"),
    Fault(
        observation(cron_job(suspended=True)),
        "cron-job-suspended",
        CRON,
        "it is suspended and runs nothing",
        "notice",
    ),
    Fault(
        observation(cron_job(scheduled=at("01:00:00"), active=1, concurrency="Forbid")),
        "cron-job-late",
        CRON,
        "it was due at 02:00:00 UTC and did not run: 1 run before is still active, and it may have one only; "
        "last run 01:00:00 UTC",
        "warning",
    ),
    Fault(
        observation(cron_job(scheduled=None)),
        "cron-job-late",
        CRON,
        "it was due at 02:00:00 UTC and did not run; last run never",
        "warning",
    ),
    Fault(
        invalid(),
        "cron-job-invalid",
        CRON,
        "its schedule or time zone can't be read, so it runs nothing",
        "warning",
    ),
]
