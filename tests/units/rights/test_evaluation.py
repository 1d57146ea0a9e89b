"""Requests are decided as AWS's documentation says; the policies are of the forms that its pages show."""

from __future__ import annotations

from typing import Any

import pytest

from rights.conditions import UnsupportedPolicyError
from rights.evaluation import Policies, Policy, Principal, Request, Verdict, decide

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Reader"
READER = Principal("AWS", ROLE, ACCOUNT)
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1234abcd"
TABLE = "arn:aws:dynamodb:us-east-2:111122223333:table/Books"


def _policy(*statements: dict[str, Any]) -> Policy:
    return Policy("a policy", statements)


def _allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _deny(action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {**_allow(action, resource, **more), "Effect": "Deny"}


def _verdict(
    action: str,
    resource: str,
    *identity: dict[str, Any],
    of_resource: Policy | None = None,
    boundary: Policy | None = None,
    keys: dict[str, str | list[str]] | None = None,
    principal: Principal = READER,
) -> Verdict:
    policies = Policies([_policy(*identity)] if identity else [], of_resource, boundary)
    return decide(Request(principal, action, resource, keys or {}), policies).verdict


# "Policy evaluation logic": implicit deny, allow, explicit deny.


def test_what_nothing_allows_is_refused() -> None:
    assert _verdict("s3:GetObject", f"{BUCKET}/a") is Verdict.NOT_ALLOWED


def test_a_denial_wins_over_every_permission() -> None:
    statements = _allow("s3:*"), _deny("s3:DeleteObject", f"{BUCKET}/*")
    assert _verdict("s3:GetObject", f"{BUCKET}/a", *statements) is Verdict.ALLOWED
    assert _verdict("s3:DeleteObject", f"{BUCKET}/a", *statements) is Verdict.DENIED


def test_within_an_account_either_the_identity_or_the_resource_may_allow() -> None:
    of_bucket = _policy(_allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": ROLE}))
    assert _verdict("s3:GetObject", f"{BUCKET}/a", of_resource=of_bucket) is Verdict.ALLOWED
    assert _verdict("s3:GetObject", f"{BUCKET}/a", _allow("s3:GetObject")) is Verdict.ALLOWED


def test_a_resource_that_names_the_account_leaves_it_to_the_identity() -> None:
    of_bucket = _policy(_allow("s3:GetObject", f"{BUCKET}/*", Principal=ROOT))
    assert _verdict("s3:GetObject", f"{BUCKET}/a", of_resource=of_bucket) is Verdict.NOT_ALLOWED


def test_a_resources_denial_meets_who_may_everything() -> None:
    only = _deny("s3:*", f"{BUCKET}/*", Principal="*", Condition={"ArnNotEquals": {"aws:PrincipalArn": "x"}})
    assert _verdict("s3:GetObject", f"{BUCKET}/a", _allow("*"), of_resource=_policy(only)) is Verdict.DENIED


# "Permissions boundaries for IAM entities".


def test_a_boundary_limits_and_gives_nothing() -> None:
    boundary = _policy(_allow("s3:*"))
    assert _verdict("iam:CreateUser", "*", _allow("*"), boundary=boundary) is Verdict.NOT_ALLOWED
    assert _verdict("s3:GetObject", f"{BUCKET}/a", boundary=boundary) is Verdict.NOT_ALLOWED
    assert _verdict("s3:GetObject", f"{BUCKET}/a", _allow("s3:*"), boundary=boundary) is Verdict.ALLOWED


# KMS developer guide, "Default key policy": without it the account's policies decide nothing about a key.


def test_a_keys_policy_has_to_let_the_accounts_policies_decide() -> None:
    delegated = _policy(_allow("kms:*", Principal=ROOT))
    closed = _policy(_allow("kms:*", Principal={"AWS": f"{ROLE}-of-another-name"}))
    assert _verdict("kms:Decrypt", KEY, _allow("kms:Decrypt", KEY), of_resource=delegated) is Verdict.ALLOWED
    assert _verdict("kms:Decrypt", KEY, _allow("kms:Decrypt", KEY), of_resource=closed) is Verdict.NOT_ALLOWED
    assert _verdict("kms:Decrypt", KEY, of_resource=delegated) is Verdict.NOT_ALLOWED


def test_what_is_asked_of_no_key_needs_no_key_s_policy() -> None:
    assert _verdict("kms:ListKeys", "*", _allow("kms:ListKeys")) is Verdict.ALLOWED
    assert _verdict("kms:ListKeys", "*") is Verdict.NOT_ALLOWED
    assert _verdict("kms:Decrypt", "*", _allow("kms:Decrypt")) is Verdict.NOT_ALLOWED


def test_a_key_is_used_through_the_service_that_is_named_and_in_its_region() -> None:
    through = _allow(
        "kms:Decrypt", KEY, Condition={"StringEquals": {"kms:ViaService": "ec2.us-west-2.amazonaws.com"}}
    )
    delegated = _policy(_allow("kms:*", Principal=ROOT))
    for service, verdict in (
        ("ec2.us-west-2.amazonaws.com", Verdict.ALLOWED),
        ("ec2.us-east-2.amazonaws.com", Verdict.NOT_ALLOWED),
    ):
        keys: dict[str, str | list[str]] = {"kms:ViaService": service}
        assert _verdict("kms:Decrypt", KEY, through, of_resource=delegated, keys=keys) is verdict
    assert _verdict("kms:Decrypt", KEY, through, of_resource=delegated) is Verdict.NOT_ALLOWED


# "The confused deputy problem": a service is let in for this account and by the resource that it acts for.


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [
        ({"aws:SourceAccount": ACCOUNT}, Verdict.ALLOWED),
        ({"aws:SourceAccount": "444455556666"}, Verdict.NOT_ALLOWED),
        ({}, Verdict.NOT_ALLOWED),
    ],
)
def test_a_service_takes_a_role_for_the_account_that_it_says(
    keys: dict[str, str | list[str]], verdict: Verdict
) -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    service = Principal("Service", "sns.amazonaws.com", ACCOUNT)
    found = _verdict("sts:AssumeRole", ROLE, of_resource=_policy(trust), keys=keys, principal=service)
    assert found is verdict


def test_a_trusted_account_still_has_to_allow_taking_the_role() -> None:
    trust = _policy({"Effect": "Allow", "Principal": ROOT, "Action": "sts:AssumeRole"})
    assert _verdict("sts:AssumeRole", ROLE, of_resource=trust) is Verdict.NOT_ALLOWED
    allowed = _verdict("sts:AssumeRole", ROLE, _allow("sts:AssumeRole", ROLE), of_resource=trust)
    assert allowed is Verdict.ALLOWED


# "IAM JSON policy elements: Condition operators", its tables and examples.


@pytest.mark.parametrize(
    ("condition", "keys", "met"),
    [
        ({"StringEquals": {"aws:PrincipalTag/job-category": "iamuser-admin"}}, {}, False),
        ({"StringEquals": {"aws:PrincipalTag/j": "a"}}, {"aws:PrincipalTag/j": "A"}, False),
        ({"StringEqualsIgnoreCase": {"aws:PrincipalTag/j": "a"}}, {"aws:PrincipalTag/j": "A"}, True),
        ({"StringNotEquals": {"aws:PrincipalTag/j": "a"}}, {}, True),
        ({"StringNotEquals": {"aws:PrincipalTag/j": ["a", "b"]}}, {"aws:PrincipalTag/j": "b"}, False),
        ({"StringLike": {"s3:prefix": ["home/*", ""]}}, {"s3:prefix": "home/david/"}, True),
        ({"StringEquals": {"s3:prefix": "home/*"}}, {"s3:prefix": "home/david/"}, False),
        ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": "10"}, True),
        ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": "11"}, False),
        ({"Bool": {"aws:SecureTransport": "false"}}, {}, False),
        ({"Bool": {"aws:SecureTransport": True}}, {}, True),
        ({"Null": {"aws:TokenIssueTime": "true"}}, {}, True),
        ({"Null": {"aws:TokenIssueTime": "true"}}, {"aws:TokenIssueTime": "now"}, False),
        ({"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*"]}}, {}, True),
        ({"StringLikeIfExists": {"ec2:InstanceType": "t1.*"}}, {"ec2:InstanceType": "m3.large"}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b*"}}, {"AWS:SOURCEARN": "arn:aws:s3:::bucket"}, True),
        ({"ArnEquals": {"aws:SourceArn": "arn:aws:sns:*:1:t"}}, {"aws:SourceArn": "arn:aws:sns:r:1:t"}, True),
        # Each of the six parts is compared by itself.
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:t"}}, {"aws:SourceArn": "arn:aws:sns:r:1:t"}, False),
        ({"StringEquals": {"a:b": "c"}, "StringLike": {"a:d": "e"}}, {"a:b": "c"}, False),
    ],
)
def test_conditions_are_met_as_the_documentation_says(
    condition: dict[str, Any], keys: dict[str, str | list[str]], met: bool
) -> None:
    found = _verdict("s3:GetObject", f"{BUCKET}/a", _allow("s3:GetObject", Condition=condition), keys=keys)
    assert (found is Verdict.ALLOWED) is met


