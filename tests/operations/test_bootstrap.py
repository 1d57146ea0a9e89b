"""SEC-7: what an account needs before its first deployment one command makes, shown first, repeatable."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.configuration.source import GITHUB_SESSION_SECONDS
from operations.checkout import declared
from rights.people import deploy_trust
from tests.operations.conftest import Account
from tests.support.bootstrapped import (
    REGION,
    Start,
    answered,
    bootstrap,
    empty_account,
    states,
    with_connection,
)
from tests.support.recorded_calls import Calls, table_of

BUCKET = "triangle-dev-state-210000000001-eu-central-1"


@pytest.fixture
def dev(account: Start, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An empty account, with AWS's own policies in it."""
    return empty_account("dev", account, monkeypatch)


def test_it_shows_everything_first_and_makes_nothing_by_it(dev: Account) -> None:
    told = answered(bootstrap(dev, "--dry-run", "--json"))
    assert set(states(told).values()) == {"missing"}
    assert list(states(told)) == [
        "KMS key alias/triangle-dev-state in eu-central-1",
        f"S3 bucket {BUCKET}",
        "service-linked role of rds.amazonaws.com",
        "service-linked role of elasticache.amazonaws.com",
        "identity provider token.actions.githubusercontent.com",
        "role groundwork-deploy",
        "role groundwork-on-call",
        "role groundwork-read-only",
        "role triangle-dev-github-read",
        "role triangle-dev-github-preview",
        "connection triangle-dev to GitHub",
    ]
    assert told["made"] == []
    assert answered(bootstrap(dev, "--dry-run", "--json")) == told


@pytest.mark.contract("SEC-7")
def test_it_makes_everything_once(dev: Account) -> None:
    told = answered(bootstrap(dev, "--yes", "--json"))
    assert told["made"] == list(states(told))
    again = answered(bootstrap(dev, "--yes", "--json"))
    assert {name: state for name, state in states(again).items() if state != "there"} == {
        "connection triangle-dev to GitHub": "waits for a person"
    }
    assert again["made"] == []
    s3 = dev.other("s3", REGION)
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == _key(dev)
    assert dev.other("kms", REGION).describe_key(KeyId="alias/triangle-dev-state")["KeyMetadata"]["Enabled"]


