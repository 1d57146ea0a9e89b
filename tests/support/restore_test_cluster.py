"""The namespace of the application's command, in a cluster that works as long as nobody disturbs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from functions.restore_test.application import VARIABLE
from functions.restore_test.settings import TEMPLATE
from functions.shared.kubernetes import AlreadyThere, NotThere
from infra.kubernetes.restored_job import KEPT_SECONDS

NAMESPACE = "triangle-restore-test"
_JOBS = f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs"
_CORE = f"/api/v1/namespaces/{NAMESPACE}"
_TEMPLATE = {"spec": {"template": {"spec": {"containers": [{"name": TEMPLATE, "env": []}]}}}}


@dataclass
class Cluster:
    """A `KubernetesApi` with what is behind it.

    Args:
        called: a call, that somebody may disturb.
        now: the time.
        takes: how long the command runs.
        code: with which it ends.
        said: its log.
        state: of a container that never begins.
    """

    called: Callable[[str], AbstractContextManager[None]]
    now: Callable[[], datetime]
    takes: timedelta = timedelta(seconds=30)
    code: int = 0
    said: str = ""
    state: Mapping[str, Any] | None = None
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)

    def get(self, path: str, **query: str) -> dict[str, Any]:
        if path == f"/apis/batch/v1/namespaces/{NAMESPACE}/cronjobs/{TEMPLATE}":
            with self.called("GetCronJob"):
                return {"spec": {"jobTemplate": _TEMPLATE}}
        if path == f"{_CORE}/pods":
            with self.called("ListPods"):
                self._settle()
                wanted = query["labelSelector"].removeprefix("batch.kubernetes.io/controller-uid=")
                return {"items": [self._pod(job) for job in self.jobs.values() if job["uid"] == wanted]}
        with self.called("GetJob"):
            self._settle()
            return self._described(self._job(path))

    def text(self, path: str, **query: str) -> str:
        with self.called("GetLog"):
            assert path == f"{_CORE}/pods/a-pod/log"
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
            (container,) = content["spec"]["template"]["spec"]["containers"]
            (given,) = container["env"]
            assert given["valueFrom"]["secretKeyRef"] == {"name": name, "key": VARIABLE}
            self.made.append(name)
            self.jobs[name] = {"name": name, "uid": f"uid-{len(self.made)}", "began": None}
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
            if job["began"] is None and name in self.secrets and self.state is None:
                job["began"] = self.now()
            ended = self._ended(job)
            if ended is not None and self.now() - ended > timedelta(seconds=KEPT_SECONDS):
                del self.jobs[name]
        owners = {job["uid"] for job in self.jobs.values()}
        self.secrets = {name: one for name, one in self.secrets.items() if one["owner"] in owners}

    def _ended(self, job: Mapping[str, Any]) -> datetime | None:
        ended: datetime | None = job["began"] + self.takes if job["began"] else None
        return ended if ended and self.now() >= ended else None

    def _described(self, job: Mapping[str, Any]) -> dict[str, Any]:
        conditions = []
        if self._ended(job):
            kind = "Failed" if self.code else "Complete"
            conditions.append({"type": kind, "status": "True", "reason": "PodFailurePolicy"})
        return {"metadata": {"name": job["name"], "uid": job["uid"]}, "status": {"conditions": conditions}}

    def _pod(self, job: Mapping[str, Any]) -> dict[str, Any]:
        state: Mapping[str, Any] = self.state or {"waiting": {"reason": "CreateContainerConfigError"}}
        if job["began"]:
            state = {"terminated": {"exitCode": self.code}} if self._ended(job) else {"running": {}}
        return {
            "metadata": {"name": "a-pod", "creationTimestamp": "2026-11-29T06:30:00Z"},
            "status": {"containerStatuses": [{"state": state}]},
        }

    @property
    def left(self) -> list[str]:
        """What is still there."""
        self._settle()
        return [*self.jobs, *self.secrets]
