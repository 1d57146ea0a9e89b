"""What an alarm is: the words that the catalogue is written in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MINUTE = 60


class Severity(StrEnum):
    """How bad it is; decides which way people are told (runbook 002's table)."""

    SEV1 = "SEV-1"
    SEV2 = "SEV-2"
    SEV3 = "SEV-3"
    SEV4 = "SEV-4"

    @property
    def topic(self) -> str:
        """The topic's name within the environment (`sev-1`)."""
        return self.value.lower()

    @property
    def pages(self) -> bool:
        """Whether somebody is woken up."""
        return self in (Severity.SEV1, Severity.SEV2)

    @property
    def response(self) -> str:
        """How soon somebody answers."""
        return {
            Severity.SEV1: "page, answer within 15 minutes",
            Severity.SEV2: "page, answer within 30 minutes",
            Severity.SEV3: "ticket, answer within 2 hours",
            Severity.SEV4: "ticket, answer the next business day",
        }[self]


class Subject(StrEnum):
    """What an alarm watches; one alarm is made for each of its kind."""

    DATABASE = "database"
    CACHE = "cache"  # each node
    QUEUE = "queue"  # each node
    CLUSTER = "cluster"
    SERVICE = "service"
    POOL = "pool"  # of each service that connects to the database
    TOPIC = "topic"


class Statistic(StrEnum):
    """How the values of a period become one."""

    AVERAGE = "Average"
    MAXIMUM = "Maximum"
    SUM = "Sum"


class Comparison(StrEnum):
    """When a value is too much, or too little."""

    GREATER = "GreaterThanThreshold"
    GREATER_OR_EQUAL = "GreaterThanOrEqualToThreshold"
    LESS = "LessThanThreshold"


class MissingData(StrEnum):
    """What no value means."""

    MISSING = "missing"  # nothing is known: the alarm says "insufficient data"
    NOT_BREACHING = "notBreaching"  # nothing has happened: such a metric exists only when something does


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
        namespace: CloudWatch's namespace of the metric.
        metric: its name.
        statistic: how the values of a period become one.
        comparison: with the threshold.
        threshold: in the metric's unit.
        period: seconds.
        periods: how many of the last periods count.
        breaching: how many of them have to be over the threshold.
        missing: what a period without a value means.
    """

    name: str
    row: str
    subject: Subject
    severity: Severity
    condition: str
    section: str
    first_action: str
    namespace: str
    metric: str
    statistic: Statistic
    comparison: Comparison
    threshold: float
    period: int = 5 * MINUTE
    periods: int = 2
    breaching: int = 2
    missing: MissingData = MissingData.MISSING

    @property
    def description(self) -> str:
        """What the person who is woken up reads."""
        return (
            f"{self.severity} {self.condition}. First: {self.first_action} "
            f"(runbook {self.section}; {self.row})"
        )
