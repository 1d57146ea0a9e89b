"""Differences that mean nothing to AWS's provider are none in a rehearsal either."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.aws.difference_table import PLAIN_TEXT, RULES
from rehearsal.aws.equivalence import SAME_POLICY
from rehearsal.aws.suppressed import without_suppressed
from rehearsal.providers.property_differences import join
from rehearsal.providers.provider import UNKNOWN, Properties
from tests.support.recordings import recording_of

ROLE = "aws:iam/role:Role"
DATABASE = "aws:rds/instance:Instance"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
INVOCATION = "aws:lambda/invocation:Invocation"
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}
OTHER = {**TRUST, "Statement": [{"Effect": "Deny", "Action": "sts:AssumeRole"}]}


@pytest.mark.parametrize(
    ("token", "old", "new", "kept"),
    [
        (
            ROLE,
            {"assumeRolePolicy": json.dumps(TRUST)},
            {"assumeRolePolicy": json.dumps(TRUST, indent=2)},
            True,
        ),
        (ROLE, {"assumeRolePolicy": json.dumps(TRUST)}, {"assumeRolePolicy": json.dumps(OTHER)}, False),
        (ROLE, {"assumeRolePolicy": "{not JSON"}, {"assumeRolePolicy": "{neither"}, False),
        (ROLE, {"assumeRolePolicy": json.dumps(TRUST)}, {"assumeRolePolicy": UNKNOWN}, False),
        (ROLE, {"description": "a"}, {"description": "A"}, False),
        (DATABASE, {"allocatedStorage": 120}, {"allocatedStorage": 100}, False),
        (INVOCATION, {"input": '{"a":1}'}, {"input": '{"a": 1}'}, False),
        ("aws:eks/addon:Addon", {"configurationValues": "{}"}, {"configurationValues": "{ }"}, False),
    ],
)
def test_a_value_stays_as_it_is_where_the_provider_sees_no_difference(
    token: str, old: Properties, new: Properties, kept: bool
) -> None:
    (name, *_) = new
    planned: Any = without_suppressed(token, old, new)[name]
    assert planned == (old if kept else new)[name]


ADMIT = {
    "Sid": "Admit",
    "Effect": "Allow",
    "Action": ["kms:Encrypt", "kms:Decrypt"],
    "Principal": {"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/a"]},
    "Resource": ["*"],
    "Condition": {"StringEquals": {"aws:SourceAccount": ["1", "2"]}},
}
REFUSE = {"Effect": "Deny", "Action": "s3:*", "NotPrincipal": "*", "NotResource": "a"}


def _document(*statements: dict[str, Any], **more: str) -> str:
    return json.dumps({"Version": "2012-10-17", **more, "Statement": statements})


@pytest.mark.parametrize(
    ("after", "equal"),
    [
        (_document(REFUSE, ADMIT), True),
        (_document({**ADMIT, "Action": ["kms:Decrypt", "kms:Encrypt"]}, REFUSE), True),
        (_document({**ADMIT, "Resource": "*"}, REFUSE), True),
        (
            _document(
                {**ADMIT, "Principal": {"AWS": ["arn:aws:iam::111122223333:role/a", "111122223333"]}}, REFUSE
            ),
            True,
        ),
        (
            _document({**ADMIT, "Condition": {"StringEquals": {"aws:SourceAccount": ["2", "1"]}}}, REFUSE),
            True,
        ),
        (_document({**ADMIT, "Effect": "allow"}, REFUSE), True),
        (_document(ADMIT), False),
        (_document(ADMIT, ADMIT, REFUSE), False),
        (_document({**ADMIT, "Sid": "Other"}, REFUSE), False),
        (_document({**ADMIT, "Action": ["kms:Decrypt"]}, REFUSE), False),
        (_document({**ADMIT, "Principal": {"AWS": "*"}}, REFUSE), False),
        (_document({**ADMIT, "Condition": {"StringEquals": {"aws:SourceAccount": ["1"]}}}, REFUSE), False),
        (_document({**ADMIT, "Condition": {"StringLike": {"aws:SourceAccount": ["1", "2"]}}}, REFUSE), False),
        (_document(ADMIT, REFUSE, Id="other"), False),
    ],
)
def test_policies_are_equal_but_for_the_order_of_statements_and_lists(after: str, equal: bool) -> None:
    assert SAME_POLICY(_document(ADMIT, REFUSE), after) is equal


def test_lifecycle_rules_are_equal_but_for_the_order_of_rules_and_tags() -> None:
    one = {"rulePriority": 1, "selection": {"tagPatternList": ["a*", "b*"]}, "action": {"type": "expire"}}
    two = {"rulePriority": 2, "selection": {"tagPrefixList": []}, "action": {"type": "expire"}}
    other = {**one, "selection": {"tagPatternList": ["b*", "a*"]}}
    old, new = json.dumps({"rules": [one, two]}), json.dumps({"rules": [two, other]})
    assert without_suppressed(LIFECYCLE, {"policy": old}, {"policy": new}) == {"policy": old}
    changed = json.dumps({"rules": [two, {**other, "action": {"type": "transition"}}]})
    assert without_suppressed(LIFECYCLE, {"policy": old}, {"policy": changed}) == {"policy": changed}


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_every_text_of_json_that_the_program_writes_is_looked_up(environment: str) -> None:
    """What holds JSON may come back laid out otherwise: whether the provider minds is known of each."""
    written = {
        (each.type, name)
        for each in recording_of(environment).resources
        if each.type.startswith("aws:")
        for name in _texts_of_json(each.inputs)
        if not name.startswith("code.")  # a file of a function is compared by the hash of all of them
    }
    assert ("aws:s3/bucketPolicy:BucketPolicy", "policy") in written
    assert written - RULES.keys() - PLAIN_TEXT == set()


def _texts_of_json(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            inside = path if path == "environment.variables" else join(path, key)
            yield from _texts_of_json(item, inside)
    elif isinstance(value, list):
        for item in value:
            yield from _texts_of_json(item, path)
    elif isinstance(value, str) and _is_json(value):
        yield path


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), (dict, list))
    except ValueError:
        return False
