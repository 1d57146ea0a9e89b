"""Composite alarms: rules and suppressors."""

from __future__ import annotations

import pytest

from tests.support.cloudwatch.composite import CompositeAlarm
from tests.support.cloudwatch.evaluation import State

ON, OFF = State.ALARM, State.OK


@pytest.mark.parametrize(
    ("rule", "states", "expected"),
    [
        ('ALARM("a") OR ALARM("b")', {"b": ON}, ON),
        ('ALARM("a") AND ALARM("b")', {"b": ON}, OFF),
        ("ALARM(a) AND NOT ALARM(b)", {"a": ON}, ON),
        ("ALARM(a) AND (ALARM(b) OR OK(c))", {"a": ON, "c": OFF}, ON),
        ("ALARM(a) OR ALARM(b) AND ALARM(c)", {"a": ON}, ON),
        ("INSUFFICIENT_DATA(a)", {"a": State.INSUFFICIENT_DATA}, ON),
        ("TRUE AND NOT FALSE", {}, ON),
    ],
)
def test_a_rule_looks_at_the_states_of_others(rule: str, states: dict[str, State], expected: State) -> None:
    assert CompositeAlarm({"alarmRule": rule}).state(states) is expected


@pytest.mark.parametrize("rule", ["ALARM(a) ALARM(b)", "(ALARM(a)", "ALARMED(a)"])
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="not"):
        CompositeAlarm({"alarmRule": rule}).state({})


def test_a_suppressor_in_alarm_keeps_it_quiet() -> None:
    alarm = CompositeAlarm(
        {"alarmRule": "ALARM(a)", "alarmActions": ["topic"], "actionsSuppressor": {"alarm": "outage"}}
    )
    assert alarm.destinations({"a": ON}) == ["topic"]
    assert alarm.destinations({"a": ON, "outage": ON}) == []
    assert alarm.children == {"a"}
