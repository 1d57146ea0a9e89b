"""S3-5: the images' registry."""

from __future__ import annotations

import json

import pytest

from infra.configuration.images import is_own
from tests.support.recorder import Recording, stack_file

REPOSITORY = "aws:ecr/repository:Repository"


@pytest.mark.contract("S3-5")
def test_tags_never_move_and_every_image_is_scanned(each: Recording) -> None:
    repositories = each.of(REPOSITORY).values()
    assert {one.inputs["name"] for one in repositories} == {"triangle/backend", "triangle/admin-console"}
    for one in repositories:
        assert one.inputs["imageTagMutability"].startswith("IMMUTABLE")
        assert one.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
        # With images in it, a repository is removed in dev alone.
        assert one.inputs["forceDelete"] is (each.environment == "dev")
        (encryption,) = one.inputs["encryptionConfigurations"]
        assert encryption["encryptionType"] == "KMS"
        # Without a key ECR takes AWS's own, which no other account could ever read with.
        assert encryption["kmsKey"].endswith(":data")


@pytest.mark.contract("S3-5", "ENV-4")
def test_only_the_branch_that_dev_follows_may_be_pushed_again(each: Recording) -> None:
    for one in each.of(REPOSITORY).values():
        excluded = one.inputs.get("imageTagMutabilityExclusionFilters") or []
        followed = [{"filter": "main", "filterType": "WILDCARD"}] if each.environment == "dev" else []
        assert excluded == followed
        exact = "IMMUTABLE_WITH_EXCLUSION" if followed else "IMMUTABLE"
        assert one.inputs["imageTagMutability"] == exact


@pytest.mark.contract("S3-5", "K8S-5")
def test_what_is_deployed_is_not_ended_by_what_is_only_built(each: Recording) -> None:
    policy = each.one("aws:ecr/lifecyclePolicy:LifecyclePolicy", "backend").plain("policy")
    deployed, others = json.loads(policy)["rules"]
    # ECR: an image that a rule has looked at is not ended by one of a lower priority.
    assert deployed["rulePriority"] < others["rulePriority"]
    assert deployed["selection"]["tagPrefixList"] == [f"{each.environment}-"]
    assert deployed["selection"]["countNumber"] == 20
    assert others["selection"]["tagStatus"] == "any"


@pytest.mark.contract("S3-5")
def test_pods_run_from_the_registry_of_their_own_account(each: Recording) -> None:
    account = json.loads(each.one("pulumi:providers:aws", "aws").inputs["allowedAccountIds"])[0]
    spec = each.one("kubernetes:apps/v1:Deployment", "api").inputs["spec"]["template"]["spec"]
    address = f"{account}.dkr.ecr.us-west-2.amazonaws.com/triangle/backend"
    assert spec["containers"][0]["image"].startswith(address)


@pytest.mark.contract("S3-5", "DR-3")
def test_prods_images_are_copied_to_repositories_of_the_recovery_region(prod: Recording) -> None:
    copies = {name: one for name, one in prod.of(REPOSITORY).items() if name.startswith("recovery/")}
    assert set(copies) == {"recovery/backend", "recovery/admin-console"}
    assert {copy.provider for copy in copies.values()} == {"aws-recovery"}
    replication = prod.one("aws:ecr/replicationConfiguration:ReplicationConfiguration", "images")
    (rule,) = replication.inputs["replicationConfiguration"]["rules"]
    account = json.loads(prod.one("pulumi:providers:aws", "aws").inputs["allowedAccountIds"])[0]
    assert {"region": "us-east-2", "registryId": account} in rule["destinations"]
    assert rule["repositoryFilters"] == [{"filter": "triangle/", "filterType": "PREFIX_MATCH"}]
    assert {copy.urn for copy in copies.values()} <= replication.depends_on


@pytest.mark.contract("ENV-6")
def test_prods_images_are_copied_to_an_account_that_outlives_this_one(prod: Recording) -> None:
    replication = prod.one("aws:ecr/replicationConfiguration:ReplicationConfiguration", "images")
    (rule,) = replication.inputs["replicationConfiguration"]["rules"]
    account = stack_file("prod")["backupAccount"]
    assert rule["destinations"][1:] == [{"region": "us-west-2", "registryId": account}]


@pytest.mark.parametrize(
    ("repository", "own"),
    [
        ("backend", True),
        ("team/backend", True),
        ("ghcr.io/team/backend", False),
        ("host:5000/backend", False),
    ],
)
def test_a_repository_with_a_host_is_somebody_elses(repository: str, own: bool) -> None:
    assert is_own(repository) is own
