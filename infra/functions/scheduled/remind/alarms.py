"""ALM-15: what ends on a day, or should have been renewed: it is counted every day."""

from __future__ import annotations

from functions.remind.metrics import EXPIRING_CREDENTIALS, ROTATIONS_OVERDUE, SECRET_COPIES_OUT_OF_SYNC
from functions.shared.due import NOTICE_DAYS
from functions.shared.metrics import Metric
from infra.configuration.severities import Severity
from infra.monitoring.alarm import DAY, Alarm, Statistic, Subject
from infra.monitoring.function_metrics import function_measure


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
        measures={"value": function_measure(metric, Statistic.MAXIMUM)},
        threshold=0,
        period=DAY,
        periods=1,
        tells_silence=True,
    )


ALARMS = (
    _daily(
        "rotations-overdue",
        "a secret is older than its rotation allows",
        "003 Secret Rotation, Automatic Rotation",
        "see in the rotation ledger which one, and rotate it",
        ROTATIONS_OVERDUE,
    ),
    _daily(
        "expiring-credentials",
        f"a credential that a person renews (APNs and the like) ends in {NOTICE_DAYS} days",
        "000 Push Notification Certificates",
        "renew it, then write the new date into the system file (expiries)",
        EXPIRING_CREDENTIALS,
    ),
    _daily(
        "secret-copies-out-of-sync",
        "a secret has another value in the recovery region than here, or none",
        "003 Disaster Recovery, RTO/RPO Targets",
        "see in describe-secret why (ReplicationStatus): mostly the key there, or a secret of that name",
        SECRET_COPIES_OUT_OF_SYNC,
    ),
)
