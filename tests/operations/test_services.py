"""DR-1, DR-3: services are stopped before a database is exchanged, and nothing goes on before they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

import pytest

from operations.console import OperationFailed
from operations.kubernetes_api import KubernetesApi
from operations.recovery.services import Services
from operations.recovery.steps import Clock

pytestmark = pytest.mark.contract("DR-1", "DR-3")


class Cluster:
    """A service of three pods, of which one ends each time that they are looked at."""

    def __init__(self, *, ends: bool = True) -> None:
        self.ends, self.pods, self.wanted, self.suspended, self.seconds = ends, 3, 3, False, 0.0

    def get(self, path: str) -> dict[str, Any]:
        if "/cronjobs/" in path:
            return {"metadata": {}, "spec": {"suspend": self.suspended}}
        if "/deployments/" in path:
            return {"metadata": {}, "spec": {"replicas": self.wanted}}
        there = self.pods
        self.pods -= self.ends and not self.wanted and there > 0
        return {"items": [{"metadata": {"name": f"api-{n}"}, "status": {}} for n in range(there)]}

    def merge(self, path: str, change: Mapping[str, Any]) -> None:
        if "/cronjobs/" in path:
            self.suspended = change["spec"]["suspend"]
        else:
            self.wanted = change["spec"]["replicas"]

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.seconds, self._wait)

    def _wait(self, seconds: float) -> None:
        self.seconds += seconds


def services(cluster: Cluster) -> Services:
    return Services(cast(KubernetesApi, cluster), "triangle", ["api"], ["clean"], 3)


def test_it_is_waited_until_the_last_pod_has_ended() -> None:
    cluster, told = Cluster(), list[str]()
    services(cluster).stop_and_wait(told.append, cluster.clock)
    assert (cluster.wanted, cluster.pods, cluster.suspended) == (0, 0, True)
    assert told == ["3 pods of api run", "2 pods of api run", "1 pods of api run"]


def test_pods_that_do_not_end_let_nothing_go_on() -> None:
    cluster = Cluster(ends=False)
    with pytest.raises(OperationFailed, match=r"services: 3 pods of api run, after \d+ minutes"):
        services(cluster).stop_and_wait(lambda _: None, cluster.clock)


def test_of_jobs_those_run_that_have_not_ended() -> None:
    def job(name: str, *ends: str) -> dict[str, Any]:
        conditions = [{"type": each, "status": "True"} for each in ends]
        return {"metadata": {"name": name}, "status": {"conditions": conditions} if ends else {}}

    class Jobs(Cluster):
        def get(self, path: str) -> dict[str, Any]:
            assert path == "/apis/batch/v1/namespaces/triangle/jobs"
            return {
                "items": [
                    job("new"),
                    job("at-work", "Suspended"),
                    job("well", "Complete"),
                    job("bad", "Failed"),
                ]
            }

    assert services(Jobs()).running_jobs() == ["new", "at-work"]


class Kept:
    """Deployments and CronJobs as the cluster keeps them, with what is merged into them."""

    def __init__(self, pods: Mapping[str, int], *, suspended: Collection[str] = ()) -> None:
        self.objects: dict[str, dict[str, Any]] = {
            name: {"metadata": {"annotations": {}}, "spec": {"replicas": count}}
            for name, count in pods.items()
        }
        for name in ("clean", "report"):
            spec = {"suspend": name in suspended}
            self.objects[name] = {"metadata": {"annotations": {}}, "spec": spec}

    def get(self, path: str) -> dict[str, Any]:
        return self.objects[path.rpartition("/")[2]]

    def merge(self, path: str, change: Mapping[str, Any]) -> None:
        found = self.get(path)
        found["spec"] |= change["spec"]
        annotations = {**found["metadata"]["annotations"], **change["metadata"]["annotations"]}
        # A merge patch removes what is null in it (RFC 7396).
        found["metadata"]["annotations"] = {name: text for name, text in annotations.items() if text}

    @property
    def wanted(self) -> dict[str, Any]:
        return {name: next(iter(each["spec"].values())) for name, each in self.objects.items()}

    @property
    def services(self) -> Services:
        names = [name for name, each in self.objects.items() if "replicas" in each["spec"]]
        return Services(cast(KubernetesApi, self), "triangle", names, ["clean", "report"], 2)


def test_as_many_pods_come_back_as_there_were_and_only_jobs_that_ran() -> None:
    """An autoscaler had made more of them than there are at least, or fewer were wanted."""
    cluster = Kept({"api": 7, "worker": 1}, suspended=["report"])
    before = cluster.wanted
    cluster.services.stop()
    assert cluster.wanted == {"api": 0, "worker": 0, "clean": True, "report": True}
    assert cluster.services.paused() == ["api", "worker", "clean"]
    cluster.services.stop()  # by the same command, after it was killed
    cluster.services.start()
    assert cluster.wanted == before
    assert cluster.services.paused() == []


def test_a_service_that_somebody_else_has_stopped_gets_as_many_pods_as_it_has_at_least() -> None:
    cluster = Kept({"api": 0, "worker": 5})
    cluster.services.start()
    assert cluster.wanted == {"api": 2, "worker": 5, "clean": False, "report": False}
