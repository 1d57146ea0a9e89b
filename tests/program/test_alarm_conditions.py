"""ALM-1 to ALM-17: every declared alarm, driven with data points through CloudWatch's rules.

What is driven is what the program declares for the five systems, not what the catalogue says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

import pytest

from infra.alarm_catalogue import Limits, catalogue
from infra.configuration.system import load_system
from infra.configuration.tiers import GIGABYTE
from infra.monitoring.alarm_queries import CLOCK
from tests.support.cloudwatch.alarm import ONLY, MetricAlarm, Normal
from tests.support.cloudwatch.composite import CompositeAlarm
from tests.support.cloudwatch.evaluation import State
from tests.support.for_each import for_each
from tests.support.recorder import TODAY, Recording, system_file
from tests.support.recordings import SYSTEMS, system_recording

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"

NORMAL = Normal(mean=4, deviation=2)

# Of a system that has everything that the catalogue knows.
LIMITS = Limits(
    thresholds=load_system(system_file(), TODAY).thresholds,
    pool_maximum=20,
    database_memory=GIGABYTE,
    database_storage=20,
    database_connections=100,
    database_identifier="triangle-prod",
    repositories="triangle/",
    payments="Stripe",
    maintenance=False,
)

# How the metrics of an expression come to a value: by the alarm's name within its subject.
Values = Mapping[str, float | None]


EXPRESSIONS: dict[str, Callable[[float], Values]] = {
    "errors-notice": lambda percent: {
        "failed": percent * 10,
        "refused": None,
        "unanswered": None,
        "requests": 1000,
    },
    "errors-warning": lambda percent: {
        "failed": None,
        "refused": percent * 10,
        "unanswered": None,
        "requests": 1000,
    },
    "errors-critical": lambda percent: {
        "failed": percent * 10,
        "refused": None,
        "unanswered": 0,
        "requests": 1000,
    },
    "failure-rate": lambda percent: {"failures": percent * 2, "attempts": 200},
    **{
        f"latency-{level}": lambda seconds: {"latency": seconds, "requests": 5000}
        for level in ("warning", "critical", "tail", "target")
    },
    "hit-ratio": lambda percent: {
        "hits_1": percent * 10,
        "hits_2": percent * 10,
        "misses_1": (100 - percent) * 10,
        "misses_2": (100 - percent) * 10,
    },
    "rate-limit": lambda percent: {"blocks": percent * 5, "requests": 500},
    "failed": lambda count: {"backups": None, "expired": None, "incomplete": count, "copies": None},
}
# On and off by the program's own word, whatever the data.
WITHOUT_DATA = {"maintenance-on"}


@cache
def _declared() -> dict[str, tuple[Recording, MetricAlarm]]:
    """Each alarm of any system once."""
    found: dict[str, tuple[Recording, MetricAlarm]] = {}
    for recording in (system_recording(system, "prod") for system in SYSTEMS):
        for name, alarm in recording.of(ALARM).items():
            found.setdefault(name, (recording, MetricAlarm(alarm.inputs)))
    return found


def _names() -> Iterator[str]:
    yield from sorted(set(_declared()) - WITHOUT_DATA)


EACH = for_each(_names)


def _threshold(alarm: MetricAlarm) -> float:
    if "thresholdMetricId" in alarm.inputs:
        return NORMAL.mean + 3 * NORMAL.deviation
    return float(alarm.inputs["threshold"])


def _data(name: str, alarm: MetricAlarm, values: Sequence[float | None]) -> dict[str, list[float | None]]:
    """The data points with which the alarm compares these values; None is a period without any."""
    calculated = next((EXPRESSIONS[key] for key in EXPRESSIONS if name.endswith(f"-{key}")), None)
    # What is watched is there, whether it says anything or not.
    clock: dict[str, list[float | None]] = {CLOCK: [1.0] * len(values)} if CLOCK in alarm.metrics else {}
    if len(alarm.metrics) == 1 + len(clock):
        (only,) = alarm.metrics.keys() - clock.keys()
        return {only: list(values), **clock}
    assert calculated is not None, f"{name}: say how its expression comes to a value"
    rows = [calculated(value) if value is not None else {} for value in values]
    return {metric: [row.get(metric) for row in rows] for metric in alarm.metrics}


def _beyond(alarm: MetricAlarm) -> float:
    """A value just over the threshold, or just under it where less is worse."""
    threshold = _threshold(alarm)
    step = abs(threshold) / 1000 or 0.001
    return threshold + (-step if alarm.inputs["comparisonOperator"].startswith("Less") else step)


def _within(alarm: MetricAlarm) -> float:
    return 2 * _threshold(alarm) - _beyond(alarm)


def _state(name: str, values: Sequence[float | None], current: State = State.OK) -> State:
    alarm = _declared()[name][1]
    return alarm.state(_data(name, alarm, values), current, normal=NORMAL)


ROWS = [f"ALM-{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)]


@pytest.mark.contract(*ROWS)
@EACH
def test_it_goes_off_when_enough_periods_are_beyond_its_threshold(name: str) -> None:
    alarm = _declared()[name][1]
    good, bad = [_within(alarm)] * (alarm.rule.periods - alarm.rule.breaching), [_beyond(alarm)]
    assert _state(name, [*good, *bad * alarm.rule.breaching]) is State.ALARM


@pytest.mark.contract(*ROWS)
@EACH
def test_it_stays_off_while_one_period_is_lacking(name: str) -> None:
    alarm = _declared()[name][1]
    good, bad = _within(alarm), _beyond(alarm)
    lacking = alarm.rule.periods - alarm.rule.breaching + 1
    assert _state(name, [good] * lacking + [bad] * (alarm.rule.breaching - 1)) is State.OK


@pytest.mark.contract(*ROWS)
@EACH
def test_at_its_threshold_it_goes_off_only_where_the_runbook_counts_the_threshold_in(name: str) -> None:
    alarm = _declared()[name][1]
    counted_in = "OrEqual" in alarm.inputs["comparisonOperator"]
    expected = State.ALARM if counted_in else State.OK
    assert _state(name, [_threshold(alarm)] * alarm.rule.periods) is expected


@pytest.mark.contract(*ROWS)
@EACH
@pytest.mark.parametrize("current", [State.OK, State.ALARM])
def test_silence_means_what_its_missing_data_says(name: str, current: State) -> None:
    alarm = _declared()[name][1]
    expected = {
        "missing": State.INSUFFICIENT_DATA,
        "ignore": current,
        "notBreaching": State.OK,
    }[alarm.rule.missing]
    if CLOCK in alarm.metrics:
        expected = State.ALARM  # it is there and says nothing
    assert _state(name, [None] * alarm.rule.periods, current) is expected


@pytest.mark.contract("ALM-16", *ROWS)
@EACH
def test_it_reaches_the_topic_of_its_severity_once(name: str) -> None:
    recording, alarm = _declared()[name]
    severity = alarm.inputs["tags"]["severity"].lower()
    # An alarm tells topics of its own region alone.
    places = {"global-": ("global-", "endpoint-", "edge-"), "recovery/": ("recovery/", "copies-", "replica-")}
    place = next((place for place, names in places.items() if name.startswith(names)), "")
    expected = place + ("undelivered" if name.endswith("-undelivered") else severity)
    told = [*alarm.destinations(State.ALARM)]
    for composite in recording.of(COMPOSITE).values():
        told += CompositeAlarm(composite.inputs).destinations({alarm.inputs["name"]: State.ALARM})
    assert [arn.split(":")[-1] for arn in told] == [expected.removeprefix("recovery/")]
    region = "us-east-2" if place == "recovery/" else "us-west-2"
    assert [arn.split(":")[3] for arn in told] == [region]


# What a run says when it is over stands until the next one. Jobs by the clock are looked at all the time.
OF_THE_LAST_RUN = {
    "JobConsecutiveFailures",
    "PaymentConsecutiveFailures",
    "RecoveryPointMinutes",
    "RecoveryTimeMinutes",
    "RestoreTestSucceeded",
}


@pytest.mark.contract(*ROWS)
@EACH
def test_silence_is_good_where_something_is_counted_and_unknown_where_something_is_measured(
    name: str,
) -> None:
    alarm = _declared()[name][1]
    metrics = alarm.metrics.values()
    counted = any(metric["stat"] == "Sum" for metric in metrics)
    left = any(metric["metricName"] in OF_THE_LAST_RUN for metric in metrics) and not name.startswith("job-")
    assert alarm.rule.missing == ("notBreaching" if counted else "ignore" if left else "missing")


SAID = re.compile(r"\b(?:for|in) (?:(\d+) of )?(\d+) (s|minutes|hours)\b")
SECONDS = {"s": 1, "minutes": 60, "hours": 3600}


# What is counted is added up; of a load the average counts, so that a moment is no alarm; of what several
# pods, queues or runs say, the worst; of answers that are 0 or 1, and of days that are left, the least.
STATISTICS = {
    "Sum": {
        "AsyncEventsDropped",
        "CacheHits",
        "CacheMisses",
        "DatabaseConnectionFailures",
        "Errors",
        "Evictions",
        "FailedConsoleLogins",
        "HTTPCode_ELB_503_Count",
        "HTTPCode_ELB_5XX_Count",
        "HTTPCode_Target_5XX_Count",
        "InvalidSignatures",
        "NumberOfBackupJobsCompleted",
        "NumberOfBackupJobsExpired",
        "NumberOfBackupJobsFailed",
        "NumberOfBackupJobsPartial",
        "NumberOfCopyJobsFailed",
        "NumberOfNotificationsFailed",
        "OperationsFailedReplication",
        "PaymentAttempts",
        "PaymentFailures",
        "RateLimitBlocks",
        "RecoveryChecked",
        "RequestCount",
        "Requests",
        "RootUse",
        "RotationFailed",
        "SecretsSnapshotFailed",
        "TriggeredRules",
        "UnexpectedSecretReads",
        "WorkerHeartbeat",
    },
    "Average": {
        "CPUUtilization",
        "DatabaseMemoryUsagePercentage",
        "EngineCPUUtilization",
        "FreeStorageSpace",
        "FreeableMemory",
        "node_cpu_utilization",
        "node_memory_utilization",
        "pod_cpu_utilization_over_pod_limit",
        "pod_memory_utilization_over_pod_limit",
        "status_replicas_available",
    },
    "Maximum": {
        "DatabaseConnections",
        "DatabasePoolConnections",
        "DeadLetters",
        "ExpiringCredentials",
        "JobConsecutiveFailures",
        "PaymentConsecutiveFailures",
        "QueueDepth",
        "RecoveryNotReady",
        "RecoveryPointMinutes",
        "RecoveryTimeMinutes",
        "ReplicaLag",
        "ReplicationLatency",
        "RestorableAgeMinutes",
        "RestoreTestAgeDays",
        "RestoredInstancesLeft",
        "RotationsOverdue",
        "SecretCopiesOutOfSync",
        "SecretsSnapshotAgeDays",
        "WorkerLag",
        "node_filesystem_utilization",
    },
    "Minimum": {"DaysToExpiry", "HealthCheckStatus", "RestoreTestSucceeded"},
    "p95": {"TargetResponseTime"},
    "p99": {"TargetResponseTime"},
}


@pytest.mark.contract(*ROWS)
@EACH
def test_its_metrics_are_added_up_or_averaged_as_they_have_to_be(name: str) -> None:
    for metric in _declared()[name][1].metrics.values():
        assert metric["metricName"] in STATISTICS[metric["stat"]], metric


def _saying_how_long() -> list[str]:
    return [name for name in _names() if SAID.search(_said(name))]


def _said(name: str) -> str:
    return str(_declared()[name][1].inputs["alarmDescription"]).partition(". First: ")[0]


@pytest.mark.contract(*ROWS)
@for_each(_saying_how_long)
def test_it_waits_as_long_as_it_says(name: str) -> None:
    alarm = _declared()[name][1]
    some, number, unit = SAID.findall(_said(name))[0]
    assert alarm.period * alarm.rule.periods == int(number) * SECONDS[unit]
    assert alarm.period * alarm.rule.breaching == int(some or number) * SECONDS[unit]


def test_most_alarms_say_how_long_they_wait() -> None:
    assert len(_saying_how_long()) > 50


@pytest.mark.contract("ALM-1")
def test_no_target_left_is_an_outage_although_nothing_was_requested() -> None:
    alarm = next(iter(_of("errors-critical")))
    data: dict[str, list[float | None]] = {"failed": [None] * 2, "requests": [None] * 2}
    assert alarm.state({**data, "refused": [40, 50], "unanswered": [40, 50]}) is State.ALARM


def _of(ending: str) -> list[MetricAlarm]:
    return [alarm for name, (_, alarm) in _declared().items() if name.endswith(ending)]


@pytest.mark.contract("ALM-8")
def test_each_system_has_its_own_runbooks_values() -> None:
    alarms = system_recording("fixzit", "prod").of(ALARM)
    thresholds = {name: alarm.inputs.get("threshold") for name, alarm in alarms.items()}
    assert thresholds["service-web-cpu-critical"] == 80
    assert thresholds["service-web-memory-critical"] == 85
    assert {"jobs-notifications-depth", "jobs-email-depth", "jobs-otp-depth"} <= set(thresholds)


@pytest.mark.contract("ALM-12")
def test_a_cache_that_nobody_asks_has_no_bad_ratio() -> None:
    (alarm,) = _of("hit-ratio")
    assert alarm.state({metric: [0.0, 0.0] for metric in alarm.metrics}) is State.OK


@pytest.mark.contract("ALM-13", "ALM-14")
@pytest.mark.parametrize("name", ["operations-restore-test-overdue", "operations-secrets-snapshot-overdue"])
def test_what_happened_a_week_ago_is_not_overdue_yet(name: str) -> None:
    assert _state(name, [7.2]) is State.OK
    assert _state(name, [8.2]) is State.ALARM


@pytest.mark.contract("ALM-13")
def test_a_replica_that_does_not_replicate_is_late() -> None:
    """RDS has no lag for it, or -1."""
    assert _state("replica-lag", [-1] * 5) is State.ALARM
    assert _state("replica-lag", [None] * 5) is State.ALARM
    assert _state("replica-lag", [2] * 5) is State.OK


@pytest.mark.contract("ALM-13")
@pytest.mark.parametrize(("hours", "state"), [(25, State.OK), (26, State.ALARM)])
def test_a_day_and_two_hours_without_a_backup_is_too_long(hours: int, state: State) -> None:
    assert _state("backup-overdue", [1, *[None] * hours]) is state


@pytest.mark.contract("ALM-6")
def test_a_job_that_has_failed_twice_stays_an_alarm_until_its_next_good_run() -> None:
    name = "service-worker-failed-jobs"
    assert _state(name, [2.0]) is State.ALARM
    assert _state(name, [None], State.ALARM) is State.ALARM
    assert _state(name, [0.0], State.ALARM) is State.OK


def test_one_metric_is_called_value_in_these_tests() -> None:
    plain = [alarm for _, alarm in _declared().values() if not alarm.queries]
    assert {next(iter(alarm.metrics)) for alarm in plain} == {ONLY}


def test_every_alarm_of_the_catalogue_is_declared_for_some_system() -> None:
    declared = set(_declared())
    missing = {
        f"{alarm.subject} {alarm.name}"
        for alarm in catalogue(LIMITS)
        if not any(name.endswith(f"-{alarm.name}") for name in declared)
    }
    assert missing == set()
