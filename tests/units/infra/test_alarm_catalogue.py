"""What holds for every alarm of the catalogue."""

from __future__ import annotations

from collections import Counter

import pytest

from infra.alarm import Alarm, MissingData, Severity, Statistic
from infra.alarm_catalogue import Limits, catalogue
from infra.system import load_system
from infra.tiers import DATABASE_TIERS
from tests.support.recorder import TODAY, system_file

_SYSTEM = load_system(system_file(), TODAY)
_TIER = DATABASE_TIERS["standard"]
CATALOGUE = catalogue(
    Limits(_SYSTEM.thresholds, _SYSTEM.pool.maximum, _TIER.memory, _TIER.storage, _TIER.connections)
)
EACH = pytest.mark.parametrize("alarm", CATALOGUE, ids=lambda alarm: f"{alarm.subject}-{alarm.name}")


def test_no_two_alarms_have_one_name() -> None:
    names = Counter((alarm.subject, alarm.name) for alarm in CATALOGUE)
    assert max(names.values()) == 1


@EACH
def test_an_alarm_tells_what_to_do(alarm: Alarm) -> None:
    assert alarm.first_action in alarm.description
    assert alarm.section in alarm.description
    assert len(alarm.description) <= 1024  # CloudWatch's limit


@EACH
def test_cloudwatch_takes_the_periods(alarm: Alarm) -> None:
    # 10, 20, 30 or a multiple of 60 seconds; evaluated over a day at most.
    assert alarm.period % 60 == 0
    assert 1 <= alarm.breaching <= alarm.periods
    assert alarm.period * alarm.periods <= 86_400


@EACH
def test_silence_is_good_news_for_counts_alone(alarm: Alarm) -> None:
    counts = alarm.statistic is Statistic.SUM
    assert (alarm.missing is MissingData.NOT_BREACHING) is counts


def test_a_critical_alarm_comes_after_its_warning() -> None:
    alarms = {(alarm.subject, alarm.name): alarm for alarm in CATALOGUE}
    for (subject, name), critical in alarms.items():
        warning = alarms.get((subject, name.replace("-critical", "-warning")))
        if name.endswith("-critical") and warning is not None:
            rising = critical.comparison.value.startswith("Greater")
            assert critical.threshold != warning.threshold
            assert (critical.threshold > warning.threshold) is rising
            assert (warning.severity, critical.severity) == (Severity.SEV3, Severity.SEV2)


@pytest.mark.contract("ALM-16")
@pytest.mark.parametrize(
    ("severity", "pages", "response"),
    [
        (Severity.SEV1, True, "15 minutes"),
        (Severity.SEV2, True, "30 minutes"),
        (Severity.SEV3, False, "2 hours"),
        (Severity.SEV4, False, "next business day"),
    ],
)
def test_severity_decides_the_way_and_the_time(severity: Severity, pages: bool, response: str) -> None:
    assert severity.pages is pages
    assert response in severity.response


def test_thresholds_of_the_system_file_move_the_alarms() -> None:
    system = load_system({**system_file(), "thresholds": {"cpuWarning": 60, "cpuCritical": 75}}, TODAY)
    limits = Limits(system.thresholds, 20, _TIER.memory, _TIER.storage, _TIER.connections)
    warnings = {alarm.threshold for alarm in catalogue(limits) if alarm.name == "cpu-warning"}
    assert warnings == {60}
