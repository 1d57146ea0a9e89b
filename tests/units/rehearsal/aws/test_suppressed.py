"""Differences that mean nothing to AWS's provider are none in a rehearsal either."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rehearsal.aws.suppressed import without_suppressed
from rehearsal.provider import UNKNOWN, Properties

ROLE = "aws:iam/role:Role"
DATABASE = "aws:rds/instance:Instance"
BUDGET = "aws:budgets/budget:Budget"
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}
OTHER = {**TRUST, "Statement": [{"Effect": "Deny", "Action": "sts:AssumeRole"}]}


@pytest.mark.parametrize(
    ("token", "old", "new", "kept"),
    [
        (ROLE, {"p": json.dumps(TRUST)}, {"p": json.dumps(TRUST, indent=2, sort_keys=True)}, True),
        (ROLE, {"p": json.dumps(TRUST)}, {"p": json.dumps(OTHER)}, False),
        (ROLE, {"p": "{not JSON"}, {"p": "{neither"}, False),
        (ROLE, {"p": json.dumps(TRUST)}, {"p": UNKNOWN}, False),
        (BUDGET, {"limitAmount": "400.0"}, {"limitAmount": "400"}, True),
        (BUDGET, {"limitAmount": "400.0"}, {"limitAmount": "401"}, False),
        (DATABASE, {"allocatedStorage": 120}, {"allocatedStorage": 100, "maxAllocatedStorage": 500}, True),
        (DATABASE, {"allocatedStorage": 120}, {"allocatedStorage": 130, "maxAllocatedStorage": 500}, False),
        (DATABASE, {"allocatedStorage": 120}, {"allocatedStorage": 100}, False),
        (DATABASE, {"maxAllocatedStorage": 0}, {"maxAllocatedStorage": 20, "allocatedStorage": 20}, True),
    ],
)
def test_a_value_stays_as_it_is_where_the_provider_sees_no_difference(
    token: str, old: Properties, new: Properties, kept: bool
) -> None:
    (name, *_) = new
    planned: Any = without_suppressed(token, old, new)[name]
    assert planned is (old if kept else new)[name]
