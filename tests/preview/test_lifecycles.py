"""What AWS looks after no longer is told before its day, with the day, from one table for each service."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from infra.configuration.cluster_settings import NOTICE_DAYS
from infra.configuration.tiers import DATABASE_VERSIONS
from infra.functions.function import RUNTIME
from preview.change import Change, Step, Verb
from preview.lifecycles import POSTGRESQL, REDIS, RUNTIMES
from preview.report import Report
from preview.support import support_notices

FUNCTION = "aws:lambda/function:Function"
DATABASE = "aws:rds/instance:Instance"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
NODE = RUNTIMES["nodejs22.x"]


def deployed(kind: str, name: str = "files", **inputs: Any) -> Step:
    """A resource that stays as it is."""
    return Step(Verb.SAME, f"urn:pulumi:prod::groundwork::{kind}::{name}", kind, before=inputs, after=inputs)


def told(today: date, *steps: Step) -> list[str]:
    return list(support_notices(Change("prod", steps), today))


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (NODE.mended_until - timedelta(NOTICE_DAYS + 1), ""),
        (NODE.mended_until - timedelta(1), "from 2027-04-30 on, makes no function on it from 2027-06-01 on"),
        (NODE.created_until, "since 2027-04-30, makes no function on it since 2027-06-01"),
        (NODE.changed_until, "changes none since 2027-07-01"),
    ],
)
def test_a_runtime_is_told_with_its_days_before_they_come(today: date, said: str) -> None:
    found = told(today, deployed(FUNCTION, runtime="nodejs22.x"))
    assert [said in each for each in found] == ([True] if said else []), found


def test_functions_of_one_runtime_are_one_line() -> None:
    steps = [deployed(FUNCTION, name, runtime="python3.9") for name in "dbca"]
    (notice,) = told(date(2026, 12, 1), *steps)
    assert notice.startswith("AWS mends nothing in python3.9 since 2025-12-15, ")
    assert notice.endswith(" Give a later one to a, b, c and 1 more.")


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            deployed(DATABASE, engineVersion="14.12"),
            "RDS's standard support of PostgreSQL 14 ends on 2027-02-28",
        ),
        (
            deployed(CACHE, engineVersion="6.2"),
            "ElastiCache's standard support of Redis 6 ends on 2027-01-31",
        ),
    ],
)
def test_an_engine_is_told_before_it_costs_more(step: Step, said: str) -> None:
    assert told(date(2026, 12, 1), step) == []
    (notice,) = told(date(2027, 1, 2), step)
    assert notice.startswith(said)
    assert "it costs more afterwards (extended support)" in notice
    (late,) = told(date(2027, 3, 1), step)
    assert " ended on " in late


def test_it_is_on_the_page() -> None:
    change = Change("prod", (deployed(FUNCTION, runtime="python3.10"),))
    (note,) = Report(change, "main", today=date(2026, 12, 1)).notes
    assert note.startswith("AWS mends nothing in python3.10 since 2026-10-31")


def test_what_this_program_uses_is_known_and_looked_after() -> None:
    assert RUNTIMES[RUNTIME].mended_until > date(2026, 12, 1)
    assert {*DATABASE_VERSIONS} <= {*POSTGRESQL}
    assert "7" not in REDIS, "no end of it was told when the table was read"


def test_days_of_a_runtime_come_one_after_the_other() -> None:
    for name, runtime in RUNTIMES.items():
        assert runtime.mended_until <= runtime.created_until <= runtime.changed_until, name
