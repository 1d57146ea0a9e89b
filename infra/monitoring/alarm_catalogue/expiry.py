"""ALM-15: what ends on a day: rotations, certificates, and credentials that a person renews."""

from __future__ import annotations

from functions.shared.due import NOTICE_DAYS
from functions.shared.metrics import NAMESPACE, Metric
from infra.configuration.severities import Severity
from infra.monitoring.alarm import DAY, MINUTE, Alarm, MissingData, Statistic, Subject, only
from infra.monitoring.alarm import Comparison as Is

_ROTATION_SECTION = "003 Secret Rotation, Automatic Rotation"
_CERTIFICATE_SECTION = "000 Push Notification Certificates"


def alarms() -> tuple[Alarm, ...]:
    """Of everything that ends."""
    return (
        _failed_rotation(),
        _daily(
            "rotations-overdue",
            "a secret is older than its rotation allows",
            _ROTATION_SECTION,
            "see in the rotation ledger which one, and rotate it",
            Metric.ROTATIONS_OVERDUE,
        ),
        _daily(
            "expiring-credentials",
            f"a credential that a person renews (APNs and the like) ends in {NOTICE_DAYS} days",
            _CERTIFICATE_SECTION,
            "renew it, then write the new date into the system file (expiries)",
            Metric.EXPIRING_CREDENTIALS,
        ),
        _daily(
            "secret-copies-out-of-sync",
            "a secret has another value in the recovery region than here, or none",
            "003 Disaster Recovery, RTO/RPO Targets",
            "see in describe-secret why (ReplicationStatus): mostly the key there, or a secret of that name",
            Metric.SECRET_COPIES_OUT_OF_SYNC,
        ),
        *(_certificate(subject) for subject in (Subject.CERTIFICATE, Subject.EDGE_CERTIFICATE)),
    )


def _failed_rotation() -> Alarm:
    return Alarm(
        name="rotation-failed",
        row="ALM-15",
        subject=Subject.OPERATIONS,
        severity=Severity.SEV3,
        condition="the rotation of a secret failed",
        section=_ROTATION_SECTION,
        first_action="read the rotation function's log; the old value is still valid; rotate it again",
        measures=only(NAMESPACE, Metric.ROTATION_FAILED, Statistic.SUM),
        threshold=0,
        period=5 * MINUTE,
        periods=1,
        missing=MissingData.NOT_BREACHING,
    )


def _daily(name: str, condition: str, section: str, first_action: str, metric: Metric) -> Alarm:
    """What is counted every day; the end of the counting is no good news."""
    return Alarm(
        name=name,
        row="ALM-15",
        subject=Subject.OPERATIONS,
        severity=Severity.SEV3,
        condition=condition,
        section=section,
        first_action=first_action,
        measures=only(NAMESPACE, metric, Statistic.MAXIMUM),
        threshold=0,
        period=DAY,
        periods=1,
        tells_silence=True,
    )


def _certificate(subject: Subject) -> Alarm:
    return Alarm(
        name="expiry",
        row="ALM-15",
        subject=subject,
        severity=Severity.SEV3,
        condition=f"the certificate expires in {NOTICE_DAYS} days: it has not been renewed by itself",
        section=_CERTIFICATE_SECTION,
        first_action="see in ACM what its renewal waits for: usually the validation record in DNS is gone",
        measures=only("AWS/CertificateManager", "DaysToExpiry", Statistic.MINIMUM),
        comparison=Is.LESS_OR_EQUAL,
        threshold=NOTICE_DAYS,
        period=DAY,
        periods=1,
    )
