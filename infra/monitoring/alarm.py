"""The words in which the catalogue of alarms is written: an alarm, its measures and its severity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from functions.shared.metrics import Metric
from infra.configuration.severities import Severity
from infra.naming import RegionRole

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Subject(StrEnum):
    """What an alarm watches; one alarm is made for each of its kind."""

    LOAD_BALANCER = "load-balancer"
    ENDPOINT = "endpoint"  # of each service with a route, from outside
    APPLICATION = "application"  # all services together
    SERVICE = "service"
    POOL = "pool"  # of each service that connects to the database
    WORKER = "worker"
    JOB = "job"  # each of the system file's schedules
    JOBS = "jobs"  # each of the system file's queues
    DEAD_LETTERS = "dead-letters"  # of all queues
    PAYMENTS = "payments"
    DATABASE = "database"
    DATABASE_EVENTS = "database-events"  # that RDS tells of
    REPLICA = "replica"
    CACHE = "cache"  # each node
    CACHE_NODES = "cache-nodes"  # all of them together
    QUEUE = "queue"  # each node of the Redis that holds the queues
    CLUSTER = "cluster"
    BACKUP = "backup"
    DATABASE_BACKUP = "database-backup"  # of all that is backed up, the database alone
    REPLICATION = "replication"  # of each bucket that S3 copies
    COPIES = "copies"  # of the same, as they arrive in the recovery region
    OPERATIONS = "operations"  # rotation, reminders, snapshots of secrets, restore tests
    CERTIFICATE = "certificate"
    EDGE_CERTIFICATE = "edge-certificate"
    LOGS = "logs"  # of the services
    TRAIL = "trail"  # of the account
    THREATS = "threats"  # that GuardDuty finds
    ACCESS = "access"  # from outside, that Access Analyzer finds
    IMAGES = "images"  # and what ECR finds in them
    MAINTENANCE = "maintenance"
    FUNCTIONS = "functions"  # all together
    FUNCTION = "function"  # each
    TOPIC = "topic"

    @property
    def region(self) -> RegionRole:
        """The region that has its metrics: alarms look only at those of their own, and so do topics."""
        regions = {
            Subject.ENDPOINT: RegionRole.GLOBAL,
            Subject.EDGE_CERTIFICATE: RegionRole.GLOBAL,
            Subject.COPIES: RegionRole.RECOVERY,
            Subject.REPLICA: RegionRole.RECOVERY,
        }
        return regions.get(self, RegionRole.HOME)


class Incident(StrEnum):
    """What breaks as one: its pages go out once, by a composite alarm for each severity.

    An alarm that stays on keeps the others of its incident from paging, so those that may stand for days
    (no restore test, no snapshot yet, a dead letter that nobody can replay, a weekly job that fails, a
    payment provider that is down) have one of their own.
    """

    SERVICE = "service"
    DATABASE = "database"
    CACHE = "cache"
    QUEUE = "queue"
    CLUSTER = "cluster"
    WORKER = "worker"
    FAILED_JOBS = "failed-jobs"
    DEAD_LETTERS = "dead-letters"
    PAYMENTS = "payments"
    BACKUP = "backup"
    RECOVERY_POINT = "recovery-point"
    SECRETS_SNAPSHOT = "secrets-snapshot"  # the incident's name
    RESTORE_TEST = "restore-test"
    READINESS = "readiness"  # of a recovery

    @property
    def follows_outage(self) -> bool:
        """Whether an outage or maintenance may be all that is behind it.

        What does not follow from them is never kept quiet: it may be over before they are (a backup has
        failed within its hour), and then nobody would ever be told.
        """
        return self not in (
            Incident.BACKUP,
            Incident.RECOVERY_POINT,
            Incident.SECRETS_SNAPSHOT,
            Incident.RESTORE_TEST,
            Incident.READINESS,
        )


class Statistic(StrEnum):
    """How the values of a period become one."""

    AVERAGE = "Average"
    MAXIMUM = "Maximum"
    MINIMUM = "Minimum"
    SUM = "Sum"
    P95 = "p95"
    P99 = "p99"

    @property
    def share(self) -> float:
        """Of the values, that are not above a percentile."""
        return int(self.value.removeprefix("p")) / 100

    @property
    def percentile(self) -> bool:
        """Whether it is a percentile, which CloudWatch calls an extended statistic."""
        return self in (Statistic.P95, Statistic.P99)


class Comparison(StrEnum):
    """When a value is too much, or too little."""

    GREATER = "GreaterThanThreshold"
    GREATER_OR_EQUAL = "GreaterThanOrEqualToThreshold"
    LESS = "LessThanThreshold"
    LESS_OR_EQUAL = "LessThanOrEqualToThreshold"
    ABOVE_NORMAL = "GreaterThanUpperThreshold"  # of the band in which the metric is used to be


class MissingData(StrEnum):
    """What no value means."""

    MISSING = "missing"  # nothing is known: the alarm says "insufficient data"
    NOT_BREACHING = "notBreaching"  # nothing has happened: such a metric exists only when something does
    BREACHING = "breaching"  # silence is what the alarm is about
    IGNORE = "ignore"  # the state stays as the last value has left it


@dataclass(frozen=True)
class Measure:
    """A metric of CloudWatch, and how the values of a period become one.

    Args:
        namespace: the metric's.
        metric: its name.
        statistic: of the values of a period.
        function_metric: what it is of a function of the platform; None where others publish it.
    """

    namespace: str
    metric: str
    statistic: Statistic
    function_metric: Metric | None = None


@dataclass(frozen=True)
class Alarm:
    """One alarm.

    Args:
        name: within its subject (`cpu-warning`).
        row: of the contract.
        subject: what it watches.
        severity: how bad it is.
        condition: in the runbook's words.
        section: the runbook's section that says what to do.
        first_action: what to do first.
        measures: what is measured, by the name that the expression has for it.
        expression: metric math over the measures; empty where there is one, compared as it is.
        comparison: with the threshold.
        threshold: in its unit; with ABOVE_NORMAL in standard deviations above what is normal.
        unit: of what the expression makes, where that is another one than its first measure's
            (infra/monitoring/units.py); empty for that one.
        period: seconds.
        periods: how many of the last periods count.
        breaching: how many of them have to be over the threshold; None for all.
        missing: what a period without a value means.
        clock: where silence is what the alarm is about: a metric that is always there while something is
            there to be watched. Only periods in which it has a value count; what has just been made is
            not late. The expression fills the silence of the other measures.
        tells_silence: people hear of it when the measures end, which a metric that has never begun does not
            do. By mail: PagerDuty takes ALARM and OK alone.
        incident: what it is a symptom of; a page then goes out with the others'.
        event: the events of EventBridge that are counted, as a pattern; a rule of the alarm's own name is
            declared with it (infra/monitoring/events.py).
    """

    name: str
    row: str
    subject: Subject
    severity: Severity
    condition: str
    section: str
    first_action: str
    measures: Mapping[str, Measure]
    threshold: float
    comparison: Comparison = Comparison.GREATER
    expression: str = ""
    unit: str = ""
    period: int = 5 * MINUTE
    periods: int = 2
    breaching: int | None = None
    missing: MissingData = MissingData.MISSING
    clock: Measure | None = None
    tells_silence: bool = False
    incident: Incident | None = None
    event: Mapping[str, Any] | None = None

    @property
    def all_measures(self) -> tuple[Measure, ...]:
        """What is measured, the clock among them."""
        return (*self.measures.values(), *([self.clock] if self.clock else []))

    @property
    def description(self) -> str:
        """What the person who is woken up reads."""
        return (
            f"{self.severity} {self.condition}. First: {self.first_action} "
            f"(runbook {self.section}; {self.row})"
        )

    @property
    def datapoints_to_alarm(self) -> int:
        """How many of the last periods have to be over the threshold."""
        return self.periods if self.breaching is None else self.breaching

    @property
    def paged_together(self) -> bool:
        """Whether the composite alarm of its incident pages in its place."""
        return self.incident is not None and self.severity.pages


def only(namespace: str, metric: str, statistic: Statistic) -> Mapping[str, Measure]:
    """The measures of an alarm that watches one metric as it is."""
    return {"value": Measure(namespace, metric, statistic)}
