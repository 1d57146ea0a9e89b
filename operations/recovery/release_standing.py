"""The standing of a release in the cluster: the version of each service, and the migration's outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from infra.configuration import Configuration
from infra.configuration.images import release_name
from operations.console import OperationFailed
from operations.environments import Connection
from operations.kubernetes_api import KubernetesApi, NotThereError


class Migration(StrEnum):
    """What became of a release's migration."""

    NONE = "has not begun"
    RUNS = "runs"
    FAILED = "failed"
    DONE = "is done"


@dataclass(frozen=True)
class Service:
    """One service.

    Args:
        version: of its image; empty where there is no such Deployment.
        wanted: pods that it is to have.
        new: of these, those of this version that are available.
    """

    version: str
    wanted: int = 0
    new: int = 0

    @property
    def ready(self) -> bool:
        """Whether it runs in its version alone."""
        return bool(self.version) and 0 < self.wanted <= self.new

    @property
    def told(self) -> str:
        """For people."""
        if not self.version:
            return "is not there"
        return f"runs {self.version.removeprefix('sha256:')[:12]}, {self.new} of {self.wanted} pods"


class ReleaseStanding:
    """The release of an environment.

    Args:
        configuration: the environment.
        connection: to its account.
    """

    def __init__(self, configuration: Configuration, connection: Connection) -> None:
        self._api = KubernetesApi(connection, configuration.naming.prefix)
        self._names = list(configuration.system.services)
        self._migrates = configuration.system.migration is not None
        namespace = configuration.system.name
        self._deployments = f"/apis/apps/v1/namespaces/{namespace}/deployments/"
        self._jobs = f"/apis/batch/v1/namespaces/{namespace}/jobs"

    def services(self) -> dict[str, Service]:
        """Each service; none where there is no cluster that answers."""
        try:
            return {name: self._service(name) for name in self._names}
        except OperationFailed:
            return {}

    def _service(self, name: str) -> Service:
        try:
            found = self._api.get(self._deployments + name)
        except NotThereError:
            return Service("")
        image = str(found["spec"]["template"]["spec"]["containers"][0]["image"])
        version = image.rpartition("@")[2] if "@" in image else image.rpartition(":")[2]
        status, wanted = found.get("status", {}), int(found["spec"].get("replicas", 1))
        return Service(version, wanted, _new(found, status, wanted))

    def not_rolled_out(self, images: Mapping[str, str]) -> str | None:
        """What does not run yet as the stack file says it; None when all does."""
        found = self.services()
        wrong = (
            [
                f"{name} {found[name].told}"
                for name in self._names
                if name not in found or found[name].version != images[name] or not found[name].ready
            ]
            if found
            else ["the cluster does not answer"]
        )
        return "; ".join(wrong) or None

    def migration(self, version: str) -> Migration | None:
        """What became of the migration of a version; None where nobody knows.

        Args:
            version: of the service that migrates.
        """
        if not self._migrates:
            return Migration.NONE
        try:
            jobs = self._api.get(self._jobs)["items"]
        except OperationFailed:
            return None
        begins = f"migrate-{release_name(version)}-"
        found = [each for each in jobs if str(each["metadata"]["name"]).startswith(begins)]
        states = {_state(each) for each in found}
        for state in (Migration.RUNS, Migration.DONE, Migration.FAILED):
            if state in states:
                return state
        return Migration.NONE


def _new(found: Mapping[str, Any], status: Mapping[str, Any], wanted: int) -> int:
    """Pods of the newest version that are available (`kubectl rollout status` looks at the same)."""
    if status.get("observedGeneration", 0) < found["metadata"].get("generation", 0):
        return 0
    if status.get("replicas", 0) > status.get("updatedReplicas", 0):
        return min(int(status.get("updatedReplicas", 0)), wanted - 1)
    return min(int(status.get("availableReplicas", 0)), int(status.get("updatedReplicas", 0)))


def _state(job: Mapping[str, Any]) -> Migration:
    true = {
        each["type"] for each in job.get("status", {}).get("conditions", ()) if each.get("status") == "True"
    }
    if "Complete" in true:
        return Migration.DONE
    return Migration.FAILED if true & {"Failed", "FailureTarget"} else Migration.RUNS
