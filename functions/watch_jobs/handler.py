"""Counts, every few minutes, of the runs of each CronJob that failed one after the other.

Kubernetes knows of every end of a run: an error, a deadline, too much memory, an image that cannot be had.
A run that is stopped tells nobody itself, so that Kubernetes is asked, and not the application.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from functions.shared import metrics
from functions.shared.kubernetes import KubernetesApi
from functions.watch_jobs import cluster
from functions.watch_jobs.metrics import JOB_FAILURES


def handle(_: Mapping[str, Any], __: object) -> dict[str, int]:
    """Called by the clock; answers the failures of each job."""
    names = os.environ["JOBS"].split(",")
    found = cluster.jobs(KubernetesApi.of(os.environ), os.environ["NAMESPACE"])
    failures = {name: consecutive_failures(_runs(found, name)) for name in names}
    for name, count in failures.items():
        metrics.write(JOB_FAILURES, count, Job=name)
    return failures


def _runs(jobs: Iterable[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    """The Jobs that a CronJob has made, the newest first."""
    own = [
        job
        for job in jobs
        if any(
            owner["kind"] == "CronJob" and owner["name"] == name
            for owner in job["metadata"].get("ownerReferences", ())
        )
    ]
    return sorted(own, key=lambda job: str(job["metadata"]["creationTimestamp"]), reverse=True)


def consecutive_failures(runs: Iterable[Mapping[str, Any]]) -> int:
    """How many of the newest runs that have ended have failed, up to the first that has not.

    Kubernetes keeps the last few of each (the CronJob's history limits): enough to count to what an alarm
    is about.
    """
    count = 0
    for run in runs:
        ends = {
            condition["type"]
            for condition in run.get("status", {}).get("conditions", ())
            if condition["status"] == "True"
        }
        if "Complete" in ends:
            return count
        if "Failed" in ends:
            count += 1
    return count
