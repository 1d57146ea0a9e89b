"""A declared metric alarm: what it does with given data points, and whom it tells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.cloudwatch.evaluation import COMPARISONS, Rule, State, evaluate
from tests.support.cloudwatch.metric_math import Series, calculate

# The one metric of an alarm without metric math.
ONLY = "value"

# 2027-01-15, noon: any time will do where no expression looks at the clock.
DEFAULT_END = 1_799_928_000

_BAND = re.compile(r"ANOMALY_DETECTION_BAND\((\w+), *([\d.]+)\)")


@dataclass(frozen=True)
class Normal:
    """What is normal for a metric, as an anomaly detector has learnt it: mean and standard deviation."""

    mean: float
    deviation: float


@dataclass(frozen=True)
class MetricAlarm:
    """An `aws:cloudwatch/metricAlarm:MetricAlarm`, by its inputs."""

    inputs: Mapping[str, Any]

    @property
    def rule(self) -> Rule:
        """When it goes off."""
        periods = int(self.inputs["evaluationPeriods"])
        return Rule(
            periods,
            int(self.inputs.get("datapointsToAlarm") or periods),
            self.inputs.get("treatMissingData") or "missing",
        )

    @property
    def queries(self) -> list[Mapping[str, Any]]:
        """Its metric queries; none when it watches one metric as it is."""
        return list(self.inputs.get("metricQueries") or ())

    @property
    def metrics(self) -> dict[str, Mapping[str, Any]]:
        """What is measured, by id: namespace, metricName, dimensions, period and stat."""
        if not self.queries:
            names = ("namespace", "metricName", "dimensions", "period")
            stat = self.inputs.get("statistic") or self.inputs.get("extendedStatistic")
            return {ONLY: {**{name: self.inputs.get(name) for name in names}, "stat": stat}}
        return {query["id"]: query["metric"] for query in self.queries if query.get("metric")}

    @property
    def period(self) -> int:
        """Seconds; the same for all of its metrics."""
        return int(next(iter(self.metrics.values()))["period"])

    def destinations(self, state: State) -> list[str]:
        """ARNs of who is told when it changes to a state; nobody while its actions are off."""
        if not self.inputs.get("actionsEnabled", True):
            return []
        actions = {State.ALARM: "alarmActions", State.OK: "okActions"}.get(state, "insufficientDataActions")
        return list(self.inputs.get(actions) or ())

    def values(
        self, data: Mapping[str, Sequence[float | None]], end: int = DEFAULT_END
    ) -> tuple[Series, Mapping[str, Series]]:
        """What is compared with the threshold, and all expressions by id.

        Args:
            data: the data points of each metric by id (`value` when there is one), oldest first.
            end: seconds since 1970 of the last one.
        """
        count = len(next(iter(data.values())))
        times = [end - self.period * (count - 1 - index) for index in range(count)]
        known: dict[str, Series] = {name: list(points) for name, points in data.items()}
        pending = [query for query in self.queries if query.get("expression")]
        for query in pending:
            if not _BAND.fullmatch(query["expression"]):
                known[query["id"]] = calculate(query["expression"], known, times)
        return known[self._compared()], known

    def state(
        self,
        data: Mapping[str, Sequence[float | None]],
        current: State = State.OK,
        *,
        normal: Normal | None = None,
        end: int = DEFAULT_END,
    ) -> State:
        """The state after these data points.

        Args:
            data: like that of `values`.
            current: the state before.
            normal: for an alarm on a band, what the metric is used to be.
            end: seconds since 1970 of the last data point.
        """
        values, _ = self.values(data, end)
        edge = self._edge(normal)
        compare = COMPARISONS[self.inputs["comparisonOperator"]]
        points = [None if value is None else compare(value, edge) for value in values]
        return evaluate(points, self.rule, current)

    def _compared(self) -> str:
        if not self.queries:
            return ONLY
        shown = [str(query["id"]) for query in self.queries if query.get("returnData")]
        return next(name for name in shown if name != self.inputs.get("thresholdMetricId"))

    def _edge(self, normal: Normal | None) -> float:
        identifier = self.inputs.get("thresholdMetricId")
        if identifier is None:
            return float(self.inputs["threshold"])
        query = next(query for query in self.queries if query["id"] == identifier)
        match = _BAND.fullmatch(query["expression"])
        if match is None or normal is None:
            raise ValueError("an alarm on a band needs what is normal")
        return normal.mean + float(match[2]) * normal.deviation
