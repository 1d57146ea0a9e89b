"""ALM-15: rotations that fail."""

from __future__ import annotations

from functions.shared.rotation import ROTATION_FAILED
from infra.configuration.severities import Severity
from infra.monitoring.alarm import MINUTE, Alarm, MissingData, Statistic, Subject
from infra.monitoring.function_metrics import function_measure

ALARMS = (
    Alarm(
        name="rotation-failed",
        row="ALM-15",
        subject=Subject.OPERATIONS,
        severity=Severity.SEV3,
        condition="the rotation of a secret failed",
        section="003 Secret Rotation, Automatic Rotation",
        first_action="read the rotation function's log; the old value is still valid; rotate it again",
        measures={"value": function_measure(ROTATION_FAILED, Statistic.SUM)},
        threshold=0,
        period=5 * MINUTE,
        periods=1,
        missing=MissingData.NOT_BREACHING,
    ),
)
