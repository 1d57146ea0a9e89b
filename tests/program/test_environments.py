"""ENV-1 and what holds for everything in an environment."""

from __future__ import annotations

import json
import re

import pulumi
import pytest

from infra.configuration.environments import Environment
from tests.support.recorder import Recording, record
from tests.support.recordings import recording_of

# Kinds of resources that prod has and staging has not, each with the reason.
ONLY_IN_PROD = {
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": "S3-5: the second region is prod's alone",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": "S3-2: only prod's backups are locked",
    "aws:backup/vaultPolicy:VaultPolicy": "ENV-6: only prod's data is copied to another account",
    "aws:guardduty/detector:Detector": "SEC-6: GuardDuty in prod",
    "aws:guardduty/detectorFeature:DetectorFeature": "SEC-6: GuardDuty in prod",
    "aws:kms/replicaKey:ReplicaKey": "SEC-4: only prod's secrets have copies in the recovery region",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": (
        "DB-2: the second region is prod's alone"
    ),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "S3-1, S3-2: the second region is prod's alone",
}

STATEFUL = (
    "aws:backup/vault:Vault",
    "aws:ecr/repository:Repository",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:kms/key:Key",
    "aws:rds/instance:Instance",
    "aws:s3/bucket:Bucket",
    "aws:secretsmanager/secret:Secret",
)


@pytest.mark.contract("ENV-1")
def test_staging_has_every_kind_that_prod_has(staging: Recording, prod: Recording) -> None:
    assert prod.types() - staging.types() == set(ONLY_IN_PROD)


@pytest.mark.contract("ENV-1")
def test_prod_lacks_nothing_that_the_others_have(dev: Recording, staging: Recording, prod: Recording) -> None:
    assert dev.types() | staging.types() <= prod.types()


@pytest.mark.contract("ENV-1")
def test_staging_differs_from_prod_in_a_short_list() -> None:
    staging, prod = Environment.STAGING.standard, Environment.PROD.standard
    differing = {name for name in vars(prod) if getattr(prod, name) != getattr(staging, name)}
    assert differing == {
        "addresses",
        "after",
        "deletion_protection",
        "detects_threats",
        "endpoint_zones",
        "error_sample_rate",
        "host",
        "live",
        "locks_backups",
        "log_retention",
        "migration",
        "nat_per_zone",
        "performance_history",
        "replicas_minimum",
        "recovery_copies",
        "zones_minimum",
    }


def test_everything_that_holds_data_is_protected(like_prod: Recording) -> None:
    unprotected = [r.urn for r in like_prod.resources if r.type in STATEFUL and not r.protect]
    assert not unprotected


def test_nothing_is_protected_in_dev(dev: Recording) -> None:
    assert not [resource.urn for resource in dev.resources if resource.protect]


def test_what_would_be_lost_for_good_stays_when_its_declaration_goes(like_prod: Recording) -> None:
    retained = {
        resource.type
        for resource in like_prod.resources
        # The logs of a service stay where it has run once (infra/monitoring/logs.py).
        if resource.retain_on_delete and "groundwork:logs:Logs" not in resource.urn
    }
    assert retained - {"aws:kms/replicaKey:ReplicaKey"} == {"aws:kms/key:Key", "aws:s3/bucket:Bucket"}


def test_every_resource_carries_the_tags(each: Recording) -> None:
    for name in ("aws", "aws-recovery"):
        tags = json.loads(each.one("pulumi:providers:aws", name).inputs["defaultTags"])["tags"]
        assert tags == {
            "cost-centre": "customer-portal",
            "data-class": "confidential",
            "environment": each.environment,
            "owner": "platform@triangle.example",
            "system": "triangle",
        }


def test_a_stack_cannot_be_applied_to_another_account(each: Recording) -> None:
    for provider in each.of("pulumi:providers:aws").values():
        assert len(json.loads(provider.inputs["allowedAccountIds"])) == 1


def test_nothing_lands_on_a_default_provider(each: Recording) -> None:
    expected = {
        "aws": {"aws", "aws-recovery", "aws-global"},
        "kubernetes": {"kubernetes"},
        "random": {"random"},
    }
    for resource in each.resources:
        package = resource.type.split(":")[0]
        if resource.custom and package in expected:
            assert resource.provider in expected[package], resource.urn


def test_urns_mean_the_same_in_every_environment(each: Recording) -> None:
    names = {resource.name for resource in each.resources}
    assert not [name for name in names if re.search(rf"\b{each.environment}\b", name)]


def test_every_resource_belongs_to_a_component(each: Recording) -> None:
    for resource in each.resources:
        if resource.custom and not resource.type.startswith("pulumi:providers:"):
            assert "groundwork:" in resource.parent, resource.urn


