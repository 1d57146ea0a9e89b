"""A function that runs by the clock is one folder, and its code: its alarms and all else follow from that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import functions
import infra.functions
from infra.alarm_catalogue import Limits, catalogue, written
from infra.configuration.system import load_system
from infra.functions import found, scheduled
from infra.functions.function_code import archive as packed
from tests.support.checkout import ROOT
from tests.support.function_metrics import folders
from tests.support.published_metrics import published
from tests.support.recorder import TODAY, Recording, record, system_file
from tests.support.recordings import configuration_of

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"

# Its code; what else it does is not of interest here.
METRICS = """
from functions.shared.metrics import Metric

ROWS = Metric("Rows", "count_rows")
"""

FUNCTION = """
from dataclasses import replace

from infra import iam
from infra.functions.scheduled_function import ScheduledFunction


def _complete(args, given):
    return replace(
        args,
        variables={"DATABASE": given.database.identifier},
        statements=[iam.describe_database(given.database.instance.arn)],
    )


FUNCTION = ScheduledFunction("count-rows", "Counts rows", "rate(1 hour)", _complete)
"""

ALARMS = """
from functions.count_rows.metrics import ROWS
from infra.configuration.severities import Severity
from infra.monitoring.alarm import Alarm, Statistic, Subject
from infra.monitoring.function_metrics import function_measure

ALARMS = (
    Alarm(
        name="too-many-rows",
        row="ALM-15",
        subject=Subject.OPERATIONS,
        severity=Severity.SEV3,
        condition="more than 1000 rows",
        section="000 Rows",
        first_action="see what has written them",
        measures={"value": function_measure(ROWS, Statistic.MAXIMUM)},
        threshold=1000,
    ),
)
"""


@pytest.fixture(scope="module")
def with_it(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recording, set[str]]:
    """dev with the folder, and that of its code; and the names of all metrics that are published then."""
    root: Path = tmp_path_factory.mktemp("scheduled")
    for name, text in (
        ("declared/count_rows/__init__.py", ""),
        ("declared/count_rows/function.py", FUNCTION),
        ("declared/count_rows/alarms.py", ALARMS),
        ("code/count_rows/__init__.py", ""),
        ("code/count_rows/metrics.py", METRICS),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")

    def archive(code: str, distributions: Any, data: Any) -> Any:
        # Its code is not written for this test: another function's stands in.
        return packed("remind" if code == "count_rows" else code, distributions, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scheduled, "__path__", [*scheduled.__path__, str(root / "declared")])
        patch.setattr(functions, "__path__", [*functions.__path__, str(root / "code")])
        patch.setattr("infra.functions.function.archive", archive)
        # Everything is asked while it is there: other tests share the recordings of what is without it.
        recording = record("dev")
        metrics = {each.name for each in published(recording, load_system(system_file(), TODAY))}
    for name in [name for name in sys.modules if ".count_rows" in name]:
        del sys.modules[name]
    return recording, metrics


@pytest.fixture(scope="module")
def dev_with_it(with_it: tuple[Recording, set[str]]) -> Recording:
    return with_it[0]


def test_it_is_declared_with_its_schedule_rights_and_log(dev_with_it: Recording) -> None:
    made = dev_with_it.one("aws:lambda/function:Function", "count-rows")
    assert made.plain("environment")["variables"]["DATABASE"] == "triangle-dev"
    schedule = dev_with_it.one("aws:scheduler/schedule:Schedule", "count-rows")
    assert schedule.inputs["scheduleExpression"] == "rate(1 hour)"
    policy = dev_with_it.one("aws:iam/rolePolicy:RolePolicy", "function-count-rows").plain("policy")
    assert "rds:DescribeDBInstances" in policy
    assert (
        dev_with_it.one("aws:cloudwatch/logGroup:LogGroup", "count-rows")
        .inputs["name"]
        .endswith("count-rows")
    )


def test_it_is_watched_like_the_others(dev_with_it: Recording) -> None:
    assert "function-count-rows-gave-up" in dev_with_it.of(ALARM)


def test_its_own_alarm_reads_what_it_writes(with_it: tuple[Recording, set[str]]) -> None:
    dev_with_it, metrics = with_it
    alarm = dev_with_it.one(ALARM, "operations-too-many-rows").inputs
    assert (alarm["namespace"], alarm["metricName"]) == ("Groundwork/Operations", "Rows")
    assert "Rows" in metrics
    # On the dashboard as well.
    (dashboard,) = dev_with_it.of("aws:cloudwatch/dashboard:Dashboard").values()
    assert '"Rows"' in dashboard.plain("dashboardBody")


def test_without_the_folder_there_is_none(dev: Recording) -> None:
    assert "count-rows" not in dev.of("aws:lambda/function:Function")
    assert "operations-too-many-rows" not in dev.of(ALARM)


def _with_alarms() -> list[str]:
    """The functions that have alarms beside their declaration, and metrics that nobody else writes."""
    modules = [each for package in (infra.functions, scheduled) for each in found.modules(package, "alarms")]
    names = [module.__name__.split(".")[-2] for module in modules]
    return [name for name in names if name in folders()]


@pytest.mark.parametrize("without", _with_alarms())
def test_no_alarm_is_left_of_a_function_that_is_not_there(without: str) -> None:
    alarms = catalogue(Limits.of(configuration_of("triangle", "prod")))
    left = written(alarms, set(folders()) - {without})
    read = {
        measure.function_metric.functions
        for alarm in left
        for measure in alarm.all_measures
        if measure.function_metric
    }
    assert without not in read
    assert len(left) < len(alarms)


def test_alarms_are_read_without_pulumi() -> None:
    program = (
        "import sys; from infra import functions; from infra.functions import scheduled; "
        "from infra.functions.found import modules; "
        "assert len(modules(scheduled, 'alarms')) > 3; assert len(modules(functions, 'alarms')) > 2; "
        "assert 'pulumi' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
