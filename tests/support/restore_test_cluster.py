"""The namespace of the restore test's Jobs, in a cluster that works as long as nobody disturbs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from functions.restore_test.application import VARIABLE
from functions.restore_test.settings import COMMAND, READINESS, SERVICE, TEMPLATE
from functions.shared.kubernetes import AlreadyThere, NotThere
from infra.kubernetes.restored_job import KEPT_SECONDS
from tests.support.kubelet import Kubelet, Program
from tests.support.recordings import system_recording

NAMESPACE = "triangle-restore-test"
_JOBS = f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs"
_CORE = f"/api/v1/namespaces/{NAMESPACE}"
_POD = "a-pod"


def ready(_: str) -> int:
    """A service that answers."""
    return HTTPStatus.OK


def declared(asks: tuple[str, ...]) -> dict[str, Any]:
    """The CronJob of a system that asks this."""
    recording = system_recording("node" if COMMAND in asks else "paintbox", "prod")
    found = deepcopy(dict(recording.one("kubernetes:batch/v1:CronJob", "restored-application").inputs))
    if READINESS not in asks:
        del found["spec"]["jobTemplate"]["spec"]["template"]["spec"]["initContainers"]
    return found


@dataclass
class Cluster:
    """A `KubernetesApi` with what is behind it, which makes Jobs as an environment declares them.

    Args:
        called: a call, that somebody may disturb.
        now: the time.
        takes: how long the command runs.
        code: with which it ends.
        said: what each container has in its log.
        service: what the service does.
        asks: what is asked of the application.
        state: of containers that never begin.
        template: the CronJob; without one that of a system that asks this.
    """

    called: Callable[[str], AbstractContextManager[None]]
    now: Callable[[], datetime]
    takes: timedelta = timedelta(seconds=30)
    code: int = 0
    said: str = ""
    service: Program = field(default_factory=lambda: Program(answers=ready))
    asks: tuple[str, ...] = (READINESS, COMMAND)
    state: Mapping[str, Any] | None = None
    template: dict[str, Any] | None = None
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    logs: list[Mapping[str, str]] = field(default_factory=list)

    def get(self, path: str, **query: str) -> dict[str, Any]:
        if path == f"/apis/batch/v1/namespaces/{NAMESPACE}/cronjobs/{TEMPLATE}":
            with self.called("GetCronJob"):
                return self.template or declared(self.asks)
        if path == f"{_CORE}/pods":
            with self.called("ListPods"):
                self._settle()
                wanted = query["labelSelector"].removeprefix("batch.kubernetes.io/controller-uid=")
                return {"items": [self._pod(job) for job in self.jobs.values() if job["uid"] == wanted]}
        if path == f"{_CORE}/events":
            with self.called("ListEvents"):
                self._settle()
                assert query == {"fieldSelector": f"involvedObject.name={_POD},reason=Unhealthy"}
                return {"items": [each for job in self.jobs.values() for each in _events(job)]}
        with self.called("GetJob"):
            self._settle()
            return self._described(self._job(path))

    def text(self, path: str, **query: str) -> str:
        with self.called("GetLog"):
            assert path == f"{_CORE}/pods/{_POD}/log"
            self.logs.append(query)
            return "\n".join(self.said.splitlines()[-int(query["tailLines"]) :])

    def post(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        name = content["metadata"]["name"]
        if path == f"{_CORE}/secrets":
            with self.called("CreateSecret"):
                self._settle()
                (owner,) = content["metadata"]["ownerReferences"]
                if name in self.secrets:
                    raise AlreadyThere(name)
                # Its owner may have gone meanwhile: then Kubernetes removes it as well.
                self.secrets[name] = {"address": content["stringData"][VARIABLE], "owner": owner["uid"]}
                return {}
        assert path == _JOBS
        with self.called("CreateJob"):
            self._settle()
            if name in self.jobs:
                raise AlreadyThere(name)
            pod = content["spec"]["template"]["spec"]
            for container in [*pod.get("initContainers", ()), *pod["containers"]]:
                (given,) = (each for each in container["env"] if each["name"] == VARIABLE)
                assert given["valueFrom"]["secretKeyRef"] == {"name": name, "key": VARIABLE}
            self.made.append(name)
            self.jobs[name] = {"name": name, "uid": f"uid-{len(self.made)}", "pod": None, "spec": pod}
            return self._described(self.jobs[name])

    def delete(self, path: str, **query: str) -> None:
        with self.called("DeleteJob"):
            self._settle()
            assert query == {"propagationPolicy": "Background"}
            del self.jobs[self._job(path)["name"]]
            self._settle()

    def _job(self, path: str) -> dict[str, Any]:
        name = path.removeprefix(f"{_JOBS}/")
        if name not in self.jobs:
            raise NotThere(path)
        return self.jobs[name]

    def _settle(self) -> None:
        """Kubernetes works: pods begin with their Secret; what has ended long ago, or is nobody's, goes."""
        for name, job in list(self.jobs.items()):
            if job["pod"] is None and name in self.secrets and self.state is None:
                programs = {TEMPLATE: Program(self.takes, self.code), SERVICE: self.service}
                job["pod"] = Kubelet(job["spec"], programs, self.now())
            if job["pod"] is None:
                continue
            job["pod"].advance(self.now())
            ended = job["pod"].ended
            if ended is not None and self.now() - ended > timedelta(seconds=KEPT_SECONDS):
                del self.jobs[name]
        owners = {job["uid"] for job in self.jobs.values()}
        self.secrets = {name: one for name, one in self.secrets.items() if one["owner"] in owners}

    def _described(self, job: Mapping[str, Any]) -> dict[str, Any]:
        conditions = []
        pod: Kubelet | None = job["pod"]
        if pod is not None and pod.ended is not None:
            kind = "Failed" if pod.code else "Complete"
            conditions.append({"type": kind, "status": "True", "reason": "PodFailurePolicy"})
        return {
            "metadata": {"name": job["name"], "uid": job["uid"]},
            "spec": {"template": {"spec": job["spec"]}},
            "status": {"conditions": conditions},
        }

    def _pod(self, job: Mapping[str, Any]) -> dict[str, Any]:
        waiting = self.state or {"waiting": {"reason": "CreateContainerConfigError"}}
        first, others = (job["spec"].get(kind) or () for kind in ("initContainers", "containers"))
        status = {
            "initContainerStatuses": [{"name": each["name"], "state": waiting} for each in first],
            "containerStatuses": [{"name": each["name"], "state": waiting} for each in others],
        }
        return {
            "metadata": {"name": _POD, "creationTimestamp": "2026-11-29T06:30:00Z"},
            "status": status if job["pod"] is None else job["pod"].status,
        }

    @property
    def left(self) -> list[str]:
        """What is still there."""
        self._settle()
        return [*self.jobs, *self.secrets]


def _events(job: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    pod: Kubelet | None = job["pod"]
    yield from pod.events if pod else ()
