"""Metrics that the application publishes about itself, because nobody else can measure them.

The hook of the contract's `app` rows: a line in CloudWatch's embedded metric format in a service's log
is a metric in the namespace below, with `Environment` (the variable ENVIRONMENT) as its dimension, and with
the further ones that it names here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from infra.monitoring.alarm import Measure, Statistic

NAMESPACE = "Groundwork/Application"


class Rhythm(StrEnum):
    """When a metric is published: whether silence says anything depends on it."""

    EVERY_MINUTE = "every minute"
    WHEN_IT_HAPPENS = "when it happens"
    AFTER_EACH_RUN = "after each run"


class Publisher(StrEnum):
    """Which services publish a metric."""

    DATABASE = "each service with `database`"
    REDIS = "each service with `redis`"
    WORKER = "each worker"
    QUEUES = "a worker, where the system has `queues`, for all of them"
    PAYMENTS = "the service that takes payments, where the system has `payments`"

    @property
    def is_shared(self) -> bool:
        """Whether one of several services publishes for all."""
        return self in (Publisher.QUEUES, Publisher.PAYMENTS)


@dataclass(frozen=True)
class ApplicationMetric:
    """One metric.

    Args:
        unit: CloudWatch's name of it.
        dimensions: besides `Environment`.
        meaning: what is counted or measured.
        rhythm: when it is published.
        publisher: by whom.
    """

    unit: str
    dimensions: tuple[str, ...]
    meaning: str
    rhythm: Rhythm
    publisher: Publisher

    @property
    def all_dimensions(self) -> tuple[str, ...]:
        """The set that CloudWatch knows the metric by: another set would be another metric."""
        return ("Environment", *self.dimensions)


_METRICS = {
    "DatabasePoolConnections": ApplicationMetric(
        "Count",
        ("Service",),
        "connections of a pod's pool in use",
        Rhythm.EVERY_MINUTE,
        Publisher.DATABASE,
    ),
    "DatabaseConnectionFailures": ApplicationMetric(
        "Count",
        (),
        "connections to the database that were refused or timed out",
        Rhythm.WHEN_IT_HAPPENS,
        Publisher.DATABASE,
    ),
    "JobConsecutiveFailures": ApplicationMetric(
        "Count",
        ("Service",),
        "runs of a job that have failed one after the other; of several jobs the most, 0 when none has",
        Rhythm.AFTER_EACH_RUN,
        Publisher.WORKER,
    ),
    "WorkerLag": ApplicationMetric(
        "Milliseconds",
        ("Service",),
        "age of the oldest job that waits; 0 when none does",
        Rhythm.EVERY_MINUTE,
        Publisher.WORKER,
    ),
    "WorkerHeartbeat": ApplicationMetric(
        "Count", ("Service",), "1 while the worker works", Rhythm.EVERY_MINUTE, Publisher.WORKER
    ),
    "QueueDepth": ApplicationMetric(
        "Count", ("Queue",), "jobs that wait in a queue", Rhythm.EVERY_MINUTE, Publisher.QUEUES
    ),
    "DeadLetters": ApplicationMetric(
        "Count",
        (),
        "events in the dead-letter queue after their last attempt",
        Rhythm.EVERY_MINUTE,
        Publisher.QUEUES,
    ),
    "PaymentAttempts": ApplicationMetric(
        "Count", (), "payments that were tried", Rhythm.WHEN_IT_HAPPENS, Publisher.PAYMENTS
    ),
    "PaymentFailures": ApplicationMetric(
        "Count",
        (),
        "payments that the provider refused or did not answer",
        Rhythm.WHEN_IT_HAPPENS,
        Publisher.PAYMENTS,
    ),
    "PaymentConsecutiveFailures": ApplicationMetric(
        "Count",
        (),
        "payments failed one after the other, counted in the queue's Redis for all pods; 0 after a good one",
        Rhythm.AFTER_EACH_RUN,
        Publisher.PAYMENTS,
    ),
    "Requests": ApplicationMetric(
        "Count", (), "requests that the rate limit has looked at", Rhythm.WHEN_IT_HAPPENS, Publisher.REDIS
    ),
    "RateLimitBlocks": ApplicationMetric(
        "Count",
        (),
        "requests among them that it has refused",
        Rhythm.WHEN_IT_HAPPENS,
        Publisher.REDIS,
    ),
}
METRICS = MappingProxyType(_METRICS)


def application(metric: str, statistic: Statistic) -> Measure:
    """A measure of one of these metrics.

    Raises:
        KeyError: the application publishes no such metric.
    """
    if metric not in METRICS:
        raise KeyError(metric)
    return Measure(NAMESPACE, metric, statistic)
