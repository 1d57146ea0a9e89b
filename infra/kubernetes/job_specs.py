"""Specifications of the system file's Jobs and CronJobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.configuration.jobs import OneOffJob, Schedule
from infra.kubernetes.pods import PodArgs, job_template

# Runbook 003 gives a deployment 10 minutes to become healthy; a migration comes before that.
MIGRATION_DEADLINE_SECONDS = 900

# A Job never runs twice, and one of this version that has failed is in the way of the next deployment of it:
# without this Pulumi would wait for the failed one again (pulumi-kubernetes, "pulumi.com/replaceUnready").
RUN_AGAIN_WHEN_FAILED = {"pulumi.com/replaceUnready": "true"}

# A Job may run once. A pod that had to leave its node before its container began has not run: another one
# takes its place, and it counts as no attempt. One whose container began and did not finish, or was running
# when its node was lost (then nobody has reported its end), may have come half of the way: the Job fails, and
# a person looks. The first rule that fits counts (Kubernetes, "Handling retriable and non-retriable pod
# failures with Pod failure policy"); Kubernetes starts the other pod only when this one has ended.
WHEN_A_POD_FAILED: dict[str, Any] = {
    "rules": [
        {"action": "FailJob", "on_exit_codes": {"operator": "NotIn", "values": [0]}},
        {"action": "FailJob", "on_pod_conditions": [{"type": "ContainersReady", "status": "True"}]},
        {"action": "Ignore", "on_pod_conditions": [{"type": "DisruptionTarget", "status": "True"}]},
    ]
}

# Enough to see what the last days were like; CronJobs keep their Jobs, and those their pods.
SUCCESSES_KEPT = 3
FAILURES_KEPT = 5
# The 31st of February: were it not suspended any more, it would still not begin.
NEVER = "0 0 31 2 *"
# Which variables whoever starts it has to give.
PARAMETERS_ANNOTATION = "groundwork/parameters"
# A run that could not begin in time is left out: the next one comes.
STARTING_DEADLINE_SECONDS = 300


def migration_job(pod: PodArgs, name: str, command: Sequence[str]) -> dict[str, Any]:
    """A Job that runs once. One that fails is not tried again: it may have come half of the way."""
    return {
        "backoff_limit": 0,
        "pod_failure_policy": WHEN_A_POD_FAILED,
        "active_deadline_seconds": MIGRATION_DEADLINE_SECONDS,
        "template": job_template(pod, name, command),
    }


def cron_job(pod: PodArgs, schedule: Schedule) -> dict[str, Any]:
    """A CronJob: one run at a time, the last ones kept to be looked at."""
    return {
        "schedule": schedule.schedule,
        "time_zone": "Etc/UTC",
        "concurrency_policy": "Forbid",
        "starting_deadline_seconds": STARTING_DEADLINE_SECONDS,
        "successful_jobs_history_limit": SUCCESSES_KEPT,
        "failed_jobs_history_limit": FAILURES_KEPT,
        "job_template": _template(pod, schedule),
    }


def suspended_cron_job(pod: PodArgs, job: OneOffJob) -> dict[str, Any]:
    """A CronJob that never runs by itself: the template that `operations job run` makes a Job of.

    A Job by itself would run at once, and a Deployment has no way to start a second pod with another command.
    """
    return {
        "schedule": NEVER,
        "suspend": True,
        "concurrency_policy": "Forbid",
        "successful_jobs_history_limit": SUCCESSES_KEPT,
        "failed_jobs_history_limit": FAILURES_KEPT,
        "job_template": {
            "metadata": {"annotations": {PARAMETERS_ANNOTATION: ",".join(job.parameters)}},
            **_template(pod, job),
        },
    }


def _template(pod: PodArgs, job: Schedule | OneOffJob) -> dict[str, Any]:
    return {
        "spec": {
            "backoff_limit": 0,
            "pod_failure_policy": WHEN_A_POD_FAILED,
            "active_deadline_seconds": job.deadline,
            "template": job_template(pod, job.name, job.command),
        }
    }
