"""The embedded AWS gives the same identifiers whatever was asked of it before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.aws.cloud import Cloud, NotBroughtBack
from rehearsal.providers.provider import ProviderError
from rehearsal.workspace.journal import Entry, Journal

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


class WatchedJournal(Journal):
    """Counts how often it is read."""

    read = 0

    def entries(self, since: int = 0) -> Iterator[Entry]:
        self.read += 1
        return super().entries(since)


def test_the_journal_waits_for_the_first_call_and_is_carried_out_once(tmp_path: Path) -> None:
    with Cloud(ACCOUNT, Journal(tmp_path / "journal.jsonl")) as cloud:
        vpc, _, _ = _make(cloud)
    journal = WatchedJournal(tmp_path / "journal.jsonl")
    cloud = Cloud(ACCOUNT, journal)
    cloud.start()
    assert journal.read == 0
    for _ in range(2):
        assert cloud.call("ec2", REGION, "describe_vpcs", VpcIds=[vpc])["Vpcs"]
        assert journal.read == 1
    cloud.stop()
    cloud.start()
    assert cloud.call("ec2", REGION, "describe_vpcs", VpcIds=[vpc])["Vpcs"]
    assert journal.read == 2
    cloud.stop()


def test_a_journal_that_cannot_be_carried_out_leaves_nothing_to_call(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    with Cloud(ACCOUNT, Journal(file)) as cloud:
        _make(cloud)
    file.write_text(file.read_text(encoding="utf-8").replace("10.0.0.0/16", "10.0.0.0/9"), encoding="utf-8")
    before = file.read_bytes()
    cloud = Cloud(ACCOUNT, Journal(file))
    cloud.start()
    for _ in range(2):  # the half of it that was carried out is nothing to go on with
        with pytest.raises(NotBroughtBack, match=r"create_vpc failed on replay: .*InvalidVpc"):
            cloud.call("ec2", REGION, "create_vpc", CidrBlock="10.1.0.0/16")
    assert isinstance(cloud.failure, ProviderError)
    with pytest.raises(NotBroughtBack):
        cloud.expect_orphans({})
    cloud.stop()
    assert file.read_bytes() == before
