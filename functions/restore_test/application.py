"""The application's own check of a restored database: its command, run as a Job (contract DR-4).

The Job is made of a suspended CronJob, in a namespace in which there is nothing else: who may make a pod in a
namespace has all Secrets and identities of it. It owns the Secret with the address of the restored database,
and Kubernetes removes both some hours after its end, should this function never come to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from functions.restore_test.settings import TEMPLATE
from functions.shared.kubernetes import AlreadyThere, KubernetesApi, NotThere

VARIABLE = "DATABASE_URL"

_GOOD = "exit 0"
_LINES = 20
# Of what it has said: the end, as much as a tag has room for beside how it ended.
_SAID = 180


@dataclass(frozen=True)
class Application:
    """The command's Jobs, each called after the restored instance that it is for.

    Args:
        api: of the cluster.
        namespace: theirs.
        longest: how long one may take.
    """

    api: KubernetesApi
    namespace: str
    longest: timedelta

    def begin(self, name: str, address: str) -> None:
        """Makes the Job and its Secret, each of them once.

        Until there is the Secret the pod waits for it (Kubernetes, "Using Secrets as environment variables").
        """
        job = self._made(name)
        owner = {"apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": job["metadata"]["uid"]}
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "ownerReferences": [owner]},
            "stringData": {VARIABLE: address},
        }
        with suppress(AlreadyThere):
            self.api.post(f"{self._core}/secrets", secret)

    def outcome(self, name: str, *, over: bool) -> str | None:
        """What was wrong, empty when nothing was; None while it runs.

        Args:
            name: of the Job.
            over: its time is over.
        """
        try:
            job = self.api.get(f"{self._jobs}/{name}")
        except NotThere:
            return "there is no Job of it"
        end = _end_of(job)
        if end is None and not over:
            return None
        if end is not None and end["type"] == "Complete":
            return ""
        pod = self._pod(job)
        if _exit(pod) == _GOOD:  # its time was over before Kubernetes had seen it
            return ""
        how = _exit(pod) or _reason(end) or f"not ended after {self.longest} {_waits_for(pod)}".rstrip()
        return f"{how}: {self._said(pod)}".removesuffix(": ")

    def remove(self, name: str) -> None:
        """Has the Job removed with its pod and its Secret, which the API leaves behind unless it is told."""
        with suppress(NotThere):
            self.api.delete(f"{self._jobs}/{name}", propagationPolicy="Background")

    def _made(self, name: str) -> Mapping[str, Any]:
        template = self.api.get(f"/apis/batch/v1/namespaces/{self.namespace}/cronjobs/{TEMPLATE}")
        try:
            return self.api.post(self._jobs, _job(template, name))
        except AlreadyThere:
            return self.api.get(f"{self._jobs}/{name}")

    def _pod(self, job: Mapping[str, Any]) -> Mapping[str, Any]:
        """The newest pod of the Job; one that had to leave its node before it began is replaced."""
        selector = f"batch.kubernetes.io/controller-uid={job['metadata']['uid']}"
        pods = self.api.get(f"{self._core}/pods", labelSelector=selector)["items"]
        return max(pods, key=lambda pod: str(pod["metadata"]["creationTimestamp"]), default={})

    def _said(self, pod: Mapping[str, Any]) -> str:
        """The end of its log."""
        if not any(state.keys() & {"running", "terminated"} for state in _states(pod)):
            return ""
        path = f"{self._core}/pods/{pod['metadata']['name']}/log"
        lines = self.api.text(path, tailLines=str(_LINES)).splitlines()
        return " / ".join(line.strip() for line in lines if line.strip())[-_SAID:]

    @property
    def _jobs(self) -> str:
        return f"/apis/batch/v1/namespaces/{self.namespace}/jobs"

    @property
    def _core(self) -> str:
        return f"/api/v1/namespaces/{self.namespace}"


def _job(cron_job: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A Job of the CronJob's template, which gets its address of the Secret of its own name."""
    template = deepcopy(cron_job["spec"]["jobTemplate"])
    (container,) = template["spec"]["template"]["spec"]["containers"]
    address = {"name": VARIABLE, "valueFrom": {"secretKeyRef": {"name": name, "key": VARIABLE}}}
    container["env"] = [*container.get("env", ()), address]
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": template["spec"]}


def _end_of(job: Mapping[str, Any]) -> Mapping[str, Any] | None:
    conditions = job.get("status", {}).get("conditions") or ()
    ends = ("Complete", "Failed")
    return next((each for each in conditions if each["type"] in ends and each["status"] == "True"), None)


def _exit(pod: Mapping[str, Any]) -> str:
    ended = (state["terminated"] for state in _states(pod) if "terminated" in state)
    return next((f"exit {each['exitCode']}" for each in ended), "")


def _reason(end: Mapping[str, Any] | None) -> str:
    return f"{end.get('reason', 'failed')} {end.get('message', '')}".strip() if end else ""


def _waits_for(pod: Mapping[str, Any]) -> str:
    """Why nothing runs, in Kubernetes' words; empty when something does."""
    waiting = [state["waiting"].get("reason", "") for state in _states(pod) if "waiting" in state]
    unscheduled = [
        each.get("message", "")
        for each in pod.get("status", {}).get("conditions") or ()
        if each["type"] == "PodScheduled" and each["status"] == "False"
    ]
    return next(iter([*waiting, *unscheduled]), "")


def _states(pod: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return [each["state"] for each in pod.get("status", {}).get("containerStatuses") or ()]
