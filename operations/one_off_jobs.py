"""One-off jobs of the system file: a run of one, followed to its end (contract DR-7, DR-8).

What may run is what the cluster has a suspended CronJob for: a job that is not declared for an environment
does not exist there. A run that fails is seen by who has started it, so no alarm watches it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra.configuration import Configuration
from infra.configuration.jobs import OneOffJob
from operations.console import OperationError, OperationFailed
from operations.kubernetes_api import KubernetesApi, NotThereError

POLL_SECONDS = 2.0
# With a job's last run: those that a container gives itself are 0 to 255.
NEVER_RAN = 1

Say = Callable[[str], None]


@dataclass(frozen=True)
class Listed:
    """A job that can be started, and how its last run went: `running`, `complete`, `failed` or `never`."""

    name: str
    service: str
    command: str
    parameters: tuple[str, ...]
    last: str
    state: str


def declared_job(configuration: Configuration, name: str, given: Mapping[str, str]) -> OneOffJob:
    """The job of a name, after it was seen that the environment has it and that nothing is missing.

    Raises:
        OperationError: it is not declared, or not for this environment, or a parameter is missing or unknown.
    """
    environment = configuration.settings.environment
    jobs = configuration.system.jobs
    here = ", ".join(each.name for each in declared_jobs(configuration)) or "none"
    if name not in jobs:
        raise OperationError(f"NAME: found {name!r}; the jobs of {environment} are: {here}.")
    job = jobs[name]
    if environment not in job.environments:
        raise OperationError(
            f"{name} is not allowed in {environment}: the system file has it for "
            f"{', '.join(sorted(job.environments))}. The jobs of {environment} are: {here}. To allow it, add "
            f"{environment} to jobs.{name}.environments, and deploy."
        )
    if given.keys() != set(job.parameters) or not all(given.values()):
        needed = " ".join(f"--set {each}=…" for each in job.parameters) or "none"
        found = " ".join(f"--set {each}={value}" for each, value in given.items()) or "none"
        raise OperationError(f"{name}: found the parameters {found}; needed: {needed}.")
    return job


def declared_jobs(configuration: Configuration) -> list[OneOffJob]:
    """The jobs that the environment has."""
    environment = configuration.settings.environment
    return [job for job in configuration.system.jobs.values() if environment in job.environments]


class Jobs:
    """The jobs of one namespace.

    Args:
        api: of the cluster.
        namespace: the system's.
    """

    def __init__(self, api: KubernetesApi, namespace: str) -> None:
        self._api = api
        self._batch = f"/apis/batch/v1/namespaces/{namespace}"
        self._core = f"/api/v1/namespaces/{namespace}"
        self._namespace = namespace

    def listed(self, jobs: list[OneOffJob]) -> list[Listed]:
        """Each job with its last run."""
        runs = self._api.get(f"{self._batch}/jobs")["items"]
        return [_listed(job, [run for run in runs if _is_of(run, job.name)]) for job in jobs]

    def start(
        self, job: OneOffJob, given: Mapping[str, str], now: datetime, one_at_a_time: Collection[str]
    ) -> dict[str, Any]:
        """Makes a Job of the CronJob's template, as `kubectl create job --from=cronjob/NAME` does.

        Args:
            job: what runs.
            given: its parameters.
            now: becomes part of the run's name.
            one_at_a_time: the jobs of which none may be running.

        Raises:
            OperationFailed: it is not deployed yet, or one is running.
        """
        try:
            template = self._api.get(f"{self._batch}/cronjobs/{job.name}")
        except NotThereError:
            raise OperationFailed(
                f"{job.name}: the cluster has no such CronJob. Deploy the environment first: `pulumi up`."
            ) from None
        for run in self._api.get(f"{self._batch}/jobs")["items"]:
            if end_of(run) is None and any(_is_of(run, name) for name in one_at_a_time):
                name = run["metadata"]["name"]
                raise OperationFailed(
                    f"{name} is running, and one job runs at a time: the database has connections for one. "
                    f"Look at it with `kubectl logs --follow job/{name} --namespace {self._namespace}`."
                )
        return self._api.post(f"{self._batch}/jobs", job_from(template, given, now))

    def follow(self, name: str, say: Say, sleep: Callable[[float], None] = time.sleep) -> int:
        """Shows a run's log until it has ended, and gives its exit code."""
        told = ""
        while True:
            job, pod = self._api.get(f"{self._batch}/jobs/{name}"), self._pod(name)
            if pod is not None and _has_begun(pod):
                for line in self._log(pod):
                    say(line)
                return self._result(name, say, sleep)
            if end_of(job) is not None:
                return self._result(name, say, sleep)
            if (reason := _waits_for(pod)) != told:
                told = reason
                say(f"[{name}: {reason}]")
            sleep(POLL_SECONDS)

    def _result(self, name: str, say: Say, sleep: Callable[[float], None]) -> int:
        """The container's exit code. Where none ended by itself, why."""
        while (end := end_of(job := self._api.get(f"{self._batch}/jobs/{name}"))) is None:
            sleep(POLL_SECONDS)
        code = _exit_code(self._pod(name))
        if end["type"] == "Complete":
            return 0
        say(f"[{job['metadata']['name']}: {end.get('reason', 'failed')}: {end.get('message', '')}]")
        return code or NEVER_RAN

    def _pod(self, name: str) -> dict[str, Any] | None:
        """The newest pod of a run: one that had to leave its node before it began is replaced."""
        pods = self._api.get(f"{self._core}/pods", labelSelector=f"batch.kubernetes.io/job-name={name}")[
            "items"
        ]
        return max(pods, key=lambda pod: str(pod["metadata"]["creationTimestamp"]), default=None)

    def _log(self, pod: Mapping[str, Any]) -> Iterator[str]:
        return self._api.lines(f"{self._core}/pods/{pod['metadata']['name']}/log", follow="true")


