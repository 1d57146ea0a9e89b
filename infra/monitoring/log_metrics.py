"""Metrics counted in logs: metric filters, as data, and the lines that they look for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.monitoring.alarm import Measure, Statistic
from infra.monitoring.service_log import FAILED_AUTHENTICATION_EVENT, INVALID_SIGNATURE_EVENT, Condition
from infra.naming import Naming

NAMESPACE = "Groundwork/Logs"

# Of a filter pattern (PutMetricFilter).
PATTERN_LENGTH_MAXIMUM = 1024


@dataclass(frozen=True)
class LogMetric:
    """Lines that are counted.

    Args:
        metric: its name in the namespace above.
        pattern: in CloudWatch Logs' syntax.
        dimensions: of the metric, each with the property that it comes from. A metric with dimensions has
            no zero for silence, and every value of them is a metric of its own: few and known ones only.
    """

    metric: str
    pattern: str
    dimensions: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the filter: `server-errors-by-route`."""
        return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in self.metric)[1:]


@dataclass(frozen=True)
class ServiceLogMetric:
    """Lines of a service that are counted: those that have all of this.

    Args:
        metric: its name in the namespace above.
        conditions: on the line's fields.
        dimensions: of the metric, each with the field that it comes from.
    """

    metric: str
    conditions: tuple[Condition, ...]
    dimensions: tuple[tuple[str, str], ...] = ()

    def counts(self, line: Mapping[str, Any]) -> bool:
        """Whether a line is counted."""
        return all(condition.holds(line) for condition in self.conditions)

    @property
    def filtered(self) -> LogMetric:
        """The metric filter."""
        pattern = " && ".join(condition.pattern for condition in self.conditions)
        return LogMetric(
            self.metric,
            f"{{ {pattern} }}",
            {dimension: f"$.{name}" for dimension, name in self.dimensions},
        )


@dataclass(frozen=True)
class TrailMetric:
    """Calls in the account's trail that are counted.

    Args:
        metric: its name in the namespace above.
        pattern: in CloudWatch Logs' syntax; what only an environment knows is one of the words below.
    """

    metric: str
    pattern: str


# In patterns: the names of the environment's secrets, and that a role is one of those that may read them.
_SECRETS, _KNOWN = "<secrets>", "<known>"
_ROLE = "$.userIdentity.sessionContext.sessionIssuer.userName"

INVALID_SIGNATURES = ServiceLogMetric(
    "InvalidSignatures", (Condition("event", "=", INVALID_SIGNATURE_EVENT),)
)
FAILED_AUTHENTICATIONS = ServiceLogMetric(
    "FailedAuthentications", (Condition("event", "=", FAILED_AUTHENTICATION_EVENT),)
)
SERVER_ERRORS = ServiceLogMetric(
    "ServerErrorsByRoute",
    (Condition("status", ">=", 500), Condition("route", "=", "*")),
    (("Route", "route"),),
)
SERVICE_METRICS = (INVALID_SIGNATURES, FAILED_AUTHENTICATIONS, SERVER_ERRORS)

# From the CIS benchmark for AWS: use of the root user by a person, not by a service for it.
ROOT_USE = TrailMetric(
    "RootUse",
    '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS '
    '&& $.eventType != "AwsServiceEvent" }',
)
# Who has no role (a user, the root user) has no name to compare and is nobody that is known.
SECRET_READS = TrailMetric(
    "UnexpectedSecretReads",
    '{ $.eventSource = "secretsmanager.amazonaws.com" && $.eventName = "*GetSecretValue" '
    f'&& $.requestParameters.secretId = "*{_SECRETS}" '
    f"&& (({_KNOWN}) || {_ROLE} NOT EXISTS) }}",
)
FAILED_LOGINS = TrailMetric(
    "FailedConsoleLogins", '{ $.eventName = "ConsoleLogin" && $.errorMessage = "Failed*" }'
)
TRAIL_METRICS = (ROOT_USE, SECRET_READS, FAILED_LOGINS)


def counted(metric: ServiceLogMetric | TrailMetric) -> Measure:
    """A measure of what is counted in a log."""
    return Measure(NAMESPACE, metric.metric, Statistic.SUM)


def of_services() -> tuple[LogMetric, ...]:
    """Counted in the log of every service."""
    return tuple(each.filtered for each in SERVICE_METRICS)


def of_trail(naming: Naming, readers: Sequence[str]) -> tuple[LogMetric, ...]:
    """Counted in CloudTrail's log of the account (contract SEC-6).

    Args:
        naming: whose secrets.
        readers: names of the roles that may read them, with * for any letters.
    """
    known = " && ".join(f'{_ROLE} != "{reader}"' for reader in readers)
    return tuple(
        LogMetric(each.metric, each.pattern.replace(_SECRETS, naming.secret("*")).replace(_KNOWN, known))
        for each in TRAIL_METRICS
    )
