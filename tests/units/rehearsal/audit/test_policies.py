"""Every IAM document of the graph reaches the linter, in a form that it can judge."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rehearsal.audit.checkers import CheckerError, check_policies, check_values
from rehearsal.audit.policies import policies_of

ALLOW = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}


def _resource(kind: str, **inputs: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "urn": f"urn:pulumi:dev::groundwork::{kind}::it",
        "inputs": inputs,
        "outputs": {"arn": "arn:aws:iam::111122223333:role/it"},
    }


def test_a_trust_policy_is_judged_for_its_own_role() -> None:
    role = _resource("aws:iam/role:Role", assumeRolePolicy=json.dumps({"Statement": [ALLOW]}))
    (policy,) = policies_of("dev", [role])
    assert policy.trust
    assert policy.resource == "aws:iam/role:Role it"
    assert policy.document["Statement"] == [{**ALLOW, "Resource": "arn:aws:iam::111122223333:role/it"}]


def test_a_repositorys_policy_is_judged_for_that_repository() -> None:
    of_it = {"region": "us-west-2", "registryId": "111122223333", "repository": "app/api"}
    kind = "aws:ecr/repositoryPolicy:RepositoryPolicy"
    (policy,) = policies_of(
        "dev", [{**_resource(kind, policy=json.dumps({"Statement": [ALLOW]})), "outputs": of_it}]
    )
    (statement,) = policy.document["Statement"]
    assert statement["Resource"] == "arn:aws:ecr:us-west-2:111122223333:repository/app/api"


def test_documents_are_found_wherever_they_are_and_left_as_written() -> None:
    document = {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::it/*"}}
    nested = _resource("aws:iam/role:Role", inlinePolicies=[{"name": "it", "policy": json.dumps(document)}])
    (policy,) = policies_of("dev", [nested])
    assert not policy.trust
    assert policy.document == document


def test_documents_that_are_not_iam_are_left_alone() -> None:
    masking = {"Statement": [{"DataIdentifier": ["EmailAddress"], "Operation": "Deidentify"}]}
    log = _resource("aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy", policyDocument=masking)
    other = _resource("kubernetes:core/v1:ConfigMap", data=json.dumps({"Statement": [ALLOW]}))
    assert policies_of("dev", [log, other]) == []


def test_a_type_whose_values_no_model_has_checked_is_a_finding() -> None:
    known, unknown = _resource("aws:eks/addon:Addon"), _resource("aws:braket/job:Job")
    assert [found.resource for found in check_values("dev", [known, unknown]).findings] == [
        "aws:braket/job:Job"
    ]


def test_missing_checkers_are_told_with_what_to_do(tmp_path: Any) -> None:
    with pytest.raises(CheckerError, match="`make audit` installs it"):
        check_policies(tmp_path, [])
