"""What the table finds: a right that is missing, one too many, and who is not in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rights.calls import Call, with_implied
from rights.graph import Graph
from rights.roles import calls_about_roles
from rights.table import Answer, unused

ACCOUNT, REGION = "111122223333", "us-west-2"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
COPIES = f"arn:aws:kms:us-east-2:{ACCOUNT}:key/2"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:portal/prod/database-a1b2c3"
ROOT = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def _resource(kind: str, called: str, arn: str = "", **inputs: Any) -> dict[str, Any]:
    documents = {
        key: json.dumps({"Statement": value}) if key in ("policy", "assumeRolePolicy") else value
        for key, value in inputs.items()
    }
    return {
        "type": kind,
        "urn": f"urn:pulumi:prod::groundwork::{kind}::{called}",
        "id": arn or called,
        "inputs": documents,
        "outputs": {"arn": arn},
        "provider": "urn:pulumi:prod::groundwork::pulumi:providers:aws::aws::id",
    }


def _graph(*statements: dict[str, Any], trusted: str = "lambda.amazonaws.com") -> Graph:
    """A secret with a copy in another region, and a role that changes it."""
    trust = [{"Effect": "Allow", "Principal": {"Service": trusted}, "Action": "sts:AssumeRole"}]
    resources = [
        _resource("pulumi:providers:aws", "aws", region=REGION, allowedAccountIds=json.dumps([ACCOUNT])),
        _resource("aws:kms/key:Key", "secrets", KEY, policy=[ROOT]),
        _resource("aws:kms/replicaKey:ReplicaKey", "copies", COPIES, policy=[ROOT]),
        _resource(
            "aws:secretsmanager/secret:Secret",
            "database",
            SECRET,
            name="portal/prod/database",
            kmsKeyId=KEY,
            replicas=[{"region": "us-east-2", "kmsKeyId": COPIES}],
        ),
        _resource(
            "aws:iam/role:Role",
            "rotates",
            f"arn:aws:iam::{ACCOUNT}:role/rotates",
            name="rotates",
            assumeRolePolicy=trust,
        ),
        _resource("aws:iam/rolePolicy:RolePolicy", "rotates", role="rotates", policy=list(statements)),
    ]
    return Graph(resources, lambda _: None)


def _puts(graph: Graph) -> list[Answer]:
    (role,) = graph.of("aws:iam/role:Role")
    call = Call("rotation", graph.principal(role), "secretsmanager:PutSecretValue", SECRET)
    return [Answer(each, graph.decide(each.request)) for each in with_implied(graph, call)]


def _allow(action: str | list[str], resource: str, via: str = "") -> dict[str, Any]:
    condition = {"StringEquals": {"kms:ViaService": via}}
    statement = {"Sid": "Some", "Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if via else statement


PUT = _allow("secretsmanager:PutSecretValue", SECRET)
HOME = _allow(["kms:Decrypt", "kms:GenerateDataKey"], KEY, "secretsmanager.us-west-2.amazonaws.com")
THERE = _allow(["kms:Encrypt", "kms:GenerateDataKey"], COPIES, "secretsmanager.us-east-2.amazonaws.com")


def test_a_value_of_a_secret_with_a_copy_needs_the_keys_of_both_regions() -> None:
    refused = [answer for answer in _puts(_graph(PUT, HOME)) if not answer.decision.allowed]
    assert {(answer.call.action, answer.call.resource) for answer in refused} == {
        ("kms:Encrypt", COPIES),
        ("kms:GenerateDataKey", COPIES),
    }
    assert all(answer.decision.allowed for answer in _puts(_graph(PUT, HOME, THERE)))


def test_a_refusal_says_who_what_with_which_keys_and_why() -> None:
    refused = next(answer for answer in _puts(_graph(PUT, HOME)) if not answer.decision.allowed)
    for said in ("rotation calls kms:", COPIES, "kms:ViaService=secretsmanager.us-east-2", "no statement"):
        assert said in str(refused)


def _unused_of_the_role(graph: Graph) -> list[str]:
    return [line for line in unused(graph, _puts(graph)) if line.startswith("role ")]


def test_a_grant_that_no_call_uses_is_listed() -> None:
    graph = _graph(PUT, HOME, THERE, _allow(["s3:GetObject", "s3:Put*"], "arn:aws:s3:::attic/*"))
    assert _unused_of_the_role(graph) == [
        "role rotates, Some: s3:GetObject on anything",
        "role rotates, Some: s3:Put* on anything",
    ]


def test_a_resource_too_many_is_listed_by_itself() -> None:
    wide = {**PUT, "Resource": [SECRET, f"{SECRET}-2"]}
    graph = _graph(wide, HOME, THERE)
    assert _unused_of_the_role(graph) == [f"role rotates, Some: secretsmanager:PutSecretValue on {SECRET}-2"]


def test_who_takes_a_role_and_is_not_in_the_table_is_told_of() -> None:
    with pytest.raises(AssertionError, match=r"write down .* what glue\.amazonaws\.com says"):
        list(calls_about_roles(_graph(PUT, trusted="glue.amazonaws.com")))
