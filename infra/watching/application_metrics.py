"""What the application publishes about itself, for the alarms that nobody else can measure.

The hook of the contract's `app` rows: a line in CloudWatch's embedded metric format in a service's log
is a metric in the namespace below, with `Environment` (the variable ENVIRONMENT) as its dimension, and with
the further ones that it names here.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from infra.watching.alarm import Measure, Statistic

NAMESPACE = "Groundwork/Application"


@dataclass(frozen=True)
class ApplicationMetric:
    """One metric.

    Args:
        unit: CloudWatch's name of it.
        dimensions: besides `Environment`.
        meaning: what is counted or measured, and when it is published.
    """

    unit: str
    dimensions: tuple[str, ...]
    meaning: str


_METRICS = {
    "DatabasePoolConnections": ApplicationMetric(
        "Count", ("Service",), "connections of a pod's pool in use; every minute"
    ),
    "DatabaseConnectionFailures": ApplicationMetric(
        "Count", (), "connections to the database that were refused or timed out; when it happens"
    ),
    "JobConsecutiveFailures": ApplicationMetric(
        "Count",
        ("Service",),
        "runs of a job that have failed one after the other, a schedule's as well; 0 after each good run",
    ),
    "WorkerLag": ApplicationMetric(
        "Milliseconds", ("Service",), "age of the oldest job that waits; every minute"
    ),
    "WorkerHeartbeat": ApplicationMetric("Count", ("Service",), "1 every minute while the worker works"),
    "QueueDepth": ApplicationMetric("Count", ("Queue",), "jobs that wait in a queue; every minute"),
    "DeadLetters": ApplicationMetric(
        "Count", (), "events in the dead-letter queue after their last attempt; every minute"
    ),
    "PaymentAttempts": ApplicationMetric("Count", (), "payments that were tried"),
    "PaymentFailures": ApplicationMetric("Count", (), "payments that the provider refused or did not answer"),
    "PaymentConsecutiveFailures": ApplicationMetric(
        "Count", (), "payments failed one after the other, counted in the queue's Redis for all pods"
    ),
    "Requests": ApplicationMetric("Count", (), "requests that the rate limit has looked at"),
    "RateLimitBlocks": ApplicationMetric("Count", (), "requests among them that it has refused"),
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
