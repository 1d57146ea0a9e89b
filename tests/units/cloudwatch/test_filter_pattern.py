"""Filter patterns of CloudWatch Logs: which lines match."""

from __future__ import annotations

import json

import pytest

from tests.support.cloudwatch.filter_pattern import FilterPatternError, matches

EVENT = json.dumps(
    {
        "level": "error",
        "status": 503,
        "route": "/api/jobs",
        "user": {"name": "Root", "groups": ["admin", "ops"]},
        "retried": False,
        "cause": None,
    }
)


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.level = "error" }',
        "{ $.level = error }",
        "{ $.status = 503 }",
        "{ $.status >= 500 && $.status < 600 }",
        '{ $.route = "/api/*" }',
        "{ $.route = * }",
        '{ $.user.name != "root" }',
        '{ $.user.groups[1] = "ops" }',
        "{ $.cause IS NULL }",
        "{ $.retried IS FALSE }",
        "{ $.session NOT EXISTS }",
        "{ ($.status = 200) || ($.user.name = Root) }",
        "{ ($.status = 200 || $.status = 503) && $.level = error }",
        "error jobs",
        '?missing ?"api/jobs"',
        "error -timeout",
    ],
)
def test_a_pattern_matches_the_line_that_it_describes(pattern: str) -> None:
    assert matches(pattern, EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.level = "Error" }',
        "{ $.status > 503 }",
        "{ $.session = * }",
        "{ $.session != 3 }",  # a property that is not there is not compared
        "{ $.level > 3 }",
        "{ $.user = * }",
        "{ $.user.groups[2] = * }",
        "{ $.session EXISTS }",
        "{ $.status = 200 || $.status = 503 && $.level = info }",
        "error timeout",
        "error -jobs",
        "?timeout ?refused",
    ],
)
def test_a_line_does_not_match(pattern: str) -> None:
    assert not matches(pattern, EVENT)


def test_a_pattern_of_json_matches_no_other_line() -> None:
    assert not matches("{ $.session NOT EXISTS }", "level=error")


@pytest.mark.parametrize(
    "pattern", ["{ $.a = }", "{ $.a == 3 }", "{ ($.a = 3 }", "{ $.a = 3", "{ = 3 }", "[a, b]", "{ $.a 3 }"]
)
def test_a_pattern_that_is_not_understood_is_refused(pattern: str) -> None:
    with pytest.raises(FilterPatternError):
        matches(pattern, EVENT)
