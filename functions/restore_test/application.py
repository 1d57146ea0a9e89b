"""Job of the cluster in which the application says what it makes of a restored database (contract DR-4).

It is started against it and has to become ready, or its command runs, or the one after the other. The Job is
made of a suspended CronJob, in a namespace in which there is nothing else: who may make a pod in a namespace
has all Secrets and identities of it. It owns the Secret with the address of the restored database, and
Kubernetes removes both some hours after its end, should this function never come to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from functions.restore_test.settings import COMMAND, READINESS, SERVICE, TEMPLATE
from functions.shared.kubernetes import AlreadyThere, KubernetesApi, NotThere

VARIABLE = "DATABASE_URL"

_GOOD = "exit 0"
_LINES = 20
# Of what it has said: the end, as much as a tag has room for beside how it ended, or what a probe was told.
_SAID = 180
_SAID_BESIDE_PROBE, _PROBE = 90, 130


@dataclass(frozen=True)
class Application:
    """The Jobs, each called after the restored instance that it is for.

    Args:
        api: of the cluster.
        namespace: theirs.
        longest: how long one may take.
        checks: what is asked: READINESS, COMMAND, or both.
    """

    api: KubernetesApi
    namespace: str
    longest: timedelta
    checks: tuple[str, ...]

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

    def outcome(self, name: str, *, over: bool) -> dict[str, str] | None:
        """What was wrong, by what was asked, and empty where nothing was; None while it runs.

        Args:
            name: of the Job.
            over: its time is over.
        """
        try:
            job = self.api.get(f"{self._jobs}/{name}")
        except NotThere:
            return dict.fromkeys(self.checks, "there is no Job of it")
        unasked = [check for check in self.checks if not _ASKS[check](job["spec"]["template"]["spec"])]
        if unasked:
            # Made of a template that was deployed before, or after, this function.
            return dict.fromkeys(
                self.checks, f"its Job does not ask for {', '.join(unasked)}: deploy, and again"
            )
        end = _end_of(job)
        if READINESS not in self.checks:
            return self._command(job, end, over=over)
        pod = self._pod(job)
        wrong = self._readiness(pod, end, over=over)
        if wrong is None:
            return None
        if COMMAND not in self.checks:
            return {READINESS: wrong}
        if wrong:
            return {READINESS: wrong, COMMAND: "it did not run: the service has to be ready first"}
        command = self._command(job, end, over=over)
        return None if command is None else {READINESS: "", **command}

    def _command(
        self, job: Mapping[str, Any], end: Mapping[str, Any] | None, *, over: bool
    ) -> dict[str, str] | None:
        if end is None and not over:
            return None
        if end is not None and end["type"] == "Complete":
            return {COMMAND: ""}
        pod = self._pod(job)
        status = _status(pod, TEMPLATE)
        if _exit(status) == _GOOD:  # its time was over before Kubernetes had seen it
            return {COMMAND: ""}
        how = _exit(status) or _reason(end) or self._too_long("ended", pod, status)
        return {COMMAND: f"{how}: {self._said(pod, status)[-_SAID:]}".removesuffix(": ")}

    def _readiness(self, pod: Mapping[str, Any], end: Mapping[str, Any] | None, *, over: bool) -> str | None:
        """What was wrong with the service; empty when its readiness path has answered, None before.

        One that has ended is not waited for, though beside a command Kubernetes starts it again: a probe that
        has failed once may never be repeated then (kubernetes#132826).
        """
        status = _status(pod, SERVICE)
        if status.get("started") or _began(_status(pod, TEMPLATE)):
            return ""
        ended = _exit(status) or _reason(end)
        if not ended and not over:
            return None
        how = f"not ready: {ended}" if ended else self._too_long("ready", pod, status)
        probe = self._probed(pod)[:_PROBE]
        said = self._said(pod, status)[-_SAID_BESIDE_PROBE if probe else -_SAID :]
        return ": ".join(text for text in (how, probe, said) if text)

    def _too_long(self, word: str, pod: Mapping[str, Any], status: Mapping[str, Any]) -> str:
        return f"not {word} after {self.longest} {_waits_for(pod, status)}".rstrip()

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

    def _said(self, pod: Mapping[str, Any], status: Mapping[str, Any]) -> str:
        """The end of a container's log, before it was started again where it was."""
        again = "terminated" in status.get("lastState", {})
        if not again and not _began(status):
            return ""
        path = f"{self._core}/pods/{pod['metadata']['name']}/log"
        before = {"previous": "true"} if again else {}
        lines = self.api.text(path, container=status["name"], tailLines=str(_LINES), **before).splitlines()
        return " / ".join(line.strip() for line in lines if line.strip())

    def _probed(self, pod: Mapping[str, Any]) -> str:
        """What the kubelet was told last when it asked, in its words."""
        if not pod:
            return ""
        selector = f"involvedObject.name={pod['metadata']['name']},reason=Unhealthy"
        events = self.api.get(f"{self._core}/events", fieldSelector=selector)["items"]
        told = [(str(each.get("lastTimestamp") or ""), str(each.get("message", ""))) for each in events]
        _, newest = max(told, default=("", ""))
        return newest.replace('"', "")  # which a tag cannot have

    @property
    def _jobs(self) -> str:
        return f"/apis/batch/v1/namespaces/{self.namespace}/jobs"

    @property
    def _core(self) -> str:
        return f"/api/v1/namespaces/{self.namespace}"


def _job(cron_job: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A Job of the CronJob's template, which gets its address of the Secret of its own name."""
    template = deepcopy(cron_job["spec"]["jobTemplate"])
    pod = template["spec"]["template"]["spec"]
    address = {"name": VARIABLE, "valueFrom": {"secretKeyRef": {"name": name, "key": VARIABLE}}}
    for container in [*pod.get("initContainers", ()), *pod["containers"]]:
        container["env"] = [*container.get("env", ()), address]
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": template["spec"]}


def _asks_readiness(pod: Mapping[str, Any]) -> bool:
    """Whether a pod has the service, and the kubelet a question for it: one without counts as started at once
    (Kubernetes, "Pod Lifecycle": container probes)."""
    containers = [*pod.get("initContainers", ()), *pod["containers"]]
    return any(each["name"] == SERVICE and each.get("startupProbe") for each in containers)


def _asks_command(pod: Mapping[str, Any]) -> bool:
    """Whether the command is what the pod ends with."""
    return [each["name"] for each in pod["containers"]] == [TEMPLATE]


_ASKS = {READINESS: _asks_readiness, COMMAND: _asks_command}


def _end_of(job: Mapping[str, Any]) -> Mapping[str, Any] | None:
    conditions = job.get("status", {}).get("conditions") or ()
    ends = ("Complete", "Failed")
    return next((each for each in conditions if each["type"] in ends and each["status"] == "True"), None)


def _status(pod: Mapping[str, Any], container: str) -> Mapping[str, Any]:
    """What the kubelet says of a container; empty before it says anything."""
    found = pod.get("status", {})
    statuses = [*(found.get("initContainerStatuses") or ()), *(found.get("containerStatuses") or ())]
    return next((each for each in statuses if each["name"] == container), {})


def _began(status: Mapping[str, Any]) -> bool:
    return bool(status.get("state", {}).keys() & {"running", "terminated"})


def _exit(status: Mapping[str, Any]) -> str:
    """How a container has ended, the first time where it was started again; empty when it has not."""
    states = (status.get(name, {}) for name in ("lastState", "state"))
    ended = next((state["terminated"] for state in states if "terminated" in state), None)
    if ended is None:
        return ""
    killed = f" {ended['reason']}" if ended.get("reason") == "OOMKilled" else ""
    return f"exit {ended['exitCode']}{killed}"


def _reason(end: Mapping[str, Any] | None) -> str:
    return f"{end.get('reason', 'failed')} {end.get('message', '')}".strip() if end else ""


def _waits_for(pod: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    """Why a container does not run, in Kubernetes' words; empty when it does."""
    unscheduled = (
        each.get("message", "")
        for each in pod.get("status", {}).get("conditions") or ()
        if each["type"] == "PodScheduled" and each["status"] == "False"
    )
    waiting = status.get("state", {}).get("waiting", {}).get("reason", "")
    return waiting or next(unscheduled, "")
