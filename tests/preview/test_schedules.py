"""How often something happens, of expressions as EventBridge, AWS Backup and Kubernetes take them."""

from __future__ import annotations

from typing import Any

import pytest

from preview.schedules import often, rarer, runs_a_year
from preview.values import UNKNOWN


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("rate(1 minute)", "every minute"),
        ("rate(5 minutes)", "every 5 minutes"),
        ("cron(0/5 * * * ? *)", "every 5 minutes"),
        ("rate(1 hour)", "every hour"),
        ("cron(0 8-18/2 * * ? *)", "6 times a day"),
        ("cron(30 8 * * ? *)", "once a day"),
        ("0 3 * * 1-5", "5 times a week"),
        ("cron(0 6 ? * SUN,WED *)", "2 times a week"),
        ("rate(7 days)", "once a week"),
        ("@weekly", "once a week"),
        ("cron(0 9 1 * ? *)", "once a month"),
        ("cron(0 9 L * ? *)", "once a month"),
        ("cron(0 9 ? * MON#1 *)", "once a month"),
        ("cron(0 9 1 1/3 ? *)", "4 times a year"),
        ("0 0 1 1 *", "once a year"),
        ("cron(0 0 ? JAN MON#1 *)", "once a year"),
        ("rate(731 days)", "once in 2 years"),
        (None, "never"),
        ("whenever", "whenever"),
    ],
)
def test_how_often_is_said_in_words(expression: Any, words: str) -> None:
    assert often(expression) == words


@pytest.mark.parametrize(
    "text", ["", "whenever", "at(2027-01-01T00:00:00)", "*/0 * * * *", "a b c d e", "1 2 3 4"]
)
def test_of_what_is_no_schedule_nothing_is_said(text: str) -> None:
    assert runs_a_year(text) is None
    assert not rarer(text, "rate(1 day)")


def test_rarer_is_what_happens_less_often_or_never_and_no_other_day() -> None:
    weekly = "cron(0 6 ? * SUN *)"
    assert rarer("rate(1 day)", weekly)
    assert rarer(weekly, None)
    assert not rarer(weekly, "cron(0 9 ? * MON *)")
    assert not rarer(weekly, "rate(7 days)"), "in other words"
    assert not rarer(weekly, "rate(1 day)")
    assert not rarer(weekly, UNKNOWN)
