"""Metrics of the platform's functions, as alarms read them."""

from __future__ import annotations

from functions.shared.metrics import NAMESPACE, Metric
from infra.monitoring.alarm import Measure, Statistic


def function_measure(metric: Metric, statistic: Statistic) -> Measure:
    """A measure of a metric that a function writes: an alarm on it is there where the function is."""
    return Measure(NAMESPACE, metric.name, statistic, metric)
