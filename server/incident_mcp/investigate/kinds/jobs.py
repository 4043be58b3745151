"""Work that is done once, or by the clock."""

from incident_mcp.investigate.kinds.kind import Kind

JOB_FAILED = Kind(
    "INC160",
    "job-failed",
    "A Job failed and is not tried again",
    45,
    "Its pods failed as often as its backoff limit allows, or its failure policy ended it. Read a pod's log.",
    "Alert when {target} fails",
)
JOB_DEADLINE = Kind(
    "INC161",
    "job-deadline",
    "A Job was ended at its deadline",
    46,
    "activeDeadlineSeconds was over before it was done: it hangs, or needs longer.",
    "Give {target} a deadline that fits its work",
)
JOB_SUSPENDED = Kind("INC162", "job-suspended", "A Job is suspended", 15, "Somebody, or a queue, holds it.")
CRON_JOB_SUSPENDED = Kind(
    "INC163", "cron-job-suspended", "A CronJob is suspended", 15, "It runs nothing until it is resumed."
)
CRON_JOB_LATE = Kind(
    "INC164",
    "cron-job-late",
    "A CronJob did not run when it was due",
    30,
    "The run before is still active and may not be joined, its pods are refused, or the controller is behind.",
    "Alert when {target} misses a run",
)
CRON_JOB_INVALID = Kind(
    "INC165",
    "cron-job-invalid",
    "A CronJob's schedule or time zone can't be read",
    60,
    "The controller says so in an event and runs nothing.",
)
CRON_JOB_FAILING = Kind(
    "INC166", "cron-job-failing", "A CronJob's last run failed", 5, "What hangs on a Job that failed."
)
JOB_HELD_OPEN = Kind(
    "INC167",
    "job-held-open",
    "A Job's work is done, and another container keeps its pod from ending",
    26,
    "A sidecar among the main containers never ends. As an init container that always restarts it would.",
    "Run the sidecars of {target} as init containers that always restart",
)
ALL = (
    JOB_FAILED,
    JOB_DEADLINE,
    JOB_SUSPENDED,
    CRON_JOB_SUSPENDED,
    CRON_JOB_LATE,
    CRON_JOB_INVALID,
    CRON_JOB_FAILING,
    JOB_HELD_OPEN,
)
