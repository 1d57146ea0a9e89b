"""SEC-7: how CI comes into an account."""

from __future__ import annotations

import json

import pytest

from tests.support.recorder import Recording, system_file
from tests.support.recordings import SYSTEMS, system_recording

ROLE = "aws:iam/role:Role"


def _statement(document: str) -> dict[str, object]:
    (statement,) = json.loads(document)["Statement"]
    return dict(statement)


@pytest.mark.contract("SEC-7")
def test_only_this_environment_of_this_repository_may_deploy(each: Recording) -> None:
    trust = _statement(each.one(ROLE, "github").plain("assumeRolePolicy"))
    assert trust["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert trust["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            # Both forms: which one a repository has depends on when it was made or renamed.
            "token.actions.githubusercontent.com:sub": [
                f"repo:triangle-portal/platform:environment:{each.environment}",
                f"repo:triangle-portal@100000001/platform@200000001:environment:{each.environment}",
            ],
        }
    }


@pytest.mark.contract("SEC-7")
def test_the_account_trusts_tokens_of_github_that_are_made_for_aws(each: Recording) -> None:
    # As GitHub's guide has it ("Configuring OpenID Connect in Amazon Web Services").
    (provider,) = each.of("aws:iam/openIdConnectProvider:OpenIdConnectProvider").values()
    assert provider.inputs["url"] == "https://token.actions.githubusercontent.com"
    assert provider.inputs["clientIdLists"] == ["sts.amazonaws.com"]


@pytest.mark.contract("SEC-7")
@pytest.mark.parametrize("system", [each for each in SYSTEMS if each != "triangle"])
def test_another_systems_repository_has_no_way_in(system: str) -> None:
    trust = system_recording(system, "prod").one(ROLE, "github").plain("assumeRolePolicy")
    assert f"repo:{system_file(f'examples/systems/{system}.yaml')['source']['repository']}:" in trust
    assert "triangle-portal" not in trust


@pytest.mark.contract("SEC-7")
def test_ci_takes_the_deploy_role_and_can_be_given_nothing_else(each: Recording) -> None:
    allowed = each.one("aws:iam/rolePolicy:RolePolicy", "github").plain("policy")
    account = json.loads(each.one("pulumi:providers:aws", "aws").inputs["allowedAccountIds"])[0]
    assert _statement(allowed)["Resource"] == f"arn:aws:iam::{account}:role/groundwork-deploy"
    assert _statement(allowed)["Action"] == ["sts:AssumeRole"]
    boundary = each.one("aws:iam/policy:Policy", "github-boundary")
    assert boundary.plain("policy") == allowed
    assert each.one(ROLE, "github").inputs["permissionsBoundary"].endswith(":github-boundary")
    # The first deployment takes two hours.
    assert each.one(ROLE, "github").inputs["maxSessionDuration"] == 4 * 3600


@pytest.mark.contract("SEC-7")
def test_nobody_has_a_long_lived_key(each: Recording) -> None:
    assert not each.types() & {"aws:iam/accessKey:AccessKey", "aws:iam/user:User"}
