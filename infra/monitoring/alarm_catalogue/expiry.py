"""ALM-15: certificates that end."""

from __future__ import annotations

from functions.shared.due import NOTICE_DAYS
from infra.configuration.severities import Severity
from infra.monitoring.alarm import DAY, Alarm, Statistic, Subject, only
from infra.monitoring.alarm import Comparison as Is

_CERTIFICATE_SECTION = "000 Push Notification Certificates"


def alarms() -> tuple[Alarm, ...]:
    """Of the load balancer's and of the edge's."""
    return tuple(_certificate(subject) for subject in (Subject.CERTIFICATE, Subject.EDGE_CERTIFICATE))


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
