"""A kubelet with one pod: which container begins when, what its probes are told, and what ends or restarts.

As Kubernetes documents it ("Sidecar Containers", "Init Containers", "Pod Lifecycle", "Configure Liveness,
Readiness and Startup Probes"). A node reaches its own pods whatever network policies say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

# Of a container that has not ended by itself when its grace was over.
KILLED = 137
# Before a container is started again; each time twice as long.
_BACK_OFF = timedelta(seconds=10)


def refuses(_: str) -> int:
    """Nothing listens."""
    raise ConnectionRefusedError


@dataclass
class Program:
    """What runs in a container.

    Args:
        takes: until it ends by itself; None when it does not.
        code: with which it ends then.
        told: with which it ends when it is told to.
        answers: the status of HTTP with which it answers a path.
    """

    takes: timedelta | None = None
    code: int = 0
    told: int = KILLED
    answers: Callable[[str], int] = refuses


@dataclass
class _Container:
    declared: Mapping[str, Any]
    program: Program
    began: datetime | None = None
    passed: datetime | None = None
    ended: datetime | None = None
    code: int = 0
    restarts: int = 0
    asked: int = 0
    failures: int = 0

    @property
    def name(self) -> str:
        return str(self.declared["name"])

    @property
    def probe(self) -> Mapping[str, Any] | None:
        probe: Mapping[str, Any] | None = self.declared.get("startupProbe")
        return probe

    @property
    def port(self) -> int:
        """The probe's port, which may be one of the container's by its name."""
        assert self.probe is not None
        port = self.probe["httpGet"]["port"]
        named = {each["name"]: each["containerPort"] for each in self.declared.get("ports", ())}
        return int(port if isinstance(port, int) else named[port])

    def end(self, at: datetime, code: int) -> None:
        self.ended, self.code, self.passed = at, code, None

    def restart(self, until: datetime) -> None:
        """Starts it again as often as it has ended, as far as the time has come."""
        while self.ended is not None:
            again = self.ended + _BACK_OFF * 2**self.restarts
            if again > until:
                return
            self.began, self.ended, self.asked, self.failures = again, None, 0, 0
            self.restarts += 1


@dataclass
class Kubelet:
    """One pod on a node.

    Args:
        spec: of the pod, as the API has it.
        programs: what runs in its containers, by their names.
        began: when the pod was started.
    """

    spec: Mapping[str, Any]
    programs: Mapping[str, Program]
    began: datetime
    events: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._first = [self._container(each) for each in self.spec.get("initContainers") or ()]
        self._others = [self._container(each) for each in self.spec["containers"]]
        assert self.spec["restartPolicy"] == "Never", "a Job's other policy is not known here"
        assert all(each.declared.get("restartPolicy") == "Always" for each in self._first)
        self.ended: datetime | None = None

    def _container(self, declared: Mapping[str, Any]) -> _Container:
        return _Container(declared, self.programs[declared["name"]])

    def advance(self, now: datetime) -> None:
        """Does all that has come by then."""
        since = self.began
        for sidecar in self._first:
            self._run(sidecar, since, now, again=True)
            if sidecar.passed is None and not any(each.began for each in self._others):
                return  # those after it wait
            since = max(since, sidecar.passed or since)
        for container in self._others:
            self._run(container, since, now, again=False)
        ends = [each.ended for each in self._others if each.ended is not None]
        if self.ended is None and len(ends) == len(self._others):
            self.ended = max(ends)
            for sidecar in self._first:
                sidecar.end(self.ended, sidecar.program.told)

    def _run(self, container: _Container, since: datetime, now: datetime, *, again: bool) -> None:
        container.began = container.began or since
        while self.ended is None:
            if again:
                container.restart(now)
            coming = None if container.ended else min(self._coming(container), default=None)
            if coming is None or coming[0] > now:
                return
            at, ends = coming
            if ends:
                container.end(at, container.program.code)
            else:
                self._ask(container, at)

    @staticmethod
    def _coming(container: _Container) -> Iterator[tuple[datetime, bool]]:
        """What happens to it next, and when: it ends, or is asked."""
        assert container.began is not None
        if container.program.takes is not None:
            yield container.began + container.program.takes, True
        if container.probe is None:
            container.passed = container.passed or container.began
        elif container.passed is None:
            period = timedelta(seconds=container.probe["periodSeconds"])
            yield container.began + (container.asked + 1) * period, False

    def _ask(self, container: _Container, at: datetime) -> None:
        """The startup probe once."""
        assert container.probe is not None
        path = container.probe["httpGet"]["path"]
        container.asked += 1
        try:
            status = container.program.answers(path)
        except OSError:
            address = f"10.0.0.9:{container.port}"
            told = f'Get "http://{address}{path}": dial tcp {address}: connect: connection refused'
        else:
            if HTTPStatus.OK <= status < HTTPStatus.BAD_REQUEST:
                container.passed = at
                return
            told = f"HTTP probe failed with statuscode: {status}"
        container.failures += 1
        self.events.append({"message": f"Startup probe failed: {told}", "lastTimestamp": at.isoformat()})
        if container.failures >= container.probe["failureThreshold"]:
            container.end(at, container.program.told)

    @property
    def status(self) -> dict[str, Any]:
        """As the API has it."""
        ready = all(each.passed for each in self._first)
        return {
            "conditions": [
                {"type": "PodScheduled", "status": "True"},
                {"type": "Initialized", "status": "True" if ready else "False"},
            ],
            "initContainerStatuses": [_status(each, again=self.ended is None) for each in self._first],
            "containerStatuses": [_status(each, again=False) for each in self._others],
        }

    @property
    def code(self) -> int:
        """With which the first of its containers has ended that has failed; sidecars do not count."""
        return next((each.code for each in self._others if each.code), 0)


def _status(container: _Container, *, again: bool) -> dict[str, Any]:
    code = container.code
    terminated = {"terminated": {"exitCode": code, "reason": "Error" if code else "Completed"}}
    state: dict[str, Any] = {"running": {}}
    if container.began is None:
        state = {"waiting": {"reason": "PodInitializing"}}
    elif container.ended is not None:
        state = {"waiting": {"reason": "CrashLoopBackOff"}} if again else terminated
    return {
        "name": container.name,
        "restartCount": container.restarts,
        "started": container.passed is not None and "running" in state,
        "state": state,
        "lastState": terminated if container.restarts or (again and container.ended) else {},
    }
