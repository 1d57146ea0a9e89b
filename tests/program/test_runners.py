"""DEP-1: jobs of CI may run on machines inside the network, which can do nothing by themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.recorder import Recording
from tests.support.recordings import CONNECTION, prod_with_runners

PROJECT = "aws:codebuild/project:Project"


@pytest.fixture
def prod() -> Recording:
    """prod with runners of its own."""
    return prod_with_runners()


def test_without_a_connection_there_are_none(each: Recording) -> None:
    assert PROJECT not in each.types()


@pytest.mark.contract("DEP-1")
def test_a_job_that_waits_gets_a_runner_inside_the_network(prod: Recording) -> None:
    webhook = prod.one("aws:codebuild/webhook:Webhook", "runners").plain("filterGroups")
    assert webhook == [{"filters": [{"type": "EVENT", "pattern": "WORKFLOW_JOB_QUEUED"}]}]
    project = prod.one(PROJECT, "runners")
    # The workflows ask for it by this name: `codebuild-<project>-<run>-<attempt>`.
    assert project.inputs["name"] == "triangle-prod-runners"
    assert project.plain("source")["location"] == "https://github.com/triangle-portal/platform.git"
    assert project.plain("source")["auth"] == {"type": "CODECONNECTIONS", "resource": CONNECTION}
    assert len(project.plain("vpcConfig")["subnets"]) == 3
    assert not project.plain("environment").get("privilegedMode")


@pytest.mark.contract("DEP-1")
def test_codebuild_finds_the_right_to_its_connection_when_it_looks(prod: Recording) -> None:
    """Else AWS refuses the project, or its webhook: "Access denied to connection"."""
    project, policy = prod.one(PROJECT, "runners"), prod.one("aws:iam/rolePolicy:RolePolicy", "runners")
    assert policy.urn in project.depends_on
    assert project.urn in prod.one("aws:codebuild/webhook:Webhook", "runners").depends_on
    (use,) = [
        each for each in _document(policy.plain("policy"))["Statement"] if each["Resource"] == CONNECTION
    ]
    names = ("GetConnection", "GetConnectionToken", "UseConnection")
    assert use["Action"] == [f"codeconnections:{name}" for name in names]


@pytest.mark.contract("DEP-1", "NET-2")
def test_it_reaches_the_clusters_api_and_https_alone(prod: Recording) -> None:
    rules = prod.of("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    out = {name for name in rules if name.startswith("runners")}
    assert out == {"runners-https", "runners-cluster"}
    assert {rules[name].inputs["fromPort"] for name in out} == {443}
    within = prod.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert {name for name in within if name.startswith("runners")} == {"runners-cluster", "runners-endpoints"}


@pytest.mark.contract("DEP-1", "SEC-7")
def test_its_role_can_do_nothing_in_the_account(prod: Recording) -> None:
    policy = _document(prod.one("aws:iam/rolePolicy:RolePolicy", "runners").plain("policy"))
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert {action.partition(":")[0] for action in allowed} == {"logs", "codeconnections", "ec2"}
    assert not any(action.startswith(("ec2:Run", "ec2:Modify", "sts:")) for action in allowed)
    trust = _document(prod.one("aws:iam/role:Role", "runners").plain("assumeRolePolicy"))
    (statement,) = trust["Statement"]
    assert statement["Condition"]["ArnLike"]["aws:SourceArn"].endswith(":project/triangle-prod-runners")


def _document(text: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