# "Set operators for multivalued context keys": the table of its examples about DynamoDB's attributes.


@pytest.mark.parametrize(
    ("operator", "asked", "met"),
    [
        ("ForAllValues:StringEquals", ["ID", "PostDateTime"], True),
        ("ForAllValues:StringEquals", ["ID", "UserName"], False),
        ("ForAllValues:StringEquals", None, True),
        ("ForAnyValue:StringEquals", ["ID", "UserName"], True),
        ("ForAnyValue:StringEquals", ["UserName"], False),
        ("ForAnyValue:StringEquals", None, False),
    ],
)
def test_sets_of_values_are_compared_as_the_documentation_says(
    operator: str, asked: list[str] | None, met: bool
) -> None:
    condition = {operator: {"dynamodb:Attributes": ["ID", "PostDateTime", "Message"]}}
    keys: dict[str, str | list[str]] = {} if asked is None else {"dynamodb:Attributes": asked}
    statement = _allow("dynamodb:GetItem", TABLE, Condition=condition)
    assert (_verdict("dynamodb:GetItem", TABLE, statement, keys=keys) is Verdict.ALLOWED) is met


# "IAM policy elements: Variables and tags".


@pytest.mark.parametrize(
    ("key", "tags", "verdict"),
    [
        ("team-a/plan", {"aws:PrincipalTag/team": "team-a"}, Verdict.ALLOWED),
        ("team-b/plan", {"aws:PrincipalTag/team": "team-a"}, Verdict.NOT_ALLOWED),
        ("team-b/plan", {}, Verdict.NOT_ALLOWED),
        # What a variable has is text, not a pattern.
        ("team-b/plan", {"aws:PrincipalTag/team": "*"}, Verdict.NOT_ALLOWED),
    ],
)
def test_variables_stand_for_what_the_request_has(
    key: str, tags: dict[str, str | list[str]], verdict: Verdict
) -> None:
    statement = _allow("s3:GetObject", f"{BUCKET}/${{aws:PrincipalTag/team}}/*")
    assert _verdict("s3:GetObject", f"{BUCKET}/{key}", statement, keys=tags) is verdict


