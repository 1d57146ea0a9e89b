"""The pages about alarms and the dashboard show what is deployed."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from documentation.alarms_page import ALARM, COMPOSITE, alarms_page
from documentation.dashboard_picture import DASHBOARD, LINE, dashboard_picture
from documentation.graph import DocumentationError, Graph
from infra.configuration.severities import Severity
from infra.monitoring.alarm import Alarm, Statistic, Subject, only


def _resource(kind: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "urn": f"urn:pulumi:prod::groundwork::{kind}::{name}", "inputs": inputs}


LATE = Alarm(
    name="lag",
    row="ALM-6",
    subject=Subject.WORKER,
    severity=Severity.SEV2,
    condition="it is late",
    section="001 X",
    first_action="look",
    measures=only("Groundwork/Application", "WorkerLag", Statistic.MAXIMUM),
    threshold=1,
)
ODD = replace(LATE, row="ALM-7", severity=Severity.SEV3, condition="x", first_action="y")


def _page(*graphs: Graph) -> str:
    return alarms_page(graphs, [LATE, ODD])


def _alarm(name: str, description: str = LATE.description) -> dict[str, Any]:
    return _resource(
        ALARM,
        name,
        {
            "alarmDescription": description,
            "tags": {"severity": "SEV-2"},
            "namespace": "Groundwork/Application",
            "metricName": "WorkerLag",
            "dimensions": {"Service": "worker"},
        },
    )


COMPOSED = _resource(
    COMPOSITE,
    "worker-sev-2",
    {
        "alarmRule": 'ALARM("triangle-prod-worker-lag")',
        "alarmActions": ["arn:aws:sns:us-west-2:1:triangle-prod-sev-2"],
        "actionsSuppressor": {"alarm": "triangle-prod-quiet"},
    },
)


def test_the_page_has_a_line_for_each_condition_with_all_of_its_alarms() -> None:
    page = _page(Graph("triangle", "prod", (_alarm("worker-lag"), _alarm("mailer-lag"), COMPOSED)))
    assert "| ALM-6 | SEV-2 | it is late | look | 001 X | mailer-lag, worker-lag |" in page
    assert "| worker-sev-2 | sev-2 | quiet | worker-lag |" in page
    assert "| SEV-2 | page | 30 minutes | 2 |" in page


def test_the_page_is_the_same_in_whatever_order_the_engine_declares() -> None:
    other = _resource(COMPOSITE, "cache-sev-2", {**COMPOSED["inputs"], "actionsSuppressor": None})
    quiet = _resource(COMPOSITE, "quiet", {"alarmRule": 'ALARM("triangle-prod-worker-lag")'})
    resources = (_alarm("worker-lag"), quiet, COMPOSED, other)
    page = _page(Graph("triangle", "prod", resources))
    assert page == _page(Graph("triangle", "prod", resources[::-1]))
    assert page.index("| cache-sev-2 |") < page.index("| worker-sev-2 |") < page.index("| quiet | nobody |")


def test_the_page_says_which_system_has_what_the_default_one_has_not() -> None:
    other = Graph("node", "prod", (_alarm("queue-lag", ODD.description),))
    page = _page(Graph("triangle", "prod", (_alarm("worker-lag"),)), other)
    assert "| ALM-7 | SEV-3 | x | y | 001 X | in node: queue-lag |" in page


def test_an_alarm_that_is_none_of_the_catalogues_is_refused() -> None:
    with pytest.raises(DocumentationError, match="worker-lag"):
        _page(Graph("triangle", "prod", (_alarm("worker-lag", "late"),)))


WIDGETS = [
    {"type": "text", "x": 0, "y": 0, "width": 24, "height": 1, "properties": {"markdown": "## Workers"}},
    {
        "type": "metric",
        "x": 8,
        "y": 1,
        "width": 8,
        "height": 6,
        "properties": {
            "title": "worker: WorkerLag (Maximum)",
            "metrics": [
                ["N", "M", {"label": "worker & co"}],
                ["N", "M", {"label": "hidden", "visible": False}],
            ],
            "annotations": {
                "horizontal": [
                    {"label": "SEV-2 lag >= 900 s", "value": 900, "color": "#d13212", "fill": "above"}
                ]
            },
        },
    },
]


def _dashboard(widgets: list[dict[str, Any]]) -> dict[str, Any]:
    return _resource(DASHBOARD, "environment", {"dashboardBody": json.dumps({"widgets": widgets})})


def test_the_picture_shows_titles_and_thresholds() -> None:
    picture = dashboard_picture(Graph("triangle", "prod", (_dashboard(WIDGETS),)))
    assert 'viewBox="0 0 960 280"' in picture
    assert ">Workers<" in picture
    assert ">worker: WorkerLag (Maximum)<" in picture
    assert ">SEV-2 lag &gt;= 900 s<" in picture
    assert "worker &amp; co" in picture
    assert "hidden" not in picture


def test_the_picture_has_no_text_on_top_of_another() -> None:
    widgets = copy.deepcopy(WIDGETS)
    properties: Any = widgets[1]["properties"]
    properties["title"] = "application: DatabaseConnectionFailures (Maximum)"
    near = [{"label": f"near-{n}", "value": n, "color": "#d13212", "fill": "above"} for n in (98, 100, 99)]
    properties["annotations"]["horizontal"] = near
    picture = dashboard_picture(Graph("triangle", "prod", (_dashboard(widgets),)))
    assert 'style="font-size:8.9px">application: DatabaseConnectionFailures (Maximum)<' in picture
    places = [int(y) for y in re.findall(r'y="(\d+)">near-', picture)]
    assert [after - before for before, after in pairwise(places)] == [LINE, LINE]


def test_no_dashboard_is_no_picture() -> None:
    with pytest.raises(DocumentationError, match="0 dashboards"):
        dashboard_picture(Graph("triangle", "prod", ()))
