"""A function that runs by the clock is one module, and its code: all else follows from that."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from infra.functions import scheduled
from infra.functions.function_code import archive as packed
from tests.support.recorder import Recording, record

MODULE = """
from dataclasses import replace

from infra import iam
from infra.functions.scheduled import ScheduledFunction


def _complete(args, given):
    return replace(
        args,
        variables={"DATABASE": given.database.identifier},
        statements=[iam.describe_database(given.database.instance.arn)],
    )


FUNCTION = ScheduledFunction("count-rows", "Counts rows", "rate(1 hour)", _complete)
"""


@pytest.fixture(scope="module")
def dev_with_it(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder: Path = tmp_path_factory.mktemp("scheduled")
    (folder / "count_rows.py").write_text(MODULE, encoding="utf-8")

    def archive(code: str, distributions: Any, data: Any) -> Any:
        # Its code is not written for this test: another function's stands in.
        return packed("remind" if code == "count_rows" else code, distributions, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scheduled, "__path__", [*scheduled.__path__, str(folder)])
        patch.setattr("infra.functions.function.archive", archive)
        recording = record("dev")
    sys.modules.pop("infra.functions.scheduled.count_rows", None)
    return recording


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
    alarms = dev_with_it.of("aws:cloudwatch/metricAlarm:MetricAlarm")
    assert "function-count-rows-gave-up" in alarms


def test_without_the_module_there_is_none(dev: Recording) -> None:
    assert "count-rows" not in dev.of("aws:lambda/function:Function")
