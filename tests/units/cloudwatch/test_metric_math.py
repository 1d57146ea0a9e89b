"""Metric math: what the alarms' expressions come to."""

from __future__ import annotations

import pytest

from tests.support.cloudwatch.metric_math import MetricMathError, Series, calculate

TIMES = [60, 120, 180]
SERIES: dict[str, Series] = {"a": [1.0, None, 3.0], "b": [2.0, 4.0, 0.0], "none": [None, None, None]}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a + b", [3, None, 3]),
        ("100 * a / b", [50, None, None]),  # a missing point, and a division by zero
        ("FILL(a, 0) + b", [3, 4, 3]),
        ("FILL(none, 0)", [0, 0, 0]),
        ("FILL(a, REPEAT)", [1, 1, 3]),
        ("IF(b > 3, 10, 20)", [20, 10, 20]),
        ("IF(b > 0, FILL(a, 0) / b, 0)", [0.5, 0, 0]),
        ("SUM([a, b])", [3, 4, 3]),
        ("MAX([FILL(a, 0), b])", [2, 4, 3]),
        ("MIN([FILL(a, 0), b])", [1, 0, 0]),
        ("b > 1 AND b < 3", [1, 0, 0]),
        ("b < 1 OR b > 3", [0, 1, 1]),
        ("EPOCH(none)", [60, 120, 180]),
        ("-b", [-2, -4, 0]),
    ],
)
def test_an_expression_has_the_guides_values(expression: str, expected: Series) -> None:
    assert calculate(expression, SERIES, TIMES) == expected


@pytest.mark.parametrize("expression", ["c", "1 + 1", "a +", "SEARCH(a)", "FILL(a, b)", "SUM(a)"])
def test_what_is_not_understood_is_refused(expression: str) -> None:
    with pytest.raises(MetricMathError):
        calculate(expression, SERIES, TIMES)
