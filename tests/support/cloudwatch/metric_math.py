"""CloudWatch's metric math, as far as alarms here use it.

From the user guide, "Using math expressions with CloudWatch metrics" (using-metric-math): operators,
FILL, IF, SUM, MAX, MIN, EPOCH. A missing data point makes a result missing, and so does a division by
zero. ANOMALY_DETECTION_BAND is no arithmetic: `tests.support.cloudwatch.alarm` answers it.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence

Series = list[float | None]
# What an expression or a part of it is: one series, one number, or an array of series.
Value = Series | float | list[Series]

_OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: lambda a, b: float(a > b),
    ast.GtE: lambda a, b: float(a >= b),
    ast.Lt: lambda a, b: float(a < b),
    ast.LtE: lambda a, b: float(a <= b),
    ast.Eq: lambda a, b: float(a == b),
    ast.NotEq: lambda a, b: float(a != b),
}
_FOLDS: dict[str, Callable[[Sequence[float]], float]] = {"SUM": sum, "MAX": max, "MIN": min}


class MetricMathError(ValueError):
    """An expression that CloudWatch would refuse, or that this module does not know."""


def calculate(expression: str, series: Mapping[str, Sequence[float | None]], times: Sequence[int]) -> Series:
    """The values of an expression.

    Args:
        expression: with metric math's operators and functions.
        series: the data points of each id, oldest first, all of one length.
        times: seconds since 1970 of these data points.

    Raises:
        MetricMathError: the expression cannot be understood.
    """
    # Metric math writes AND and OR where Python has words of its own; the rest of the grammar is shared.
    text = re.sub(r"\bAND\b|&&", " and ", re.sub(r"\bOR\b|\|\|", " or ", expression))
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise MetricMathError(f"{expression}: {error.msg}") from error
    value = _Calculation(series, times).value(tree)
    if isinstance(value, float):
        raise MetricMathError(f"{expression}: an alarm needs a time series, not a number")
    return _series(value)


class _Calculation:
    def __init__(self, series: Mapping[str, Sequence[float | None]], times: Sequence[int]) -> None:
        self._series = series
        self._times = times

    def value(self, node: ast.AST) -> Value:
        match node:
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.Name(id=name):
                if name not in self._series:
                    raise MetricMathError(f"{name}: no such metric")
                return list(self._series[name])
            case ast.List(elts=items):
                return [_series(self.value(item)) for item in items]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._each(operator.sub, 0.0, self.value(operand))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return self._each(_OPERATORS[type(op)], self.value(left), self.value(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPERATORS:
                return self._each(_OPERATORS[type(op)], self.value(left), self.value(right))
            case ast.BoolOp(op=op, values=values):
                return self._logic(op, [self.value(item) for item in values])
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._function(name, arguments)
        raise MetricMathError(f"{ast.unparse(node)}: not known here")

    def _each(self, function: Callable[[float, float], float], left: Value, right: Value) -> Value:
        if isinstance(left, float) and isinstance(right, float):
            return function(left, right)
        result: Series = []
        for a, b in zip(self._long(left), self._long(right), strict=True):
            try:
                result.append(None if a is None or b is None else float(function(a, b)))
            except ZeroDivisionError:
                result.append(None)
        return result

    def _logic(self, op: ast.boolop, values: list[Value]) -> Series:
        every = isinstance(op, ast.And)
        result: Series = []
        for row in zip(*(self._long(value) for value in values), strict=True):
            known = [bool(item) for item in row if item is not None]
            result.append(float(all(known) if every else any(known)) if len(known) == len(row) else None)
        return result

    def _function(self, name: str, arguments: list[ast.expr]) -> Value:
        if name in _FOLDS and len(arguments) == 1:
            return self._fold(_FOLDS[name], self.value(arguments[0]))
        if name == "FILL" and len(arguments) == 2:
            return self._fill(_series(self.value(arguments[0])), arguments[1])
        if name == "IF" and len(arguments) == 3:
            condition, then, otherwise = (self._long(self.value(argument)) for argument in arguments)
            return [
                None if test is None else (yes if test else no)
                for test, yes, no in zip(condition, then, otherwise, strict=True)
            ]
        if name == "EPOCH" and len(arguments) == 1:
            # The guide: "a new non-sparse time series", whatever is missing in the one that is given.
            _series(self.value(arguments[0]))
            clock: Series = [float(time) for time in self._times]
            return clock
        raise MetricMathError(f"{name} with {len(arguments)} arguments: not known here")

    def _fold(self, function: Callable[[Sequence[float]], float], value: Value) -> Value:
        if isinstance(value, float) or not value or not isinstance(value[0], list):
            raise MetricMathError("SUM, MAX and MIN: an array of time series is needed")
        result: Series = []
        for row in zip(*(_series(item) for item in value), strict=True):
            known = [item for item in row if item is not None]
            result.append(float(function(known)) if known else None)
        return result

    def _fill(self, series: Series, filling: ast.expr) -> Series:
        if isinstance(filling, ast.Name) and filling.id == "REPEAT":
            result: Series = []
            for item in series:
                result.append(item if item is not None else (result[-1] if result else None))
            return result
        number = self.value(filling)
        if not isinstance(number, float):
            raise MetricMathError("FILL: a number or REPEAT is needed")
        return [number if item is None else item for item in series]

    def _long(self, value: Value) -> Series:
        return [value] * len(self._times) if isinstance(value, float) else _series(value)


def _series(value: Value) -> Series:
    if isinstance(value, float) or (value and isinstance(value[0], list)):
        raise MetricMathError("a time series is needed")
    return value  # type: ignore[return-value]
