"""An alarm about a share of the database is the same alarm for another size, and for nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from infra.configuration.tiers import GIGABYTE
from preview.change import Step, Verb
from preview.shares import same_share

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def connections(threshold: int, of: int, text: int | None = None) -> dict[str, Any]:
    described = f"SEV-2 Connections of the database > {text or threshold} of {of} for 10 minutes."
    return {"metricName": "DatabaseConnections", "threshold": threshold, "alarmDescription": described}


def memory(threshold: float, used: int) -> dict[str, Any]:
    described = f"SEV-2 Memory of the database > {used} % used for 10 minutes."
    return {"metricName": "FreeableMemory", "threshold": threshold, "alarmDescription": described}


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (connections(720, 800), connections(1440, 1600), True),
        (connections(720, 800), connections(760, 800), False),
        # The words stay, and the number is another.
        (connections(720, 800), connections(790, 800, text=720), False),
        (connections(720, 800), connections(8100, 9000), False),  # no size of ours
        (memory(16 * GIGABYTE // 10, 90), memory(8 * GIGABYTE // 10, 90), True),
        (memory(8 * GIGABYTE // 10, 90), memory(8 * GIGABYTE // 20, 90), False),
        (memory(8 * GIGABYTE // 10, 90), memory(8 * GIGABYTE // 20, 95), False),
        (
            {"metricName": "CPUUtilization", "threshold": 70},
            {"metricName": "CPUUtilization", "threshold": 80},
            False,
        ),
    ],
)
def test_what_is_the_same_share_of_another_size(before: Any, after: Any, same: bool) -> None:
    step = Step(Verb.UPDATED, "urn:pulumi:prod::groundwork::x::alarm", ALARM, {}, before, after)
    assert same_share(step) is same
