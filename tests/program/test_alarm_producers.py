"""Every metric that an alarm reads is published, exactly so; and silence is no alarm where nothing is late.

In every environment of every system, from "just made, nothing has happened yet" through a quiet night, whose
few requests are slow and fail, to the end of the first day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import pytest

from documentation.application_page import application_page
from infra.alarm_catalogue import Limits, catalogue
from infra.configuration.platform_names import RELOADER
from infra.configuration.system import System, load_system
from infra.monitoring import application_metrics, log_metrics
from infra.monitoring.alarm import Statistic
from tests.support.cloudwatch.alarm import MetricAlarm, Normal
from tests.support.cloudwatch.composite import CompositeAlarm
from tests.support.cloudwatch.evaluation import State
from tests.support.for_each import for_each
from tests.support.function_metrics import folders, metrics_of
from tests.support.published_metrics import DAY, EVENT, Habit, Series, published
from tests.support.recorder import ROOT, TODAY, Recording, record, system_file
from tests.support.recordings import SYSTEMS, configuration_of, recording_of, system_recording

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
STACKS = list(product(SYSTEMS, ("dev", "staging", "prod")))

NORMAL = Normal(mean=0, deviation=0)
# How often an alarm is looked at: for the first half an hour every period, then every hour of the first day.
HALF_AN_HOUR, HOUR = 1800, 3600
END = 26 * HOUR


@cache
def _system(name: str) -> System:
    return load_system(system_file(f"examples/systems/{name}.yaml"), TODAY)


def _series(recording: Recording, name: str) -> Iterator[tuple[str, Series]]:
    """What an alarm reads, by the name that its expression has for it."""
    alarm = recording.one(ALARM, name)
    for identifier, metric in MetricAlarm(alarm.inputs).metrics.items():
        dimensions = frozenset((metric.get("dimensions") or {}).items())
        yield identifier, Series(alarm.provider, metric["namespace"], metric["metricName"], dimensions)


@pytest.mark.contract("ALM-13", "ALM-14", "ALM-15", "ALM-16")
@pytest.mark.parametrize(("system", "environment"), STACKS)
def test_every_metric_of_an_alarm_is_published_with_exactly_its_dimensions(
    system: str, environment: str
) -> None:
    recording = system_recording(system, environment)
    known = published(recording, _system(system))
    missing = {
        (name, series)
        for name in recording.of(ALARM)
        for _, series in _series(recording, name)
        if series not in known
    }
    assert missing == set()


def test_a_restore_test_is_among_them() -> None:
    recording = recording_of("prod")
    read = {series for name in recording.of(ALARM) for _, series in _series(recording, name)}
    assert {series.name for series in read} > {"RestoreTestSucceeded", "RestoreTestAgeDays"}


@cache
def _alarms() -> dict[str, tuple[MetricAlarm, dict[str, Habit]]]:
    """Each alarm of any system and environment once, with what it reads."""
    found: dict[str, tuple[MetricAlarm, dict[str, Habit]]] = {}
    recordings = [(system, system_recording(system, environment)) for system, environment in STACKS]
    for system, recording in recordings:
        known = published(recording, _system(system))
        for name, alarm in recording.of(ALARM).items():
            # What nobody publishes is told by the test above.
            habits = {key: known.get(series, EVENT) for key, series in _series(recording, name)}
            found.setdefault(name, (MetricAlarm(alarm.inputs), habits))
    return found


def _at(
    alarm: MetricAlarm, habits: dict[str, Habit], now: int, begun: int = 0
) -> dict[str, list[float | None]]:
    """The data points of the last periods, so many seconds after the environment was made."""
    count = alarm.rule.periods + 2  # CloudWatch looks back further than it has to
    ends = [now - alarm.period * (count - 1 - index) for index in range(count)]
    return {name: [_value(habit, end, alarm.period, begun) for end in ends] for name, habit in habits.items()}


def _value(habit: Habit, end: int, period: int, begun: int) -> float | None:
    if habit.begins is None:
        return None
    first = max(habit.begins, habit.begins + (end - period - habit.begins) // habit.every * habit.every)
    times = range(first, end, habit.every)
    return habit.value if any(end - period <= time < end for time in times) and end > begun else None


def _told(alarm: MetricAlarm, before: State, after: State) -> bool:
    """Whether a change of the state is told as something bad; a composite alarm tells of ALARM alone."""
    changed = after is not before
    return after is State.ALARM or (
        changed and after is State.INSUFFICIENT_DATA and bool(alarm.destinations(after))
    )


@pytest.mark.contract("ALM-13", "ALM-14", "ALM-16")
@for_each(lambda: sorted(_alarms()))
def test_nothing_is_told_of_what_was_just_made_nor_on_its_first_day(name: str) -> None:
    alarm, habits = _alarms()[name]
    state = State.INSUFFICIENT_DATA
    moments = sorted({*range(alarm.period, HALF_AN_HOUR, alarm.period), *range(HOUR, END, HOUR)})
    nothing: dict[str, Habit] = dict.fromkeys(habits, EVENT)
    assert not _told(alarm, state, alarm.state(_at(alarm, nothing, 0), state, normal=NORMAL))
    for now in moments:
        after = alarm.state(_at(alarm, habits, now), state, normal=NORMAL)
        assert not _told(alarm, state, after), f"{state} to {after} after {now} seconds"
        state = after


@pytest.mark.contract("ALM-1", "ALM-2", "ALM-9", "ALM-12", "ALM-16")
@for_each(lambda: sorted(_alarms()))
def test_nothing_is_told_in_a_quiet_night(name: str) -> None:
    alarm, habits = _alarms()[name]
    weeks_later = 30 * DAY + 3 * HOUR
    for before in (State.OK, State.INSUFFICIENT_DATA):
        after = alarm.state(_at(alarm, habits, weeks_later), before, normal=NORMAL)
        assert not _told(alarm, before, after)


@pytest.mark.contract("ALM-1", "ALM-2", "ALM-9")
@pytest.mark.parametrize(
    "ending", ["errors-critical", "latency-critical", "latency-tail", "failure-rate", "hit-ratio"]
)
def test_what_was_on_in_the_evening_ends_when_hardly_anybody_asks(ending: str) -> None:
    alarms = [each for name, each in _alarms().items() if name.endswith(f"-{ending}")]
    assert alarms
    for alarm, habits in alarms:
        assert alarm.state(_at(alarm, habits, DAY), State.ALARM, normal=NORMAL) is State.OK


@pytest.mark.contract("ALM-6", "ALM-13")
@pytest.mark.parametrize(
    ("ending", "silent"),
    [
        ("heartbeat", "WorkerHeartbeat"),
        ("backup-overdue", "NumberOfBackupJobsCompleted"),
        ("recovery-check-overdue", "RecoveryChecked"),
        ("replica-lag", "ReplicaLag"),
    ],
)
def test_what_is_there_and_says_nothing_is_an_alarm(ending: str, silent: str) -> None:
    for name, (alarm, habits) in _alarms().items():
        if name.endswith(ending):
            assert silent in {metric["metricName"] for metric in alarm.metrics.values()}
            ended = {key: EVENT if key == "value" else habit for key, habit in habits.items()}
            assert alarm.state(_at(alarm, ended, 2 * DAY), State.OK) is State.ALARM


@pytest.mark.contract("ALM-3", "ALM-13", "ALM-15")
def test_people_hear_of_it_when_a_measurement_ends(each: Recording) -> None:
    telling = {name for name, alarm in each.of(ALARM).items() if alarm.inputs.get("insufficientDataActions")}
    assert telling >= {
        "endpoint-api-not-ready",
        "job-remove-expired-uploads-failed-runs",
        "operations-expiring-credentials",
        "operations-recovery-not-ready",
        "operations-recovery-point-age",
        "operations-rotations-overdue",
        "operations-secret-copies-out-of-sync",
        "operations-secrets-snapshot-overdue",
    }
    assert all(
        _alarms()[name][0].state({"value": [None] * 8}) is not State.OK for name in telling - {"replica-lag"}
    )


@pytest.mark.contract("ALM-16")
def test_composite_alarms_are_silent_while_none_of_theirs_is_on(each: Recording) -> None:
    unknown = dict.fromkeys(
        (alarm.inputs["name"] for alarm in each.of(ALARM).values()), State.INSUFFICIENT_DATA
    )
    for composite in each.of(COMPOSITE).values():
        assert CompositeAlarm(composite.inputs).state(unknown) is State.OK


@pytest.mark.contract("ALM-13", "ALM-14")
def test_a_function_writes_what_its_metrics_say() -> None:
    assert metrics_of("remind")
    for folder in folders():
        files = [*(ROOT / "functions" / folder).glob("*.py"), *(ROOT / "functions" / "shared").glob("*.py")]
        source = "".join(file.read_text(encoding="utf-8") for file in files)
        for name in metrics_of(folder):
            assert re.search(rf"metrics\.write\(\s*{name}\b", source), f"{folder} never writes {name}"


@pytest.mark.contract("ALM-6")
def test_every_schedule_is_looked_at(each: Recording) -> None:
    cron_jobs = set(each.of("kubernetes:batch/v1:CronJob"))
    variables = each.one("aws:lambda/function:Function", "watch-jobs").plain("environment")["variables"]
    assert set(variables["JOBS"].split(",")) == cron_jobs


@pytest.mark.contract("ALM-13")
def test_the_replicas_alarm_waits_for_the_replica(prod: Recording) -> None:
    replica = prod.one("aws:rds/instance:Instance", "recovery/database")
    assert replica.urn in prod.one(ALARM, "replica-lag").depends_on


@pytest.mark.contract("ALM-3")
def test_nobody_is_paged_for_a_service_that_is_still_being_made(each: Recording) -> None:
    services = each.of("kubernetes:apps/v1:Deployment").items()
    deployments = {deployment.urn for name, deployment in services if name != RELOADER}
    for name, alarm in each.of(ALARM).items():
        if name.startswith("endpoint-"):
            assert deployments <= alarm.depends_on


def test_a_metric_of_the_application_is_one_record(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyError):
        application_metrics.application("Logins", Statistic.SUM)
    more = replace(application_metrics.METRICS["WorkerLag"], meaning="people that have logged in")
    monkeypatch.setitem(application_metrics._METRICS, "Logins", more)
    measure = application_metrics.application("Logins", Statistic.SUM)
    known = {(each.namespace, each.name) for each in published(recording_of("dev"), _system("triangle"))}
    assert (measure.namespace, measure.metric) in known
    page = application_page(catalogue(Limits.of(configuration_of("triangle", "prod"))))
    assert "People that have logged in." in page


@pytest.mark.parametrize(
    ("of", "like", "log"),
    [
        ("SERVICE_METRICS", log_metrics.INVALID_SIGNATURES, "api"),
        ("TRAIL_METRICS", log_metrics.ROOT_USE, "trail"),
    ],
)
def test_a_metric_of_the_logs_is_one_record(
    of: str, like: Any, log: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = replace(like, metric="OddLines")
    measure = log_metrics.counted(more)
    before = {(each.namespace, each.name) for each in published(recording_of("dev"), _system("triangle"))}
    assert (measure.namespace, measure.metric) not in before
    monkeypatch.setattr(log_metrics, of, (*getattr(log_metrics, of), more))
    recording = record("dev")
    after = {(each.namespace, each.name) for each in published(recording, _system("triangle"))}
    assert (measure.namespace, measure.metric) in after
    assert f"{log}-odd-lines" in recording.of("aws:cloudwatch/logMetricFilter:LogMetricFilter")