def test_a_variable_has_a_default_and_a_literal_is_no_wildcard() -> None:
    default = _allow("s3:GetObject", f"{BUCKET}/${{aws:PrincipalTag/team, 'company-wide'}}/*")
    assert _verdict("s3:GetObject", f"{BUCKET}/company-wide/a", default) is Verdict.ALLOWED
    literal = _allow("s3:GetObject", f"{BUCKET}/${{*}}")
    assert _verdict("s3:GetObject", f"{BUCKET}/*", literal) is Verdict.ALLOWED
    assert _verdict("s3:GetObject", f"{BUCKET}/a", literal) is Verdict.NOT_ALLOWED


@pytest.mark.parametrize(
    ("statement", "action", "verdict"),
    [
        (_allow("S3:getobject"), "s3:GetObject", Verdict.ALLOWED),
        (_allow("s3:Get*"), "s3:GetObjectAcl", Verdict.ALLOWED),
        (_allow("s3:Get?bject"), "s3:GetObject", Verdict.ALLOWED),
        (_allow("s3:Get[O]bject"), "s3:GetObject", Verdict.NOT_ALLOWED),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, "s3:GetObject", Verdict.ALLOWED),
        ({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, "s3:GetObject", Verdict.NOT_ALLOWED),
        (
            {"Effect": "Allow", "Action": "s3:*", "NotResource": f"{BUCKET}/*"},
            "s3:GetObject",
            Verdict.NOT_ALLOWED,
        ),
    ],
)
def test_actions_and_resources_are_patterns(statement: dict[str, Any], action: str, verdict: Verdict) -> None:
    assert _verdict(action, f"{BUCKET}/a", statement) is verdict


