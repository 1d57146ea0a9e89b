"""A forecast of how long a run would take on AWS, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from timing.durations import noun_of
from timing.interruptions import notices
from timing.operations import Kind, Run
from timing.simulation import Step, simulate
from timing.words import duration
from timing.workers import WORKERS

# Shorter ones are many and say little.
WORTH_NAMING_SECONDS = 30
_PODS = "kubernetes:apps/v1:Deployment"


@dataclass(frozen=True)
class Forecast:
    """A run, simulated with the usual times and with those of the slow case.

    Args:
        run: what is done.
        workers: of the engine.
    """

    run: Run
    workers: int = WORKERS

    @cached_property
    def typical(self) -> Mapping[str, Step]:
        """When each step begins and ends, usually."""
        return simulate(self.run, workers=self.workers)

    @cached_property
    def slow(self) -> Mapping[str, Step]:
        """The same in the slow case."""
        return simulate(self.run, slow=True, workers=self.workers)

    @property
    def seconds(self) -> tuple[float, float]:
        """How long all of it takes, usually and in the slow case."""
        return _end(self.typical), _end(self.slow)

    @cached_property
    def critical_path(self) -> list[Step]:
        """The steps that decide how long it usually takes, first to last; each needs the one before."""
        step = max(self.typical.values(), key=lambda each: each.finish, default=None)
        path: list[Step] = []
        while step is not None:
            if step.finish > step.start:
                path.append(step)
            step = self.typical[step.after] if step.after else None
        return path[::-1]

    @property
    def queued(self) -> float:
        """Seconds for which steps of the critical path have only waited for a worker of the engine."""
        return sum(step.queued for step in self.critical_path)

    @property
    def services(self) -> tuple[float, float] | None:
        """When the pods of all services run, where they are made or changed and other things take longer."""
        keys = [
            key
            for key, step in self.typical.items()
            if step.operation is not None
            and step.operation.resource.type == _PODS
            and step.operation.kind is not Kind.DELETE
        ]
        if not keys:
            return None
        return max(self.typical[key].finish for key in keys), max(self.slow[key].finish for key in keys)

    def sentence(self) -> str:
        """How long, and what decides it; nothing for what takes no time on AWS.

        `about 24 min on AWS (slow case 40 min): EKS cluster 10 min, then Job migration 2 min`
        """
        typical, slow = self.seconds
        if not typical:
            return ""
        named = [step for step in self.critical_path if step.finish - step.start >= WORTH_NAMING_SECONDS]
        path = ", then ".join(f"{noun(step)} {duration(step.finish - step.start)}" for step in named)
        said = f"about {duration(typical)} on AWS (slow case {duration(slow)})" + (
            f": {path}" if path else ""
        )
        if self.queued >= WORTH_NAMING_SECONDS:
            said += f"; {duration(self.queued)} of it waiting for one of the engine's {self.workers} workers"
        if self.services and typical - self.services[0] >= 60:
            usually, at_worst = self.services
            said += f"; the services run after {duration(usually)} (slow case {duration(at_worst)})"
        return said

    def lines(self) -> list[str]:
        """The sentence, and what people will notice."""
        said = self.sentence()
        noticed = [f"interruption: {notice}" for notice in notices(self.run.operations)]
        return [*([said] if said else []), *noticed]

    def as_json(self) -> dict[str, Any]:
        """The same for scripts; seconds."""
        typical, slow = self.seconds
        return {
            "seconds": {"typical": typical, "slow": slow},
            "servicesAfter": dict(zip(("typical", "slow"), self.services, strict=True))
            if self.services
            else None,
            "waitingForWorkers": self.queued,
            "criticalPath": [self._step(step) for step in self.critical_path],
            "interruptions": [
                {
                    "who": list(notice.who),
                    "what": notice.what,
                    "when": notice.when,
                    "seconds": {"typical": notice.lasts.typical, "slow": notice.lasts.slow}
                    if notice.lasts
                    else None,
                }
                for notice in notices(self.run.operations)
            ],
        }

    def steps_as_json(self) -> list[dict[str, Any]]:
        """Every step that takes time, in the order in which they begin."""
        steps = [step for step in self.typical.values() if step.finish > step.start]
        return [self._step(step) for step in sorted(steps, key=lambda each: (each.start, each.key))]

    def _step(self, step: Step) -> dict[str, Any]:
        assert step.operation is not None
        late = self.slow[step.key]
        return {
            "what": noun(step),
            "operation": step.operation.kind.value,
            "urn": step.operation.resource.urn,
            "area": step.operation.resource.area,
            "ready": step.ready,
            "start": step.start,
            "finish": step.finish,
            "slowStart": late.start,
            "slowFinish": late.finish,
        }


def noun(step: Step) -> str:
    """What a step is about, in people's words."""
    assert step.operation is not None
    said = noun_of(step.operation.resource)
    return f"{said} removed" if step.operation.kind is Kind.DELETE else said


def _end(steps: Mapping[str, Step]) -> float:
    return max((step.finish for step in steps.values()), default=0)
