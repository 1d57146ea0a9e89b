"""One dashboard for each environment, from the same catalogue as the alarms, with their thresholds drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pulumi
from pulumi_aws import cloudwatch

from infra.configuration.severities import Severity
from infra.monitoring.alarm import Alarm, Comparison, Subject
from infra.monitoring.alarm_queries import Query, Watched, queries
from infra.monitoring.units import limit_of
from infra.naming import Naming, RegionRole

# What is shown together, from what users feel down to what keeps the platform going.
SECTIONS: Mapping[str, tuple[Subject, ...]] = MappingProxyType(
    {
        "Traffic": (Subject.ENDPOINT, Subject.LOAD_BALANCER),
        "Application": (Subject.APPLICATION, Subject.LOGS, Subject.PAYMENTS, Subject.CACHE_NODES),
        "Workers and queues": (
            Subject.WORKER,
            Subject.JOB,
            Subject.JOBS,
            Subject.DEAD_LETTERS,
        ),
        "Services": (Subject.SERVICE, Subject.POOL),
        "Database": (Subject.DATABASE, Subject.DATABASE_EVENTS, Subject.REPLICA),
        "Redis": (Subject.CACHE, Subject.QUEUE),
        "Cluster": (Subject.CLUSTER,),
        "Backups and recovery": (
            Subject.BACKUP,
            Subject.DATABASE_BACKUP,
            Subject.REPLICATION,
            Subject.COPIES,
            Subject.OPERATIONS,
        ),
        "Platform": (
            Subject.CERTIFICATE,
            Subject.EDGE_CERTIFICATE,
            Subject.TRAIL,
            Subject.THREATS,
            Subject.ACCESS,
            Subject.IMAGES,
            Subject.FUNCTIONS,
            Subject.FUNCTION,
            Subject.TOPIC,
        ),
    }
)

COLUMNS = 24  # of CloudWatch's grid
WIDTH, HEIGHT = 8, 6
HEADING = 1
ALARMS_HEIGHT = 4
ALARMS_MAXIMUM = 100  # in one widget

_COLOURS = {
    Severity.SEV1: "#8c1d18",
    Severity.SEV2: "#d13212",
    Severity.SEV3: "#ff9900",
    Severity.SEV4: "#1f77b4",
}


@dataclass(frozen=True)
class DashboardArgs:
    """What is shown.

    Args:
        catalogue: the alarms of every region.
        watched: what there is of each subject.
        regions: names of the environment's regions.
        incidents: the composite alarms whose states are shown on top, by name.
    """

    naming: Naming
    catalogue: Sequence[Alarm]
    watched: Mapping[Subject, Sequence[Watched]]
    regions: Mapping[RegionRole, str]
    incidents: Sequence[str]


class Dashboard(pulumi.ComponentResource):
    """The dashboard of an environment. Keeps OBS-3."""

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:dashboard:Dashboard", name, None, opts)
        cloudwatch.Dashboard(
            "environment",
            dashboard_name=args.naming.prefix,
            dashboard_body=pulumi.Output.json_dumps({"widgets": _widgets(args)}),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _widgets(args: DashboardArgs) -> list[dict[str, Any]]:
    region = args.regions[RegionRole.HOME]
    names = [args.naming.arn("cloudwatch", f"alarm:{args.naming.named(name)}") for name in args.incidents]
    properties = {"title": "Incidents", "alarms": names[:ALARMS_MAXIMUM]}
    widgets = [_placed("alarm", 0, 0, COLUMNS, ALARMS_HEIGHT, properties)]
    y = ALARMS_HEIGHT
    for section, subjects in SECTIONS.items():
        graphs = [graph for subject in subjects for graph in _graphs(args, subject, region)]
        if not graphs:
            continue
        widgets.append(_placed("text", 0, y, COLUMNS, HEADING, {"markdown": f"## {section}"}))
        y += HEADING
        columns = COLUMNS // WIDTH
        for index, graph in enumerate(graphs):
            row, column = divmod(index, columns)
            widgets.append(_placed("metric", column * WIDTH, y + row * HEIGHT, WIDTH, HEIGHT, graph))
        y += -(-len(graphs) // columns) * HEIGHT
    return widgets


def _placed(kind: str, x: int, y: int, width: int, height: int, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties}


def _graphs(args: DashboardArgs, subject: Subject, region: str) -> list[dict[str, Any]]:
    """A graph for each thing that alarms compare; alarms that differ in the threshold share one."""
    watched = args.watched.get(subject, ())
    together: dict[str, list[Alarm]] = {}
    for alarm in args.catalogue:
        if alarm.subject is subject and watched:
            together.setdefault(_compared(alarm), []).append(alarm)
    return [_graph(alarms, watched, args.regions[subject.region], region) for alarms in together.values()]


def _compared(alarm: Alarm) -> str:
    # Alarms on events differ in the rule, which has the alarm's name.
    rule = alarm.name if alarm.event is not None else ""
    return f"{rule} {alarm.expression} {[vars(measure) for measure in alarm.all_measures]}"


def _graph(alarms: Sequence[Alarm], watched: Sequence[Watched], region: str, home: str) -> dict[str, Any]:
    first = alarms[0]
    lines = [
        line
        for number, one in enumerate(watched)
        for line in _lines(first, one, number, {} if region == home else {"region": region})
    ]
    graph: dict[str, Any] = {
        "title": f"{first.subject}: {_title(first)}",
        "view": "timeSeries",
        "region": home,
        "period": first.period,
        "metrics": lines,
    }
    thresholds = [alarm for alarm in alarms if alarm.comparison is not Comparison.ABOVE_NORMAL]
    if thresholds:
        graph["annotations"] = {"horizontal": [_annotation(alarm) for alarm in thresholds]}
    return graph


def _title(alarm: Alarm) -> str:
    if alarm.expression:
        return alarm.name.removesuffix("-notice").replace("-", " ")
    (measure,) = alarm.measures.values()
    return f"{measure.metric} ({measure.statistic})"


def _annotation(alarm: Alarm) -> dict[str, Any]:
    below = alarm.comparison in (Comparison.LESS, Comparison.LESS_OR_EQUAL)
    return {
        "label": f"{alarm.severity} {alarm.name} {limit_of(alarm)}",
        "value": alarm.threshold,
        "color": _COLOURS[alarm.severity],
        "fill": "below" if below else "above",
    }


def _lines(alarm: Alarm, watched: Watched, number: int, options: dict[str, Any]) -> list[list[Any]]:
    suffix = f"_{number}"  # an id is used once in a graph
    return [_line(query, watched.name, options) for query in queries(alarm, watched, suffix)]


def _line(query: Query, label: str, options: dict[str, Any]) -> list[Any]:
    shown: dict[str, Any] = {"id": query.id, **options}
    if query.shown:
        shown["label"] = label
    else:
        shown["visible"] = False
    if query.measure is None:
        return [{"expression": query.expression, **shown}]
    dimensions = [part for pair in sorted((query.dimensions or {}).items()) for part in pair]
    shown["stat"] = query.measure.statistic.value
    return [query.measure.namespace, query.measure.metric, *dimensions, shown]
