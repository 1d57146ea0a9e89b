"""What holds for every alarm of the catalogue."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from functions.shared.metrics import NAMESPACE as OPERATIONS
from infra.alarm_catalogue import Limits, catalogue
from infra.configuration.severities import Severity
from infra.configuration.system import System, load_system
from infra.configuration.tiers import DATABASE_TIERS
from infra.configuration.validation import ConfigurationError
from infra.monitoring import application_metrics, log_metrics
from infra.monitoring.alarm import Alarm, Comparison, MissingData, Statistic, Subject
from infra.monitoring.application_metrics import METRICS
from infra.monitoring.units import limit_of, unit_of
from tests.support.function_metrics import folders, metrics_of
from tests.support.recorder import TODAY, system_file

_SYSTEM = load_system(system_file(), TODAY)
_TIER = DATABASE_TIERS["standard"]


def _limits(system: System) -> Limits:
    return Limits(
        thresholds=system.thresholds,
        pool_maximum=system.pool.maximum,
        database_memory=_TIER.memory,
        database_storage=_TIER.storage,
        database_connections=_TIER.connections,
        database_identifier="triangle-prod",
        repositories="triangle/",
        payments="Stripe",
        maintenance=False,
    )


# What is no sum and still has no unit: states (1 or 0), and what there is of something at a moment.
NUMBERS = {
    "DatabaseConnections",
    "ExpiringCredentials",
    "HealthCheckStatus",
    "RestoreTestSucceeded",
    "RecoveryNotReady",
    "RestoredInstancesLeft",
    "RotationsOverdue",
    "SecretCopiesOutOfSync",
}
CATALOGUE = catalogue(_limits(_SYSTEM))
EACH = pytest.mark.parametrize("alarm", CATALOGUE, ids=lambda alarm: f"{alarm.subject}-{alarm.name}")


def test_no_two_alarms_have_one_name() -> None:
    names = Counter((alarm.subject, alarm.name) for alarm in CATALOGUE)
    assert max(names.values()) == 1


@EACH
def test_an_alarm_tells_what_to_do(alarm: Alarm) -> None:
    assert alarm.first_action in alarm.description
    assert alarm.section in alarm.description
    assert len(alarm.description) <= 1024  # CloudWatch's limit


def test_what_to_do_first_is_about_what_is_measured() -> None:
    """Two measures of one thing (memory and disk of a database) are not mended by the same means."""
    measured: dict[tuple[Subject, str], set[str]] = {}
    for alarm in CATALOGUE:
        metric = next(iter(alarm.measures.values())).metric
        if alarm.row in ("ALM-8", "ALM-10", "ALM-11"):  # of machines, and of what they have only so much of
            measured.setdefault((alarm.subject, alarm.first_action), set()).add(metric)
    assert {key: metrics for key, metrics in measured.items() if len(metrics) > 1} == {}


@EACH
def test_what_the_platform_itself_publishes_is_declared_with_who_does(alarm: Alarm) -> None:
    counted = {each.metric for each in (*log_metrics.SERVICE_METRICS, *log_metrics.TRAIL_METRICS)}
    written = {metric for folder in folders() for metric in metrics_of(folder).values()}
    for measure in alarm.all_measures:
        if measure.namespace == application_metrics.NAMESPACE:
            assert measure.metric in METRICS
        elif measure.namespace == log_metrics.NAMESPACE:
            assert measure.metric in counted
        elif measure.namespace == OPERATIONS:
            assert measure.function_metric in written
            assert measure.metric == measure.function_metric.name
        else:
            assert measure.namespace.startswith(("AWS/", "ContainerInsights"))


@EACH
def test_a_threshold_is_drawn_with_its_comparison_and_unit(alarm: Alarm) -> None:
    first = next(iter(alarm.measures.values()))
    application = METRICS.get(first.metric)
    counts = first.statistic is Statistic.SUM or (application is not None and application.unit == "Count")
    # One is the other: a metric that is new here has to be said to be either.
    assert (unit_of(alarm) == "") is (counts or first.metric in NUMBERS) or alarm.unit
    if alarm.unit == "%" or f"{alarm.threshold:g} %" in alarm.condition:
        assert limit_of(alarm).endswith(f"{alarm.threshold:g} %")


@pytest.mark.parametrize(
    ("subject", "name", "limit"),
    [
        (Subject.POOL, "pool-critical", ">= 20"),
        (Subject.DATABASE, "memory-critical", "< 0.8 GiB"),
        (Subject.DATABASE, "disk-critical", "< 10 GiB"),
        (Subject.LOAD_BALANCER, "latency-critical", "> 1 s"),
        (Subject.WORKER, "lag", "> 900,000 ms"),
        (Subject.CERTIFICATE, "expiry", "<= 30 days"),
        (Subject.LOAD_BALANCER, "errors-notice", "> 1 %"),
    ],
)
def test_a_threshold_is_read_as_people_say_it(subject: Subject, name: str, limit: str) -> None:
    (alarm,) = [each for each in CATALOGUE if (each.subject, each.name) == (subject, name)]
    assert limit_of(alarm) == limit


@EACH
def test_cloudwatch_takes_the_periods(alarm: Alarm) -> None:
    # PutMetricAlarm: a multiple of 60 seconds; a day at most altogether, or seven with hours as periods.
    assert alarm.period % 60 == 0
    assert 1 <= alarm.datapoints_to_alarm <= alarm.periods
    assert alarm.period * alarm.periods <= (604_800 if alarm.period >= 3600 else 86_400)


@EACH
def test_what_is_only_published_when_it_happens_is_good_news_when_silent(alarm: Alarm) -> None:
    happening = all(measure.statistic is Statistic.SUM for measure in alarm.measures.values())
    expected_regularly = alarm.comparison in (Comparison.LESS, Comparison.LESS_OR_EQUAL)
    if happening and not expected_regularly:
        assert alarm.missing is MissingData.NOT_BREACHING


@EACH
def test_a_page_is_for_severe_alarms_and_a_symptom_belongs_to_an_incident(alarm: Alarm) -> None:
    alone = (Subject.TOPIC, Subject.ENDPOINT, Subject.COPIES, Subject.REPLICA, Subject.TRAIL)
    if alarm.severity.pages and alarm.subject not in alone and alarm.event is None:
        assert alarm.paged_together


def test_a_critical_alarm_comes_after_its_warning() -> None:
    alarms = {(alarm.subject, alarm.name): alarm for alarm in CATALOGUE}
    for (subject, name), critical in alarms.items():
        warning = alarms.get((subject, name.replace("-critical", "-warning")))
        if name.endswith("-critical") and warning is not None:
            rising = critical.comparison.value.startswith("Greater")
            assert critical.threshold != warning.threshold
            assert (critical.threshold > warning.threshold) is rising
            assert warning.severity > critical.severity  # SEV-1 is the worst


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


@pytest.mark.contract("ALM-2")
@pytest.mark.parametrize(
    ("written", "subject", "name", "threshold"),
    [
        ({"cpuWarning": 60, "cpuCritical": 75}, Subject.SERVICE, "cpu-warning", 60),
        ({"latencyCritical": 1500}, Subject.LOAD_BALANCER, "latency-critical", 1.5),
        ({"errorsNotice": 2}, Subject.LOAD_BALANCER, "errors-warning", 3),
        ({"workerLag": 5}, Subject.WORKER, "lag", 300_000),
        ({"paymentFailures": 1}, Subject.PAYMENTS, "failure-rate", 1),
    ],
)
def test_thresholds_of_the_system_file_move_the_alarms(
    written: dict[str, int], subject: Subject, name: str, threshold: float
) -> None:
    system = load_system({**system_file(), "thresholds": written}, TODAY)
    moved = {(alarm.subject, alarm.name): alarm.threshold for alarm in catalogue(_limits(system))}
    assert moved[subject, name] == threshold


@pytest.mark.parametrize(
    "written",
    [
        {"errorsNotice": 0},
        {"errorsWarning": 3, "errorsCritical": 3},
        {"latencyWarning": 1000, "latencyCritical": 900},
        {"queueDepth": "many"},
        {"heartbeat": 61},
    ],
)
def test_a_threshold_out_of_its_range_or_order_is_refused(written: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="thresholds"):
        load_system({**system_file(), "thresholds": written}, TODAY)


def test_who_takes_a_larger_machine_is_told_that_it_waits() -> None:
    """In staging and prod database and Redis restart in their maintenance window alone."""
    enlarging = [alarm for alarm in CATALOGUE if re.search(r"take a (larger|higher) \S+:", alarm.description)]
    assert {alarm.subject for alarm in enlarging} == {Subject.DATABASE, Subject.CACHE, Subject.QUEUE}
    assert all("--apply-immediately" in alarm.description for alarm in enlarging)
