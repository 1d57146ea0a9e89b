"""SEC-6: what nobody should do, counted in the account's trail and in the services' logs."""

from __future__ import annotations

from infra.configuration.severities import Severity
from infra.monitoring import log_metrics
from infra.monitoring.alarm import MINUTE, Alarm, MissingData, Subject
from infra.monitoring.log_metrics import ROOT_USE, SECRET_READS, TrailMetric

FAILED_LOGINS = 10  # in 5 minutes, by people at AWS's console
_SECTION = "003 Security Operations, Security Incident Response"


def alarms() -> tuple[Alarm, ...]:
    """Of the trail."""

    def alarm(
        name: str,
        metric: TrailMetric,
        severity: Severity,
        condition: str,
        first_action: str,
        threshold: int = 0,
    ) -> Alarm:
        return Alarm(
            name=name,
            row="SEC-6",
            subject=Subject.TRAIL,
            severity=severity,
            condition=condition,
            section=_SECTION,
            first_action=first_action,
            measures={"value": log_metrics.counted(metric)},
            threshold=threshold,
            period=5 * MINUTE,
            periods=1,
            missing=MissingData.NOT_BREACHING,
        )

    return (
        alarm(
            "root-use",
            ROOT_USE,
            Severity.SEV2,
            "the account's root user was used",
            "ask who it was; if nobody knows, change the password and revoke the root user's keys",
        ),
        alarm(
            "unexpected-secret-reader",
            SECRET_READS,
            Severity.SEV2,
            "a secret was read by a role that none of the services has",
            "see in the trail who read what; rotate the secret if nobody can explain it",
        ),
        alarm(
            "failed-logins",
            log_metrics.FAILED_LOGINS,
            Severity.SEV3,
            f"> {FAILED_LOGINS} failed logins to the console in 5 minutes",
            "see in the trail from where; block the address, and look for a login that succeeded",
            FAILED_LOGINS,
        ),
    )