@pytest.mark.contract("SEC-7")
def test_ci_comes_in_through_roles_alone_and_what_looks_may_only_look(dev: Account) -> None:
    answered(bootstrap(dev, "--yes", "--json"))
    client = dev.other("iam")
    deploy = client.get_role(RoleName="groundwork-deploy")["Role"]["AssumeRolePolicyDocument"]
    (needed,) = deploy_trust("210000000001", "triangle-dev-github")["Statement"]
    (trusted,) = deploy["Statement"]
    assert {**trusted, "Sid": ""} == {**needed, "Sid": ""}
    reading = client.get_role(RoleName="triangle-dev-github-read")["Role"]["AssumeRolePolicyDocument"]
    subjects = reading["Statement"][0]["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert all(each.endswith(":environment:dev-read") for each in subjects)
    previewing = client.get_role(RoleName="triangle-dev-github-preview")["Role"]["AssumeRolePolicyDocument"]
    subjects = previewing["Statement"][0]["Condition"]["StringEquals"][
        "token.actions.githubusercontent.com:sub"
    ]
    assert subjects == [
        "repo:triangle-portal/platform:environment:preview-dev",
        "repo:triangle-portal@100000001/platform@200000001:environment:preview-dev",
    ]
    attached = client.list_attached_role_policies(RoleName="groundwork-read-only")["AttachedPolicies"]
    assert [each["PolicyName"] for each in attached] == ["ReadOnlyAccess"]
    own = client.get_role_policy(RoleName="groundwork-read-only", PolicyName="bootstrap")["PolicyDocument"]
    actions = [action for statement in own["Statement"] for action in statement["Action"]]
    assert actions == ["s3:ListBucket", "s3:GetObject", "kms:Decrypt"]


def test_what_was_there_before_is_used_as_it_is_and_the_differenceanswered(dev: Account) -> None:
    trust = {"Version": "2012-10-17", "Statement": []}
    client = dev.other("iam")
    client.create_role(RoleName="groundwork-deploy", AssumeRolePolicyDocument=json.dumps(trust))
    told = answered(bootstrap(dev, "--yes", "--json"))
    assert states(told)["role groundwork-deploy"] == "there, otherwise"
    note = next(each["note"] for each in told["parts"] if each["part"] == "role groundwork-deploy")
    assert "role/triangle-dev-github" in note
    assert client.get_role(RoleName="groundwork-deploy")["Role"]["AssumeRolePolicyDocument"] == trust


def test_what_an_interrupted_one_has_left_out_is_made(dev: Account) -> None:
    answered(bootstrap(dev, "--yes", "--json"))
    client = dev.other("iam")
    client.delete_role_policy(RoleName="groundwork-read-only", PolicyName="bootstrap")
    client.update_role(RoleName="triangle-dev-github-read", MaxSessionDuration=3600)
    told = answered(bootstrap(dev, "--yes", "--json"))
    assert told["made"] == ["role groundwork-read-only", "role triangle-dev-github-read"]
    assert _session(dev, "triangle-dev-github-read") == GITHUB_SESSION_SECONDS
    assert client.get_role_policy(RoleName="groundwork-read-only", PolicyName="bootstrap")


@pytest.mark.contract("SEC-7")
def test_a_runner_may_look_for_as_long_as_it_asks_and_nobody_else_longer_than_an_hour(dev: Account) -> None:
    answered(bootstrap(dev, "--yes", "--json"))
    assert _session(dev, "triangle-dev-github-read") == GITHUB_SESSION_SECONDS
    assert _session(dev, "groundwork-deploy") == 3600
    assert _session(dev, "triangle-dev-github-preview") == 3600


@pytest.mark.contract("SEC-7")
def test_whom_an_earlier_release_did_not_know_is_trusted_then_and_nobody_elses_role_is_touched(
    dev: Account,
) -> None:
    answered(bootstrap(dev, "--yes", "--json"))
    client = dev.other("iam")
    whole = _trust_of(dev, "groundwork-read-only")
    before = json.loads(json.dumps(whole))
    condition = before["Statement"][0]["Condition"]["ArnEquals"]
    condition["aws:PrincipalArn"] = condition["aws:PrincipalArn"][0]
    client.update_assume_role_policy(RoleName="groundwork-read-only", PolicyDocument=json.dumps(before))
    told = answered(bootstrap(dev, "--yes", "--json"))
    assert told["made"] == ["role groundwork-read-only"]
    assert _trust_of(dev, "groundwork-read-only") == whole
    condition["aws:PrincipalArn"] = "arn:aws:iam::210000000001:role/another"
    client.update_assume_role_policy(RoleName="groundwork-read-only", PolicyDocument=json.dumps(before))
    told = answered(bootstrap(dev, "--yes", "--json"))
    assert states(told)["role groundwork-read-only"] == "there, otherwise"
    assert _trust_of(dev, "groundwork-read-only") == before


def test_a_bucket_that_is_encrypted_otherwise_gets_its_key(dev: Account) -> None:
    answered(bootstrap(dev, "--yes", "--json"))
    s3 = dev.other("s3", REGION)
    plain = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [plain]})
    assert answered(bootstrap(dev, "--yes", "--json"))["made"] == [f"S3 bucket {BUCKET}"]
    (rule,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == _key(dev)


def _key(account: Account) -> str:
    found = account.other("kms", REGION).describe_key(KeyId="alias/triangle-dev-state")
    return str(found["KeyMetadata"]["Arn"])


def _trust_of(account: Account, role: str) -> Any:
    return account.other("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]


def _session(account: Account, role: str) -> int:
    return int(account.other("iam").get_role(RoleName=role)["Role"]["MaxSessionDuration"])


def test_a_bucket_that_has_lost_its_versions_gets_them_back(dev: Account) -> None:
    answered(bootstrap(dev, "--yes", "--json"))
    s3 = dev.other("s3", REGION)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    told = answered(bootstrap(dev, "--yes", "--json"))
    assert told["made"] == [f"S3 bucket {BUCKET}"]
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"


def test_the_commands_that_follow_areanswered(dev: Account) -> None:
    told = answered(bootstrap(dev, "--dry-run", "--json"))["next"]
    assert "groundwork:existing: [github-provider]" in told[0]
    assert f"pulumi login 's3://{BUCKET}?region=eu-central-1'" in told
    for environment, role in (("dev-read", "github-read"), ("preview-dev", "github-preview")):
        assert any(f"--env {environment}" in line and f"triangle-dev-{role}" in line for line in told)
        works_as = [line for line in told if f"AWS_WORKS_AS --env {environment}" in line]
        assert [line.rpartition("/")[2] for line in works_as] == ["groundwork-read-only'"]


@pytest.mark.parametrize("region", ["", "us-west-2", "us-east-2"])
def test_the_state_is_never_in_a_region_that_it_is_to_outlive(dev: Account, region: str) -> None:
    result = bootstrap(dev, region=region)
    assert result.exit_code == 2
    assert "neither us-west-2 nor us-east-2" in result.stderr


def test_nobody_is_taken_to_agree(dev: Account) -> None:
    result = bootstrap(dev)
    assert result.exit_code == 2
    assert "Nothing was made" in result.stderr
    assert dev.other("iam").list_roles()["Roles"] == []


@pytest.mark.contract("SEC-7")
def test_it_calls_what_the_table_of_rights_says(
    dev: Account, account: Start, monkeypatch: pytest.MonkeyPatch, calls: Calls
) -> None:
    bootstrap(dev, "--yes")
    client = dev.other("iam")
    client.update_role(RoleName="triangle-dev-github-read", MaxSessionDuration=3600)
    trust = json.loads(json.dumps(_trust_of(dev, "groundwork-read-only")))
    trust["Statement"][0]["Condition"]["ArnEquals"]["aws:PrincipalArn"] = (
        "arn:aws:iam::210000000001:role/triangle-dev-github-read"
    )
    client.update_assume_role_policy(RoleName="groundwork-read-only", PolicyDocument=json.dumps(trust))
    bootstrap(dev, "--yes")
    bootstrap(empty_account("prod", account, monkeypatch), "--yes")
    monkeypatch.setattr("operations.checkout.declared", lambda *_: with_connection(declared("dev")))
    bootstrap(dev, "--dry-run")
    assert calls.of("bootstrap") == table_of("bootstrap")