# CloudWatch tells of composite alarms only to who may describe every alarm; a list of secrets is of all, and
# one of copy jobs as well (Service Authorization Reference: ListSecrets and ListCopyJobs have no resource).
WITHOUT_ARNS = {
    ("function-check-recovery", "DescribeVersions"),
    ("function-check-recovery", "FindDomain"),
    ("function-check-recovery", "SeeCopyJobs"),
    ("function-check-recovery", "SeeLimits"),
    ("function-escalate", "DescribeAlarms"),
    ("function-remind", "ListSecrets"),
}
# Those of a function in a network (Lambda developer guide, "Giving functions access to a VPC").
LOOKING_AT_INTERFACES = "FindInterfaces"


def test_iam_policies_name_the_arns_that_they_need(each: Recording) -> None:
    for resource in each.of("aws:iam/rolePolicy:RolePolicy").values():
        for statement in json.loads(resource.plain("policy"))["Statement"]:
            if (resource.name, statement["Sid"]) in WITHOUT_ARNS or statement["Sid"] == LOOKING_AT_INTERFACES:
                continue
            resources = statement["Resource"]
            for arn in [resources] if isinstance(resources, str) else resources:
                assert re.match(r"arn:aws:[a-z0-9-]+:[^*]+", arn), resource.urn


def test_nobody_may_do_everything(each: Recording) -> None:
    for resource in each.of("aws:iam/rolePolicy:RolePolicy").values():
        actions = [a for s in json.loads(resource.plain("policy"))["Statement"] for a in s["Action"]]
        assert not [action for action in actions if "*" in action], resource.urn


def test_every_log_group_ends_and_is_encrypted(each: Recording) -> None:
    days = {"dev": 14, "staging": 30, "prod": 365}[each.environment]
    for group in each.of("aws:cloudwatch/logGroup:LogGroup").values():
        assert group.inputs["retentionInDays"] == days
        # A key is for one region.
        key = {
            "aws": "us-west-2:123456789012:logs",
            "aws-recovery": "us-east-2:123456789012:logs",
            "aws-global": ":edge-logs",
        }[group.provider]
        assert group.inputs["kmsKeyId"].endswith(key)


def test_keys_are_rotated_every_year(each: Recording) -> None:
    keys = each.of("aws:kms/key:Key").values()
    assert all(key.inputs["enableKeyRotation"] and key.inputs["rotationPeriodInDays"] == 365 for key in keys)


def test_a_key_that_was_deleted_can_be_taken_back_as_long_as_kms_lets(each: Recording) -> None:
    # 7 to 30 days (ScheduleKeyDeletion); without its key every copy is unreadable.
    keys = [*each.of("aws:kms/key:Key").values(), *each.perhaps("aws:kms/replicaKey:ReplicaKey").values()]
    assert {key.inputs["deletionWindowInDays"] for key in keys} == {30}


@pytest.mark.contract("ENV-1")
def test_a_setting_that_nobody_reads_is_refused_and_not_overlooked() -> None:
    with pytest.raises(pulumi.RunError) as refused:
        record("dev", {"groundwok:cluster": {"version": "1.35"}, "azure:location": "westeurope"})
    lines = str(refused.value).splitlines()[1:]
    assert [line.split(": ")[1] for line in lines] == ["groundwok:cluster", "azure:location"]
    assert "Did you mean groundwork:cluster?" in lines[0]


def test_settings_of_the_engine_may_stand_beside() -> None:
    assert record("dev", {"pulumi:tags": {"team": "platform"}}).resources


def test_a_setting_of_a_provider_that_the_program_does_not_use_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match="aws:maxRetries: found a setting of a provider"):
        record("dev", {"aws:maxRetries": "5"})


@pytest.mark.parametrize(
    "resource_type",
    [
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "aws:backup/vaultNotifications:VaultNotifications",
        "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
        "aws:cloudwatch/logDeliverySource:LogDeliverySource",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "aws:lambda/permission:Permission",
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    ],
)
def test_what_there_can_be_one_of_is_removed_before_another_is_made(resource_type: str) -> None:
    # Made first, it would write over the old one, and removing that would remove both.
    assert all(r.delete_before_replace for r in recording_of("prod").of(resource_type).values())


FORCED = {
    "applyImmediately": "a restart waits for the maintenance window",
    "forceDelete": "images go with their repository",
    "forceDestroy": "objects go with their bucket, recovery points with their vault",
}


@pytest.mark.contract("ENV-1")
def test_only_dev_loses_data_or_restarts_at_once(each: Recording) -> None:
    for resource in each.resources:
        for name, what in FORCED.items():
            if name in resource.inputs:
                assert resource.inputs[name] is (each.environment == "dev"), f"{resource.name}: {what}"
    asked = {name for resource in each.resources for name in FORCED if name in resource.inputs}
    assert asked == set(FORCED)
