"""An environment's services in Kubernetes: stopped while the database is exchanged, and started again."""

from __future__ import annotations

import urllib.parse
from collections.abc import Sequence
from typing import Any

from infra.configuration import Configuration
from infra.labels import owner_label
from operations.console import OperationFailed
from operations.environments import Connection
from operations.kubernetes_api import KubernetesApi, NotThereError
from operations.one_off_jobs import end_of
from operations.recovery.steps import Clock, Progress, Step, wait_until
from timing.data.recovery import Wait

# How many pods there were, and that a CronJob was not suspended: for who starts them again.
_PODS_BEFORE = "groundwork/pods-before-recovery"
_RAN_BEFORE = "groundwork/ran-before-recovery"


class Services:
    """What connects to the database: services, and jobs by the clock.

    Args:
        api: of the cluster.
        namespace: theirs.
        services: names of the services that have a database.
        jobs: names of the CronJobs whose service has one.
        minimum: pods that a service has at least.
    """

    def __init__(
        self, api: KubernetesApi, namespace: str, services: Sequence[str], jobs: Sequence[str], minimum: int
    ) -> None:
        self._api, self._services, self._jobs, self._minimum = api, services, jobs, minimum
        self._apps = f"/apis/apps/v1/namespaces/{namespace}/deployments/"
        self._batch = f"/apis/batch/v1/namespaces/{namespace}/cronjobs/"
        self._runs = f"/apis/batch/v1/namespaces/{namespace}/jobs"
        self._pods = f"/api/v1/namespaces/{namespace}/pods"

    @staticmethod
    def of(configuration: Configuration, connection: Connection) -> Services:
        """Those of an environment."""
        system = configuration.system
        with_database = [name for name, service in system.services.items() if service.database]
        jobs = [name for name, job in system.schedules.items() if job.service in with_database]
        return Services(
            KubernetesApi(connection, configuration.naming.prefix),
            system.name,
            with_database,
            jobs,
            configuration.settings.replicas.minimum,
        )

    @property
    def names(self) -> str:
        """For people."""
        return ", ".join([*self._services, *self._jobs]) or "none"

    def stop(self) -> None:
        """Lets no pod write any more. Their autoscaler leaves a Deployment with 0 pods alone (Kubernetes,
        "Horizontal Pod Autoscaling", "Implicit maintenance-mode deactivation")."""
        for name in self._services:
            found = self._perhaps(self._apps + name)
            wanted = int(found["spec"].get("replicas", 1)) if found else 0
            if wanted:
                note = {"metadata": {"annotations": {_PODS_BEFORE: str(wanted)}}, "spec": {"replicas": 0}}
                self._api.merge(self._apps + name, note)
        for name in self._jobs:
            found = self._perhaps(self._batch + name)
            if found and not found["spec"].get("suspend"):
                note = {"metadata": {"annotations": {_RAN_BEFORE: "yes"}}, "spec": {"suspend": True}}
                self._api.merge(self._batch + name, note)

    def stop_and_wait(self, progress: Progress, clock: Clock) -> None:
        """Stops them, and waits until nothing of them writes any more.

        Raises:
            OperationFailed: they still run after a few times the slow case.
        """
        self.stop()
        wait_until(self.still_running, Wait.STOP_SERVICES, progress, clock, "services")

    def still_running(self) -> str | None:
        """What may still write; None when nothing does."""
        running = [
            f"{pod['metadata']['name']}"
            for name in self._services
            for pod in self._api.get(f"{self._pods}?{_selecting(name)}")["items"]
            if pod.get("status", {}).get("phase") not in ("Succeeded", "Failed")
        ]
        deployments = {name: self._perhaps(self._apps + name) for name in self._services}
        wanted = [name for name, found in deployments.items() if found and found["spec"].get("replicas")]
        if not running and not wanted:
            return None
        return f"{len(running)} pods of {', '.join(wanted or self._services)} run"

    def running_jobs(self) -> list[str]:
        """Jobs that have not ended: one-off jobs, a migration, a run by the clock."""
        return [
            each["metadata"]["name"] for each in self._api.get(self._runs)["items"] if end_of(each) is None
        ]

    def _perhaps(self, path: str) -> dict[str, Any] | None:
        """What is at a path; None where nothing is, which writes nothing either."""
        try:
            return self._api.get(path)
        except NotThereError:
            return None

    def start(self) -> None:
        """Starts as many pods as there were, and the jobs by the clock."""
        for name in self._services:
            found = self._api.get(self._apps + name)
            before = found["metadata"].get("annotations", {}).get(_PODS_BEFORE)
            if before is not None or not found["spec"].get("replicas"):
                count = int(before) if before else self._minimum
                note = {"metadata": {"annotations": {_PODS_BEFORE: None}}, "spec": {"replicas": count}}
                self._api.merge(self._apps + name, note)
        for name in self._jobs:
            found = self._api.get(self._batch + name)
            if found["metadata"].get("annotations", {}).get(_RAN_BEFORE):
                note = {"metadata": {"annotations": {_RAN_BEFORE: None}}, "spec": {"suspend": False}}
                self._api.merge(self._batch + name, note)

    def paused(self) -> list[str]:
        """What a recovery has stopped, and nobody has started again; none where no cluster answers."""
        noted = [(self._apps, self._services, _PODS_BEFORE), (self._batch, self._jobs, _RAN_BEFORE)]
        return [
            name for path, names, note in noted for name in names if note in self._annotations(path + name)
        ]

    def _annotations(self, path: str) -> dict[str, str]:
        try:
            found: dict[str, str] = self._api.get(path)["metadata"].get("annotations") or {}
        except OperationFailed:
            return {}
        return found

    def not_ready(self) -> str | None:
        """Which services are not ready; None when all are, and the jobs by the clock run again."""
        missing = []
        for name in self._services:
            found = self._api.get(self._apps + name)
            wanted = int(found["spec"].get("replicas", 1))
            status = found.get("status", {})
            seen = status.get("observedGeneration", 0) >= found["metadata"].get("generation", 0)
            ready = int(status.get("readyReplicas", 0))
            if not wanted or not seen or ready < wanted:
                missing.append(f"{name} {ready}/{wanted or self._minimum}")
        for name in self._jobs:
            if self._api.get(self._batch + name)["metadata"].get("annotations", {}).get(_RAN_BEFORE):
                missing.append(f"{name} is suspended")
        return f"not ready: {', '.join(missing)}" if missing else None


def reached(services: Services, clock: Clock) -> Step:
    """The step that waits until a deployment's services are ready."""

    def act(progress: Progress) -> str:
        wait_until(services.not_ready, Wait.REACHED, progress, clock, "services")
        return f"{services.names} are ready"

    def done() -> bool:
        return services.not_ready() is None

    return Step("ready", "services are ready, and names lead to them", Wait.REACHED, done, act)


def _selecting(service: str) -> str:
    text = ",".join(f"{name}={value}" for name, value in owner_label(service).items())
    return urllib.parse.urlencode({"labelSelector": text})
