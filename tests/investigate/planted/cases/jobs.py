"""Work that is done once or by the clock, and is not done."""

from tests.investigate.planted.cases.images import NOT_FOUND
from tests.investigate.planted.fault import Fault
from tests.investigate.planted.kubelet import Script, State, failed, pull_fails, well
from tests.investigate.planted.objects import SHOP, Json, cron_job, job, thing

JOB = "Job report"
IMAGE = f"{SHOP}/report:9"


def _forgotten(made: Json) -> Json:
    """Gone a second after its end."""
    return {**made, "spec": {**made["spec"], "ttlSecondsAfterFinished": 1}}


DONE = {"exitCode": 0, "reason": "Completed", "startedAt": "{began}", "finishedAt": "{ended}"}
HALF_DONE = Script({"app": State({"restartCount": 0, "state": {"terminated": DONE}}, "INFO report written")})

FAULTS = (
    Fault(
        "a job that failed and that its time-to-live has deleted",
        ("job-failed", JOB),
        (_forgotten(job("report", failed("ERROR report for november: 0 rows").name)),),
        sign=("Event", "report", "BackoffLimitExceeded"),
    ),
    Fault(
        "a job whose pods end in error",
        ("job-failed", JOB),
        (job("report", failed("ERROR report for november: 0 rows").name, retries=1),),
        twins="job",
    ),
    Fault(
        "a job that is ended at its deadline",
        ("job-deadline", JOB),
        (job("report", well("INFO reading orders").name, deadline=4),),
        twins="job",
    ),
    Fault(
        "a job whose image is not there",
        ("image-not-found", JOB),
        (job("report", pull_fails(NOT_FOUND, IMAGE).name, container={"image": IMAGE}),),
        twins="job",
    ),
    Fault(
        "a job that is killed for memory",
        ("out-of-memory", JOB),
        (job("report", failed("INFO reading orders", 137, "OOMKilled").name),),
        twins="job",
    ),
    Fault(
        "a job whose account does not exist",
        ("service-account-missing", "ServiceAccount reporter"),
        (job("report", serviceAccountName="reporter"),),
        twins="job",
    ),
    Fault(
        "a job that its sidecar keeps from ending",
        ("job-held-open", JOB),
        (job("report", HALF_DONE.name, beside=[{"name": "proxy", "image": f"{SHOP}/proxy:3"}]),),
    ),
    Fault(
        "a cron job that somebody suspended",
        ("cron-job-suspended", "CronJob report"),
        (cron_job("report", suspend=True),),
    ),
    Fault(
        "a cron job whose run fails",
        ("job-failed", "Job report"),
        (cron_job("report", failed("ERROR no rows").name),),
        sign=("Job", "", '"type": "Failed"'),
    ),
    Fault(
        "a job that the quota refuses",
        ("quota-exceeded", "ResourceQuota compute"),
        (thing("ResourceQuota", "compute", spec={"hard": {"pods": "2"}}), job("report")),
    ),
)
