"""Alarms of something else, metrics of other lines, trails, budgets and functions that tell less."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk
from preview.values import UNKNOWN, at, number, said

_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_TRAIL = "aws:cloudtrail/trail:Trail"
_ALARM_NAME = re.compile(r'ALARM\("[^"]*"\)')
_PERCENTILE = re.compile(r"p(\d+(?:\.\d+)?)")
# In a formula: numbers, and those from which on something counts.
_NUMBER = re.compile(r"\b\d+(?:\.\d+)?\b")
_FROM = re.compile(r">=?\s*(\d+(?:\.\d+)?)")
_NAME_LEFT_OUT = re.compile(r'(!=\s*)"[^"*]*"')
# Levels from which on a log has less than what alarms count (docs/application.md).
_LEVELS = ("trace", "debug", "info", "warn", "warning", "error", "fatal", "silent", "off", "none")
_LEVEL_OF_ALARMS = "info"

Told = Iterator[tuple[str, str]]


def watching_risks(change: Change) -> Iterator[Risk]:
    """What is seen no more, or by nobody."""
    gone = change.removed | _names_replaced(change)
    for step in change.changed:
        if step.verb not in (Verb.UPDATED, Verb.REPLACED):
            continue
        told = [
            *(_RULES[step.type](step) if step.type in _RULES else ()),
            *(_OF_OTHERS[step.type](step, gone) if step.type in _OF_OTHERS else ()),
        ]
        for what, path in told:
            yield Risk(Kind.PROTECTION, step, what, (path,))


def _names_replaced(change: Change) -> frozenset[str]:
    """Names of what is another one afterwards: its alarms follow it."""
    found = (
        value
        for step in change.changed
        if step.verb is Verb.REPLACED
        for value in (step.record[0].get("id"), *step.before.values(), *step.outputs.values())
    )
    return frozenset(value for value in found if isinstance(value, str) and value)


def _subject(alarm: Step, gone: frozenset[str]) -> Told:
    """An alarm that is about something else, or about the other end of it."""
    before, after = alarm.before, alarm.after
    ways = [str(side.get("comparisonOperator", "")).startswith("GreaterThan") for side in (before, after)]
    if before.get("comparisonOperator") and ways[0] != ways[1]:
        yield (
            f"begins {_side(ways[1])} its threshold, where it began {_side(ways[0])} it",
            "comparisonOperator",
        )
    for path in ("metricName", "namespace", "dimensions"):
        old, new = before.get(path), after.get(path)
        if old and _is_another(old, new, gone):
            yield f"watches {_in_words(new)}, not {_in_words(old)} any more", path
    for path in ("statistic", "extendedStatistic"):
        old, new = before.get(path), after.get(path)
        if old and new and _sees_less(str(old), str(new)):
            yield f"looks at {new}, instead of {old}", path
    yield from _queries(before, after, gone)


def _side(upwards: bool) -> str:
    return "above" if upwards else "below"


def _sees_less(before: str, after: str) -> bool:
    """A higher percentile sees more of what is slow; of all else every other one sees something else."""
    old, new = _PERCENTILE.fullmatch(before), _PERCENTILE.fullmatch(after)
    return float(new[1]) < float(old[1]) if old and new else before != after


def _queries(before: Mapping[str, Any], after: Mapping[str, Any], gone: frozenset[str]) -> Told:
    """An alarm that computes: the formula, and what goes into it."""
    olds, news = (
        {each.get("id"): each for each in side.get("metricQueries") or []} for side in (before, after)
    )
    left = {name: old for name, old in olds.items() if name not in news}
    # Of nodes that there are fewer of it looks at fewer, and computes with these.
    gone_too = any(set(_leaves(old).values()) & gone for old in left.values())
    for name in () if gone_too else left:
        yield f"does not look at {name} any more", "metricQueries"
    for name, old in olds.items():
        new = news.get(name)
        if new is None:
            continue
        if old.get("metric") and _is_another(old["metric"], new.get("metric"), gone):
            what = f"computes with {_in_words(new.get('metric'))}, not {_in_words(old['metric'])}"
            yield what, "metricQueries.metric"
        same_limit = before.get("threshold") == after.get("threshold") and not gone_too
        if same_limit and (what := _later(str(old.get("expression")), str(new.get("expression")))):
            yield what, "metricQueries.expression"


def _later(before: str, after: str) -> str:
    """What is said of a formula by which an alarm begins later, or maybe does; empty where it does not."""
    if _NUMBER.sub("0", before) != _NUMBER.sub("0", after):
        return f"is computed otherwise: {after}"
    for old, new in zip(_FROM.findall(before), _FROM.findall(after), strict=True):
        if float(new) > float(old):
            return f"begins from {new} on, instead of {old}"
    return ""


def _is_another(before: Any, after: Any, gone: frozenset[str]) -> bool:
    """Whether it is about something else, which is there as well as what it was about."""
    old, new = _leaves(before), _leaves(after)
    changed = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    return bool(changed) and not any(new.get(path) == UNKNOWN or old.get(path) in gone for path in changed)


def _leaves(value: Any, path: str = "") -> dict[str, str]:
    if isinstance(value, Mapping):
        return {
            key: leaf for name, each in value.items() for key, leaf in _leaves(each, f"{path}.{name}").items()
        }
    return {path: str(value)}


def _in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        told = value.get("dimensions", value)
        metric = [str(value["metricName"])] if "metricName" in value else []
        parts = [f"{name} {each}" for name, each in sorted(told.items())] if isinstance(told, Mapping) else []
        return " of ".join([*metric, *([", ".join(parts)] if parts else [])]) or "nothing"
    return said(value)


def _filter(step: Step) -> Told:
    """A metric of lines of a log, which alarms look at."""
    before, after = (str(side.get("pattern") or "") for side in (step.before, step.after))
    if not _wider(before, after):
        yield f"counts other lines: {after or 'every one'}, instead of {before or 'every one'}", "pattern"
    for path, what in _OF_FILTERS.items():
        old, new = at(step.before, path), at(step.after, path)
        if old is not None and new not in (old, UNKNOWN):
            yield what.format(before=said(old), after=said(new)), path


_OF_FILTERS = {
    "logGroupName": "counts in {after}, not in {before} any more",
    "metricTransformation.name": "counts as {after}: whoever looks at {before} sees nothing any more",
    "metricTransformation.namespace": "counts in {after}: whoever looks in {before} sees nothing any more",
    "metricTransformation.value": "counts each line as {after}, instead of {before}",
}


def _wider(before: str, after: str) -> bool:
    """Whether a pattern counts, for certain, all lines that another one counted.

    One more alternative does, one condition less does, and one name in the place of another that is left out.
    """
    old, new = (_NAME_LEFT_OUT.sub(r'\1"-"', each.strip().strip("{}").strip()) for each in (before, after))
    if old == new:
        return True
    if not old or not new:
        return False
    alternatives = [set(_split(each, "||")) for each in (old, new)]
    if alternatives[0] <= alternatives[1]:
        return True
    conditions = [set(_split(each, "&&")) for each in (old, new)]
    return "||" not in old + new and conditions[1] < conditions[0]


def _split(pattern: str, sign: str) -> list[str]:
    return [" ".join(each.split()) for each in pattern.split(sign)]


def _composite(step: Step) -> Told:
    """Of several alarms: any of them, or only some together."""
    before, after = (
        _ALARM_NAME.sub("", str(side.get("alarmRule") or "")) for side in (step.before, step.after)
    )
    if any(after.count(word) > before.count(word) for word in ("AND", "NOT")):
        yield "goes on only when several of its alarms are on, or others are off", "alarmRule"


def _trail(step: Step, gone: frozenset[str]) -> Told:
    """Events that a trail records; a condition more, and it records fewer."""
    before, after = (
        {
            each.get("name"): each.get("fieldSelectors") or []
            for each in side.get("advancedEventSelectors") or []
        }
        for side in (step.before, step.after)
    )
    for name, old in before.items():
        if name not in after:
            yield f"does not record {name} any more", "advancedEventSelectors"
        elif not _records_all(old, after[name], gone):
            yield f"does not record all of {name} any more", "advancedEventSelectors.fieldSelectors"


_ADMITS = ("equals", "startsWiths", "endsWiths")
_REFUSES = ("notEquals", "notStartsWiths", "notEndsWiths")


def _records_all(before: list[Any], after: list[Any], gone: frozenset[str]) -> bool:
    olds, news = ({each.get("field"): each for each in side} for side in (before, after))

    def admitted(field: str, key: str) -> list[Any]:
        # `arn:aws:s3:::bucket/`: of what is removed nothing is left to record.
        return [each for each in olds[field].get(key) or () if not _named(each) & gone]

    return all(
        field in olds
        and all(_within(admitted(field, key), new.get(key)) for key in _ADMITS if new.get(key))
        and all(_within(new.get(key), olds[field].get(key)) for key in _REFUSES)
        for field, new in news.items()
    )


def _named(arn: Any) -> set[str]:
    return {str(arn), str(arn).rpartition(":")[2].partition("/")[0]}


def _within(inner: Any, outer: Any) -> bool:
    """Whether a list is within another one, as far as both are known."""
    known = list(outer or ())
    return UNKNOWN in known or all(each in known or each == UNKNOWN for each in inner or ())


def _budget(step: Step) -> Told:
    """What of the costs is told, and to whom."""
    after = step.after.get("notifications") or []
    for old in step.before.get("notifications") or []:
        if not any(_tells(new, old) for new in after):
            kind, share = str(old.get("notificationType")).lower(), said(number(old.get("threshold")))
            yield f"does not tell all whom it told of {kind} costs above {share} %", "notifications"


def _tells(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    who = ("subscriberSnsTopicArns", "subscriberEmailAddresses")
    return (
        new.get("notificationType") == old.get("notificationType")
        and (number(new.get("threshold")) or 0) <= (number(old.get("threshold")) or 0)
        and all(_within(old.get(each), new.get(each)) for each in who)
    )


def _logs(step: Step) -> Told:
    """What a service writes into its log, as far as its variables say."""
    before, after = (_variables(side) for side in (step.before, step.after))
    for name, new in after.items():
        old = before.get(name, "")
        if name.endswith("LOG_LEVEL") and _rank(new) > max(_rank(old), _LEVELS.index(_LEVEL_OF_ALARMS)):
            yield (
                f"logs {new} and worse alone: alarms count lines of {_LEVEL_OF_ALARMS}",
                "spec.template.spec.containers.env",
            )
        if name.endswith("LOG_FORMAT") and "json" not in new.lower() and new != old:
            yield f"logs as {new}, which no alarm reads: they read JSON", "spec.template.spec.containers.env"


def _rank(level: str) -> int:
    return _LEVELS.index(level.lower()) if level.lower() in _LEVELS else -1


def _variables(inputs: Mapping[str, Any]) -> dict[str, str]:
    containers = at(inputs, "spec.template.spec.containers")
    found = containers if isinstance(containers, list) else []
    return {
        str(each.get("name")): str(each.get("value", ""))
        for container in found
        for each in container.get("env") or []
    }


def _function(step: Step, gone: frozenset[str]) -> Told:
    """What a function reminds of, or goes on to tell, as far as its variables say."""
    path = "environment.variables"
    for name, what in _OF_FUNCTIONS.items():
        before, after = (_parsed(at(side, f"{path}.{name}")) for side in (step.before, step.after))
        if lost := sorted(before - after - gone):
            yield what.format(", ".join(lost)), f"{path}.{name}"


_OF_FUNCTIONS = {
    "EXPIRIES": "reminds nobody of {} any more",
    "PAGES": "does not go on with pages of {} any more",
}


def _parsed(text: Any) -> set[str]:
    """The names in a variable that is JSON; of one that is not known yet none."""
    try:
        found = json.loads(text) if isinstance(text, str) else {}
    except ValueError:
        return set()
    return set(map(str, found)) if isinstance(found, Mapping) else set()


_RULES: Mapping[str, Callable[[Step], Told]] = {
    "aws:budgets/budget:Budget": _budget,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _composite,
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": _filter,
    "kubernetes:apps/v1:Deployment": _logs,
}
_OF_OTHERS: Mapping[str, Callable[[Step, frozenset[str]], Told]] = {
    "aws:lambda/function:Function": _function,
    _ALARM: _subject,
    _TRAIL: _trail,
}
