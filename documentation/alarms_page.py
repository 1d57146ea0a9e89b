"""`docs/alarms.md`: every alarm of the deployed graphs, what it means and whom it tells."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from commands.markdown import table
from documentation.graph import GENERATED, DocumentationError, Graph
from infra.monitoring.alarm import Alarm

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"

# Alarms that a composite alarm's rule looks at (CloudWatch user guide, "Create a composite alarm").
_CHILD = re.compile(r'\b(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*"?([^")]+?)"?\s*\)')
_WAYS = (
    ("SEV-1", "page", "15 minutes"),
    ("SEV-2", "page", "30 minutes"),
    ("SEV-3", "ticket", "2 hours"),
    ("SEV-4", "ticket", "the next business day"),
)


def alarms_page(graphs: Sequence[Graph], catalogue: Iterable[Alarm]) -> str:
    """The page.

    Args:
        graphs: prod of every system; the first is the default one.
        catalogue: what there can be of alarms in them.

    Raises:
        DocumentationError: an alarm of a graph is none of the catalogue's.
    """
    described = {alarm.description: alarm for alarm in catalogue}
    names: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for graph in graphs:
        for name, inputs in _of(graph, ALARM):
            if inputs.get("alarmDescription") not in described:
                raise DocumentationError(f"the alarm {name} is none of the catalogue's")
            names[inputs["alarmDescription"]][graph.system].append(name)
    lines = [
        "# Alarms",
        "",
        "Every alarm of prod, from the deployed graphs. dev and staging have the same ones; in dev nobody is",
        "told. What they compare, and where they begin, is drawn on [the dashboard](dashboard.svg).",
        "",
        *_ways(graphs[0]),
        "",
        *_table([(described[each], found) for each, found in names.items()], graphs[0].system),
        "",
        *_incidents(graphs[0]),
        "",
        "What applications publish for these alarms is on [a page of its own](application.md).",
    ]
    return GENERATED + "\n".join(lines) + "\n"


def _of(graph: Graph, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in graph.resources:
        if resource["type"] == kind:
            yield resource["urn"].split("::")[-1], resource["inputs"]


def _ways(graph: Graph) -> list[str]:
    count = {severity: 0 for severity, *_ in _WAYS}
    for _, inputs in _of(graph, ALARM):
        count[inputs["tags"]["severity"]] += 1
    return table(
        ("severity", "way", "answer within", f"alarms of {graph.system}"),
        ((severity, way, time, str(count[severity])) for severity, way, time in _WAYS),
    )


def _order(alarm: Alarm) -> tuple[str, int, str, str]:
    subject, _, number = alarm.row.partition("-")
    return subject, int(number), alarm.severity, alarm.condition


def _table(rows: Iterable[tuple[Alarm, dict[str, list[str]]]], default: str) -> list[str]:
    ordered = sorted(rows, key=lambda row: _order(row[0]))
    return table(
        ("row", "severity", "condition", "first", "runbook", "alarms"),
        (
            (
                alarm.row,
                alarm.severity,
                alarm.condition,
                alarm.first_action,
                alarm.section,
                _alarms(found, default),
            )
            for alarm, found in ordered
        ),
    )


def _alarms(found: dict[str, list[str]], default: str) -> str:
    if default in found:
        return ", ".join(sorted(found[default]))
    return f"in {', '.join(sorted(found))}: {', '.join(sorted(_first(found)))}"


def _first(found: dict[str, list[str]]) -> list[str]:
    return found[min(found)]


def _incidents(graph: Graph) -> list[str]:
    return [
        "## Incidents",
        "",
        "What breaks as one pages once: a composite alarm pages for all of its symptoms, and stays quiet",
        "while something worse is on already.",
        "",
        *table(("incident", "pages", "quiet during", "symptoms"), _composites(graph)),
    ]


def _composites(graph: Graph) -> Iterator[tuple[str, str, str, str]]:
    rows = [(_told(inputs), name, inputs) for name, inputs in _of(graph, COMPOSITE)]
    # The engine declares them in another order each time; the one that nobody is told of comes last.
    for told, name, inputs in sorted(rows, key=lambda row: (not row[0], row[:2])):
        suppressor = (inputs.get("actionsSuppressor") or {}).get("alarm", "")
        children = sorted({_short(child) for child in _CHILD.findall(inputs["alarmRule"])})
        yield name, told or "nobody", _short(suppressor), ", ".join(children)


def _told(inputs: Mapping[str, Any]) -> str:
    return ", ".join(_short(arn.split(":")[-1]) for arn in inputs.get("alarmActions") or ())


def _short(physical_name: str) -> str:
    return physical_name.split("-prod-", maxsplit=1)[-1]
