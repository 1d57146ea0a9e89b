"""Copies of secrets in other regions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud

HOME, AWAY = "us-west-2", "us-east-2"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """An account with one secret and its copy."""
    with Cloud("210987654323") as cloud:
        cloud.call(
            "secretsmanager",
            HOME,
            "create_secret",
            Name="a/b",
            SecretString="first",
            AddReplicaRegions=[{"Region": AWAY, "KmsKeyId": "alias/copies"}],
        )
        yield cloud


def _value(cloud: Cloud, region: str) -> str:
    return str(cloud.call("secretsmanager", region, "get_secret_value", SecretId="a/b")["SecretString"])


def test_operations_on_copies_answer_the_arn(cloud: Cloud) -> None:
    arn = cloud.call("secretsmanager", HOME, "describe_secret", SecretId="a/b")["ARN"]
    for operation, regions in (
        ("remove_regions_from_replication", {"RemoveReplicaRegions": [AWAY]}),
        ("replicate_secret_to_regions", {"AddReplicaRegions": [{"Region": AWAY}]}),
        ("list_secret_version_ids", {}),
    ):
        answer = cloud.call("secretsmanager", HOME, operation, SecretId="a/b", **regions)
        assert answer["ARN"] == arn, operation


def test_a_copy_becomes_a_secret_of_its_own_under_the_same_arn(cloud: Cloud) -> None:
    copied = cloud.call("secretsmanager", AWAY, "describe_secret", SecretId="a/b")
    with pytest.raises(ClientError):
        cloud.call("secretsmanager", AWAY, "put_secret_value", SecretId="a/b", SecretString="refused")
    stopped = cloud.call("secretsmanager", AWAY, "stop_replication_to_replica", SecretId=copied["ARN"])
    own = cloud.call("secretsmanager", AWAY, "describe_secret", SecretId="a/b")
    assert stopped["ARN"] == own["ARN"] == copied["ARN"]
    assert "PrimaryRegion" not in own
    assert own["KmsKeyId"] == "alias/copies"
    cloud.call("secretsmanager", AWAY, "put_secret_value", SecretId="a/b", SecretString="second")
    assert (_value(cloud, HOME), _value(cloud, AWAY)) == ("first", "second")
    source = cloud.call("secretsmanager", HOME, "describe_secret", SecretId="a/b")
    assert not source.get("ReplicationStatus")


def test_only_a_copy_stops_being_one(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="is not a replica"):
        cloud.call("secretsmanager", HOME, "stop_replication_to_replica", SecretId="a/b")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        cloud.call("secretsmanager", AWAY, "stop_replication_to_replica", SecretId="none")
