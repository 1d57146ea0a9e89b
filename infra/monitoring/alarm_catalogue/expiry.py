"""ALM-15: rotations that fail, and certificates that end."""

from __future__ import annotations

from functions.shared.due import NOTICE_DAYS
from functions.shared.rotation import ROTATION_FAILED
from infra.configuration.severities import Severity
from infra.monitoring.alarm import DAY, MINUTE, Alarm, MissingData, Statistic, Subject, only
from infra.monitoring.alarm import Comparison as Is
from infra.monitoring.function_metrics import function_measure

_ROTATION_SECTION = "003 Secret Rotation, Automatic Rotation"
_CERTIFICATE_SECTION = "000 Push Notification Certificates"


def alarms() -> tuple[Alarm, ...]:
    """Of everything that ends."""
    return (
        _failed_rotation(),
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
        measures={"value": function_measure(ROTATION_FAILED, Statistic.SUM)},
        threshold=0,
        period=5 * MINUTE,
        periods=1,
        missing=MissingData.NOT_BREACHING,
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
