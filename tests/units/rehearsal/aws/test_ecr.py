"""Repositories and what they keep: the whole life of each."""

from __future__ import annotations

import json

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.providers.provider import ProviderError
from tests.support.aws_round_trip import ACCOUNT, OTHER_ACCOUNT, REGION, Life

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"


def test_a_repository_and_its_policy_live(life: Life) -> None:
    repository = life.create(
        "aws:ecr/repository:Repository",
        {
            "name": "triangle/backend",
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": KEY}],
            "tags": {"team": "data"},
        },
    )
    assert repository.outputs["repositoryUrl"] == f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/triangle/backend"
    repository = life.changes_to(repository, {"imageScanningConfiguration": {"scanOnPush": False}})
    repository = life.changes_to(repository, {"tags": {"team": "other"}})
    rule = {
        "rulePriority": 1,
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5},
        "action": {"type": "expire"},
    }
    policy = life.create(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        {"repository": repository.id, "policy": json.dumps({"rules": [rule]})},
    )
    life.imports(policy)
    life.ends(policy)
    life.ends(repository)


def _policy(*actions: str, resource: str | None = None) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"},
        "Action": actions,
        **({"Resource": resource} if resource else {}),
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_who_may_pull_from_a_repository_is_declared(life: Life) -> None:
    repository = life.create("aws:ecr/repository:Repository", {"name": "shared"})
    made = life.create(
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        {"repository": repository.id, "policy": _policy("ecr:BatchGetImage")},
    )
    assert (made.id, made.outputs["registryId"]) == ("shared", ACCOUNT)
    made = life.changes_to(made, {"policy": _policy("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")})
    life.imports(made)
    life.ends(made)


def test_who_may_copy_into_a_registry_is_declared(life: Life) -> None:
    everything = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/*"
    inputs = {"policy": _policy("ecr:ReplicateImage", resource=everything)}
    made = life.create("aws:ecr/registryPolicy:RegistryPolicy", inputs)
    assert (made.id, made.outputs["registryId"]) == (ACCOUNT, ACCOUNT)
    both = _policy("ecr:ReplicateImage", "ecr:CreateRepository", resource=everything)
    made = life.changes_to(made, {"policy": both})
    life.imports(made)
    life.ends(made)


def _rule(region: str, registry: str, prefix: str) -> dict[str, object]:
    return {
        "destinations": [{"region": region, "registryId": registry}],
        "repositoryFilters": [{"filter": prefix, "filterType": "PREFIX_MATCH"}],
    }


REPLICATION = "aws:ecr/replicationConfiguration:ReplicationConfiguration"


def test_a_replication_configuration_lives(life: Life, cloud: Cloud) -> None:
    rules = [_rule("us-east-2", ACCOUNT, "triangle/"), _rule("eu-west-1", OTHER_ACCOUNT, "triangle/")]
    made = life.create(REPLICATION, {"replicationConfiguration": {"rules": rules[:1]}})
    assert (made.id, made.outputs["registryId"]) == (ACCOUNT, ACCOUNT)
    made = life.changes_to(made, {"replicationConfiguration": {"rules": rules}})
    life.imports(made)
    life.ends(made)
    # A registry has one without rules for good.
    described = cloud.call("ecr", REGION, "describe_registry")
    assert described["replicationConfiguration"]["rules"] == []


def test_a_registry_is_not_copied_into_itself(life: Life) -> None:
    with pytest.raises(ProviderError, match="cannot be the same as the source registry"):
        life.create(
            REPLICATION, {"replicationConfiguration": {"rules": [_rule(REGION, ACCOUNT, "triangle/")]}}
        )
