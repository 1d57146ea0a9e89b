"""Checks of a service's log: which alarms could never fire with what it writes (`docs/application.md`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from infra.alarm_catalogue import Limits, catalogue
from infra.configuration import Configuration
from infra.configuration.environments import Environment
from infra.configuration.service import Service
from infra.configuration.system import System
from infra.monitoring import application_metrics, log_metrics
from infra.monitoring.application_metrics import METRICS, ApplicationMetric, Publisher, Rhythm
from operations.embedded_metrics import Published
from operations.log_lines import Log


class State(StrEnum):
    """What a log says of a metric."""

    PUBLISHED = "published"
    WRONG = "wrong form"
    MISSING = "missing"
    NOT_SEEN = "not seen"

    @property
    def is_fine(self) -> bool:
        """Whether the alarms of the metric can fire, as far as a log can tell."""
        return self in (State.PUBLISHED, State.NOT_SEEN)


@dataclass(frozen=True)
class Verdict:
    """One metric: what was found of it, and the alarms that look at it."""

    metric: str
    dimensions: str
    seen: int
    state: State
    why: str
    alarms: tuple[str, ...]


def check(log: Log, configuration: Configuration, service: str | None) -> list[Verdict]:
    """A verdict on each metric that the log could have.

    Args:
        log: what was found.
        configuration: of the environment whose alarms are meant.
        service: who wrote the log; None for all services together.
    """
    alarms = _alarms(configuration)
    verdicts = [
        _of_application(metric, described, log, configuration.system, service, alarms)
        for metric, described in METRICS.items()
        if metric in alarms and _may_publish(described.publisher, configuration.system, service)
    ]
    for counted in log_metrics.SERVICE_METRICS:
        seen = log.counted[counted.metric]
        dimensions = ", ".join(name for name, _ in counted.dimensions)
        state = State.PUBLISHED if seen else State.NOT_SEEN
        why = "" if seen else f"provoke one: {' and '.join(each.pattern for each in counted.conditions)}"
        # The dashboard draws these, and alarms look at some of them.
        names = alarms.get(counted.metric, ("dashboard",))
        verdicts.append(Verdict(counted.metric, dimensions, seen, state, why, names))
    return verdicts


def _alarms(configuration: Configuration) -> dict[str, tuple[str, ...]]:
    """The alarms on what services publish, by metric."""
    found: dict[str, list[str]] = {}
    for alarm in catalogue(Limits.of(configuration)):
        for measure in alarm.measures.values():
            if measure.namespace in (application_metrics.NAMESPACE, log_metrics.NAMESPACE):
                found.setdefault(measure.metric, []).append(f"{alarm.subject}-{alarm.name}")
    return {metric: tuple(names) for metric, names in found.items()}


_OF_SERVICE: Mapping[Publisher, Callable[[Service, System], bool]] = {
    Publisher.DATABASE: lambda service, system: service.database,
    Publisher.REDIS: lambda service, system: service.redis,
    Publisher.WORKER: lambda service, system: service.worker,
    Publisher.QUEUES: lambda service, system: service.worker and bool(system.queues),
    Publisher.PAYMENTS: lambda service, system: system.payments is not None,
}


def publishers(publisher: Publisher, system: System) -> list[str]:
    """The services of a system that publish a metric, or from which one does."""
    return [name for name, service in system.services.items() if _OF_SERVICE[publisher](service, system)]


def _may_publish(publisher: Publisher, system: System, service: str | None) -> bool:
    found = publishers(publisher, system)
    return bool(found) if service is None else service in found


def _of_application(
    metric: str,
    described: ApplicationMetric,
    log: Log,
    system: System,
    service: str | None,
    alarms: Mapping[str, tuple[str, ...]],
) -> Verdict:
    """Each value of its second dimension is a metric, with an alarm, of its own."""
    expected = _expected(described, system, service)
    seen = 0
    reasons: list[str] = []
    values: set[str] = set()
    for found, count in log.metrics.items():
        if found.name == metric:
            seen += count
            complaints = list(_complaints(found, described, expected))
            reasons += [each for each in complaints if each not in reasons]
            if not complaints:
                values |= set(dict(found.dimensions).values())
    missing = [each for each in expected if each not in values] if expected else ([] if values else [""])
    state, why = _state(described, reasons, missing, system, service)
    return Verdict(metric, ", ".join(described.all_dimensions), seen, state, why, alarms[metric])


def _expected(described: ApplicationMetric, system: System, service: str | None) -> list[str]:
    """The values of the dimension besides `Environment`; none where it has no other."""
    if "Service" in described.dimensions:
        return [service] if service else publishers(described.publisher, system)
    return list(system.queues) if "Queue" in described.dimensions else []


def _state(
    described: ApplicationMetric,
    reasons: Sequence[str],
    missing: Sequence[str],
    system: System,
    service: str | None,
) -> tuple[State, str]:
    if reasons:
        return State.WRONG, "; ".join(reasons)
    if not missing:
        return State.PUBLISHED, ""
    of = f" of {', '.join(missing)}" if any(missing) else ""
    if described.rhythm is not Rhythm.EVERY_MINUTE:
        return State.NOT_SEEN, f"nothing{of}; {described.rhythm}: provoke one ({described.meaning})"
    if service and described.publisher.is_shared and len(publishers(described.publisher, system)) > 1:
        return State.NOT_SEEN, f"nothing{of}; another service may publish it"
    return State.MISSING, f"nothing{of}; published every minute, so a log of two minutes has it"


def _complaints(found: Published, described: ApplicationMetric, expected: Sequence[str]) -> Iterator[str]:
    dimensions = dict(found.dimensions)
    if found.namespace != application_metrics.NAMESPACE:
        yield f"namespace {found.namespace}, not {application_metrics.NAMESPACE}"
    if dimensions.keys() != set(described.all_dimensions):
        have = ", ".join(dimensions) or "none"
        yield f"dimensions {have}, not exactly {', '.join(described.all_dimensions)}"
    if found.unit != described.unit:
        yield f"unit {found.unit}, not {described.unit}"
    allowed = {"Environment": list(Environment), **dict.fromkeys(described.dimensions, expected)}
    for name, value in dimensions.items():
        if name in allowed and value not in allowed[name]:
            yield f"{name} {value}, not {' or '.join(allowed[name])}"
