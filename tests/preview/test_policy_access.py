"""Access that is wider, evaluated: a policy that is written otherwise and allows no more is none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from preview.access.policies import policy_access
from preview.change import change_of
from timing.engine_step import EngineStep

ROLE, INLINE, BUCKET_POLICY = (
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:s3/bucketPolicy:BucketPolicy",
)
Statements = Sequence[Mapping[str, Any]]
READ = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::files/*"}
OFFICE = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}


def urn(kind: str) -> str:
    return f"urn:pulumi:prod::groundwork::groundwork:x:Storage${kind}::files"


def document(statements: Statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def of_role(before: Statements, after: Statements) -> list[str]:
    """What a role may after its policy is another one, and might not before."""
    role = {"inputs": {"name": "files"}, "outputs": {"arn": "arn:aws:iam::111122223333:role/files"}}
    states = ({"inputs": {"role": "files", "policy": document(each)}} for each in (before, after))
    steps = [
        EngineStep("same", urn(ROLE), ROLE, {}, role, role),
        EngineStep("update", urn(INLINE), INLINE, {}, *states),
    ]
    return [risk.what for risk in policy_access(change_of("prod", steps))]


def of_bucket(before: Statements, after: Statements) -> list[str]:
    """The same of a bucket's own policy."""
    states = ({"inputs": {"bucket": "files", "policy": document(each)}} for each in (before, after))
    steps = [EngineStep("update", urn(BUCKET_POLICY), BUCKET_POLICY, {}, *states)]
    return [risk.what for risk in policy_access(change_of("prod", steps))]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([READ], [READ | {"Action": "s3:GetObject"}]),
        ([READ], [READ | {"Action": ["s3:ListBucket", "s3:GetObject"], "Sid": "Read"}]),
        ([READ | {"Action": "s3:*"}], [READ]),
        ([READ | {"Resource": "*"}], [READ]),
        ([READ], [READ | {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}]),
        ([READ], [READ, READ | {"Resource": "arn:aws:s3:::files/private/*"}]),
        ([READ | {"Condition": OFFICE}], [READ | {"Condition": OFFICE}, READ | {"Effect": "Deny"}]),
        ([READ], []),
    ],
)
def test_what_allows_no_more_is_no_risk(before: Statements, after: Statements) -> None:
    assert of_role(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ([READ], [READ | {"Action": "s3:*"}], "may s3:* on arn:aws:s3:::files/*"),
        ([READ], [READ | {"Resource": "*"}], "may s3:GetObject, s3:ListBucket on everything"),
        ([], [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "may * on everything"),
        (
            [READ | {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "a"}}}],
            [READ | {"Condition": {"StringEquals": {"aws:PrincipalTag/team": ["a", "b"]}}}],
            "may s3:GetObject, s3:ListBucket on arn:aws:s3:::files/*, where aws:PrincipalTag/team b",
        ),
        (
            [READ | {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "a"}}}],
            [READ],
            "may s3:GetObject, s3:ListBucket on arn:aws:s3:::files/*",
        ),
        # What the evaluation does not know is no reason to say nothing.
        (
            [],
            [READ | {"Condition": OFFICE}],
            "may s3:GetObject, s3:ListBucket on arn:aws:s3:::files/*, where aws:SourceIp 198.51.100.0/24",
        ),
    ],
)
def test_what_allows_more_is_said_in_words(before: Statements, after: Statements, said: str) -> None:
    assert of_role(before, after) == [said]


def test_a_denial_that_is_gone_is_access() -> None:
    tls = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert of_bucket([tls], []) == ["does not deny TlsOnly any more"]
    assert of_bucket([tls], [tls | {"Sid": "Tls"}]) == []


def test_whom_a_denial_leaves_out_is_access() -> None:
    def closed(*roles: str) -> Statements:
        names = [f"arn:aws:iam::111122223333:role/{role}" for role in roles]
        denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
        return [denied | {"Condition": {"ArnNotEquals": {"aws:PrincipalArn": names}}}]

    assert of_bucket(closed("a"), closed("a", "b")) == ["does not deny b any more what it denies others"]
    assert of_bucket(closed("a", "b"), closed("a")) == []


def test_a_bucket_that_everybody_reads_is_said() -> None:
    public = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    assert of_bucket([], [public]) == ["may be used by everybody: s3:GetObject"]
