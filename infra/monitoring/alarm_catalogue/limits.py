"""Limits that the thresholds are derived from, and the pair of alarms that most measures have."""

from __future__ import annotations

import math
from dataclasses import dataclass

from infra.configuration import Configuration
from infra.configuration.severities import Severity
from infra.configuration.thresholds import Thresholds
from infra.monitoring.alarm import Alarm, Incident, Statistic, Subject, only

CPU_SECTION = "003 Alert Response, High CPU Alert"
MEMORY_SECTION = "003 Troubleshooting Guide, High Memory Usage"
POOL_SECTION = "003 Alert Response, Database Connection Pool Exhausted"
THRESHOLDS_SECTION = "002 Monitoring & Alerts, Alert Thresholds"


def resized(command: str) -> str:
    """When a larger machine comes: what is protected does not restart by surprise, so nobody waits in vain.

    Args:
        command: of AWS's command line; with this option it applies what waits already.
    """
    return f"it waits for Sunday's maintenance window unless `aws {command} --apply-immediately` follows"


@dataclass(frozen=True)
class Limits:
    """What thresholds are derived from.

    Args:
        thresholds: of the system file.
        pool_maximum: connections of a pod's pool.
        database_memory: bytes.
        database_storage: gigabytes that are allocated at first.
        database_connections: PostgreSQL's max_connections.
        database_identifier: of the instance, which RDS names in its events.
        repositories: what the names of the images' repositories begin with.
        payments: who takes the payments; empty where nobody does.
        maintenance: whether users see a message instead of the application.
    """

    thresholds: Thresholds
    pool_maximum: int
    database_memory: int
    database_storage: int
    database_connections: int
    database_identifier: str
    repositories: str
    payments: str
    maintenance: bool

    @staticmethod
    def of(configuration: Configuration) -> Limits:
        """What the two files say."""
        settings, system = configuration.settings, configuration.system
        tier = settings.database.certain
        return Limits(
            thresholds=system.thresholds,
            pool_maximum=system.pool.maximum,
            database_memory=tier.memory,
            database_storage=tier.storage,
            database_connections=tier.connections,
            database_identifier=configuration.naming.database(settings.database.generations.current),
            repositories=f"{system.name}/",
            payments=system.payments.provider if system.payments else "",
            maintenance=settings.maintenance.enabled,
        )


def enough(percent: float) -> int:
    """So many that a single one of them is not over a rate: one failure of ten at night is no rate of 10 %.

    Args:
        percent: the rate.
    """
    return math.ceil(100 / percent)


@dataclass(frozen=True)
class Pair:
    """One measure with a warning (SEV-3) and a critical alarm (SEV-2), after 10 minutes (002, 004)."""

    subject: Subject
    what: str
    row: str
    section: str
    first_action: str
    namespace: str
    metric: str
    incident: Incident
    unit: str = "%"
    statistic: Statistic = Statistic.AVERAGE

    def alarms(self, warning: float, critical: float) -> tuple[Alarm, Alarm]:
        """Both alarms."""
        return (
            self._alarm("warning", Severity.SEV3, warning),
            self._alarm("critical", Severity.SEV2, critical),
        )

    def _alarm(self, level: str, severity: Severity, threshold: float) -> Alarm:
        return Alarm(
            name=f"{self.what.lower()}-{level}",
            row=self.row,
            subject=self.subject,
            severity=severity,
            condition=f"{self.what} of the {self.subject} > {threshold:g} {self.unit} for 10 minutes",
            section=self.section,
            first_action=self.first_action,
            measures=only(self.namespace, self.metric, self.statistic),
            threshold=threshold,
            incident=self.incident,
        )
