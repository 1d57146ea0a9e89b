"""The embedded AWS gives the same identifiers whatever was asked of it before."""

from __future__ import annotations

from pathlib import Path

from rehearsal.aws.cloud import Cloud
from rehearsal.journal import Journal

ACCOUNT, REGION = "444455556666", "eu-central-1"


def _make(cloud: Cloud) -> list[str]:
    vpc = cloud.call("ec2", REGION, "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    key = cloud.call("kms", REGION, "create_key")["KeyMetadata"]["KeyId"]
    trust = "{}"
    role = cloud.call("iam", REGION, "create_role", RoleName="a", AssumeRolePolicyDocument=trust)["Role"]
    return [vpc, key, role["RoleId"]]


def test_looking_around_first_changes_no_identifier() -> None:
    with Cloud(ACCOUNT) as cloud:
        plain = _make(cloud)
    with Cloud(ACCOUNT) as cloud:
        cloud.call("kms", REGION, "list_keys")
        cloud.call("iam", REGION, "list_roles")
        cloud.call("ec2", REGION, "describe_vpcs")
        cloud.call("ec2", "us-east-1", "describe_subnets")
        assert _make(cloud) == plain


def test_a_second_account_in_the_process_changes_no_identifier() -> None:
    with Cloud(ACCOUNT) as cloud:
        plain = _make(cloud)
    with Cloud("777788889999") as other:
        assert _make(other) != plain
        with Cloud(ACCOUNT) as cloud:
            assert _make(cloud) == plain


def test_a_journal_can_be_replayed_again_and_again_in_one_process(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    with Cloud(ACCOUNT, Journal(file)) as cloud:
        vpc, key, _ = _make(cloud)
    for _ in range(2):
        with Cloud(ACCOUNT, Journal(file)) as cloud:
            found = cloud.call("ec2", REGION, "describe_vpcs", VpcIds=[vpc])["Vpcs"]
            assert [each["CidrBlock"] for each in found] == ["10.0.0.0/16"]
            assert cloud.call("kms", REGION, "describe_key", KeyId=key)["KeyMetadata"]["KeyId"] == key