def job_from(cron_job: Mapping[str, Any], given: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """A Job of a CronJob's template, with the variables that were given."""
    template, owner = deepcopy(cron_job["spec"]["jobTemplate"]), cron_job["metadata"]
    metadata = template.get("metadata") or {}
    (container,) = template["spec"]["template"]["spec"]["containers"]
    container["env"] = [
        *container.get("env", ()),
        *({"name": name, "value": value} for name, value in given.items()),
    ]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": f"{owner['name']}-{now.astimezone(UTC):%Y%m%d%H%M%S}",
            "labels": metadata.get("labels") or {},
            # What kubectl notes, and what the owner is for: the CronJob's limits clear old runs away.
            "annotations": {
                **(metadata.get("annotations") or {}),
                "cronjob.kubernetes.io/instantiate": "manual",
            },
            "ownerReferences": [
                {
                    "apiVersion": "batch/v1",
                    "kind": "CronJob",
                    "name": owner["name"],
                    "uid": owner["uid"],
                    "controller": True,
                }
            ],
        },
        "spec": template["spec"],
    }


def _listed(job: OneOffJob, runs: list[Mapping[str, Any]]) -> Listed:
    last = max(runs, key=lambda run: str(run["metadata"]["creationTimestamp"]), default=None)
    state, when = "never", ""
    if last is not None:
        end, when = end_of(last), str(last["metadata"]["creationTimestamp"])
        state = "running" if end is None else str(end["type"]).lower()
    return Listed(job.name, job.service, " ".join(job.command), job.parameters, when, state)


def _is_of(run: Mapping[str, Any], name: str) -> bool:
    owners = run["metadata"].get("ownerReferences") or ()
    return any(owner["kind"] == "CronJob" and owner["name"] == name for owner in owners)


def end_of(run: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """How a run has ended; None while it has not."""
    conditions = run.get("status", {}).get("conditions") or ()
    ends = ("Complete", "Failed")
    return next((each for each in conditions if each["type"] in ends and each["status"] == "True"), None)


def _has_begun(pod: Mapping[str, Any]) -> bool:
    return any(state.keys() & {"running", "terminated"} for state in _states(pod))


def _exit_code(pod: Mapping[str, Any] | None) -> int:
    codes = [state["terminated"]["exitCode"] for state in _states(pod or {}) if "terminated" in state]
    return int(codes[0]) if codes else NEVER_RAN


def _waits_for(pod: Mapping[str, Any] | None) -> str:
    """Why nothing runs yet, in Kubernetes' words."""
    for state in _states(pod or {}):
        if reason := state.get("waiting", {}).get("reason"):
            return str(reason)
    conditions = (pod or {}).get("status", {}).get("conditions") or ()
    return next((str(each["message"]) for each in conditions if each.get("message")), "waits for a pod")


def _states(pod: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each["state"] for each in pod.get("status", {}).get("containerStatuses") or ()]
