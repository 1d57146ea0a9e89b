"""OBS-3: the dashboard shows what the alarms compare, and where they begin."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.cloudwatch.alarm import MetricAlarm
from tests.support.recorder import Recording
from tests.support.recordings import SYSTEMS, system_recording

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"

# On by the program's own word, not by a value that could be drawn. Nor is the way from alarms in another
# region to people drawn, only the way from this one's.
NOT_DRAWN = {"maintenance-on"}


def _widgets(recording: Recording) -> list[dict[str, Any]]:
    body = recording.one(DASHBOARD, "environment").inputs["dashboardBody"]
    return list(json.loads(body)["widgets"])


def _drawn(recording: Recording) -> set[tuple[Any, ...]]:
    """Every metric on the dashboard: namespace, name, dimensions, statistic."""
    lines = [
        line
        for widget in _widgets(recording)
        for line in widget["properties"].get("metrics", ())
        if isinstance(line[0], str)
    ]
    return {(*line[:-1], line[-1]["stat"]) for line in lines}


@pytest.mark.contract("OBS-3")
@pytest.mark.parametrize("system", SYSTEMS)
def test_everything_that_an_alarm_watches_is_on_the_dashboard(system: str) -> None:
    recording = system_recording(system, "prod")
    drawn = _drawn(recording)
    for name, resource in recording.of(ALARM).items():
        if name in NOT_DRAWN or name.startswith(("global-", "recovery-")):
            continue
        for metric in MetricAlarm(resource.inputs).metrics.values():
            dimensions = [part for pair in sorted((metric.get("dimensions") or {}).items()) for part in pair]
            found = (metric["namespace"], metric["metricName"], *dimensions, metric["stat"])
            assert found in drawn, name


@pytest.mark.contract("OBS-3")
def test_every_threshold_is_drawn_where_its_alarm_begins(each: Recording) -> None:
    lines = {
        (line["label"], line["value"])
        for widget in _widgets(each)
        for line in widget["properties"].get("annotations", {}).get("horizontal", ())
    }
    for name, resource in each.of(ALARM).items():
        threshold = resource.inputs.get("threshold")
        if name in NOT_DRAWN or name.startswith(("global-", "recovery-")) or threshold is None:
            continue
        severity = resource.inputs["tags"]["severity"]
        drawn = [
            label
            for label, value in lines
            if value == threshold and label.startswith(severity) and name.endswith(label.split(" ")[1])
        ]
        assert drawn, name


@pytest.mark.contract("OBS-3")
def test_the_states_of_all_incidents_are_on_top_of_the_dashboard(each: Recording) -> None:
    first = _widgets(each)[0]
    names = {arn.split(":alarm:")[1] for arn in first["properties"]["alarms"]}
    composites = {
        alarm.inputs["alarmName"]
        for alarm in each.of("aws:cloudwatch/compositeAlarm:CompositeAlarm").values()
        if alarm.inputs["actionsEnabled"] or alarm.inputs.get("alarmActions")
    }
    assert (first["type"], first["y"]) == ("alarm", 0)
    assert names == composites


@pytest.mark.contract("OBS-3")
def test_what_the_runbooks_want_to_see_is_there(prod: Recording) -> None:
    headings = [w["properties"]["markdown"] for w in _widgets(prod) if w["type"] == "text"]
    assert {"## Services", "## Database", "## Redis", "## Workers and queues"} <= set(headings)
    assert "## Backups and recovery" in headings


def test_no_two_widgets_overlap_and_none_is_off_the_grid(each: Recording) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in _widgets(each):
        cells = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_ids_are_used_once_in_a_graph_and_expressions_name_only_what_is_there(each: Recording) -> None:
    for widget in _widgets(each):
        options = [line[-1] for line in widget["properties"].get("metrics", ())]
        ids = [option["id"] for option in options]
        assert len(set(ids)) == len(ids)
        for option in options:
            if "expression" in option and "ANOMALY" not in option["expression"]:
                assert any(
                    identifier in option["expression"] for identifier in ids if identifier != option["id"]
                )


def test_one_environments_dashboard_has_its_name(each: Recording) -> None:
    inputs = each.one(DASHBOARD, "environment").inputs
    assert inputs["dashboardName"] == f"triangle-{each.environment}"