@pytest.mark.parametrize(
    "statement",
    [
        _allow("s3:GetObject", Condition={"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}),
        _allow("s3:GetObject", Condition={"ForSomeValues:StringEquals": {"aws:SecureTransport": "true"}}),
    ],
)
def test_what_is_not_known_is_refused_loudly(statement: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedPolicyError, match="is not known"):
        _verdict("s3:GetObject", f"{BUCKET}/a", statement)


# "Cross-account policy evaluation logic": what is asked for is in another account.

FOREIGN = {"AWS": "arn:aws:iam::444455556666:root"}


def _across(action: str, resource: str, identity: list[dict[str, Any]], *of_resource: dict[str, Any]) -> bool:
    policies = Policies([_policy(*identity)] if identity else [], _policy(*of_resource), across_accounts=True)
    return decide(Request(READER, action, resource), policies).allowed


@pytest.mark.parametrize(("action", "resource"), [("s3:GetObject", f"{BUCKET}/a"), ("kms:Decrypt", KEY)])
@pytest.mark.parametrize("principal", [ROOT, {"AWS": ROLE}, "*"])
def test_from_another_account_both_accounts_have_to_allow(
    action: str, resource: str, principal: dict[str, str] | str
) -> None:
    own, there = _allow(action, resource), _allow(action, "*", Principal=principal)
    assert _across(action, resource, [own], there)
    # Within one account each of them would do for an object of S3.
    assert not _across(action, resource, [], there)
    assert not _across(action, resource, [own], _allow(action, "*", Principal=FOREIGN))


def test_from_another_account_either_may_refuse() -> None:
    own, there = _allow("s3:GetObject", "*"), _allow("s3:GetObject", "*", Principal=ROOT)
    refused = _deny("s3:GetObject", "*")
    assert _across("s3:GetObject", f"{BUCKET}/a", [own], there)
    assert not _across("s3:GetObject", f"{BUCKET}/a", [own, refused], there)
    assert not _across("s3:GetObject", f"{BUCKET}/a", [own], there, {**refused, "Principal": ROOT})


def test_an_account_lets_a_role_in_by_a_condition_on_who_asks() -> None:
    """The role itself need not exist when the policy is written."""
    own = _allow("s3:GetObject", "*")
    for role, allowed in ((ROLE, True), (f"{ROLE}s", False)):
        condition = {"ArnEquals": {"aws:PrincipalArn": role}}
        there = _allow("s3:GetObject", "*", Principal=ROOT, Condition=condition)
        assert _across("s3:GetObject", f"{BUCKET}/a", [own], there) is allowed


def test_a_policy_that_names_who_is_not_meant_is_refused_loudly() -> None:
    of_bucket = _policy({"Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": ROOT})
    with pytest.raises(UnsupportedPolicyError, match="NotPrincipal"):
        _verdict("s3:GetObject", f"{BUCKET}/a", of_resource=of_bucket)
