"""S3-4, DR-3: the static site is in both regions, so that a region that is lost takes no frontend with it."""

from __future__ import annotations

import json
from functools import cache

import pytest

from infra.configuration.buckets import BACKUP_ACCOUNT_RULE
from infra.configuration.readiness import wanted
from tests.support.policies import allows
from tests.support.recorder import Recording, record, stack_file
from tests.support.recordings import configuration_of, system_recording
from tests.support.replication import REPLICATION, rule_of

BUCKET = "aws:s3/bucket:Bucket"

DISTRIBUTION = "arn:aws:cloudfront:us-west-2:123456789012:domain"

pytestmark = pytest.mark.contract("DR-3", "S3-4")


@cache
def _lost() -> Recording:
    """node's prod when its region is lost."""
    return record(
        "prod",
        {
            "systemFile": "examples/systems/node.yaml",
            "serving": "us-east-2",
            "lost": "us-west-2",
            "recovering": "services",
            "database": {**stack_file("prod")["database"], "promoted": [1]},
        },
    )


def _origin(recording: Recording) -> str:
    distribution = recording.one("aws:cloudfront/distribution:Distribution", "domain")
    (origin,) = [each for each in distribution.inputs["origins"] if each["originId"] == "frontend"]
    return str(origin["domainName"])


def test_every_file_is_copied_to_the_recovery_region_within_minutes() -> None:
    prod = system_recording("node", "prod")
    original, copy = prod.one(BUCKET, "frontend"), prod.one(BUCKET, "recovery/frontend")
    assert (original.provider, copy.provider) == ("aws", "aws-recovery")
    rule = rule_of(prod, "frontend")
    assert rule["status"] == rule["deleteMarkerReplication"]["status"] == "Enabled"
    assert rule["destination"]["replicationTime"]["time"]["minutes"] == 15
    assert rule["destination"]["metrics"]["status"] == "Enabled"
    # Both are encrypted with S3's own key, which a rule neither names nor selects.
    assert rule.get("sourceSelectionCriteria") is rule["destination"].get("encryptionConfiguration") is None


@pytest.mark.contract("ENV-6")
def test_every_file_is_copied_to_the_backup_account_without_a_key_of_it() -> None:
    rule = rule_of(system_recording("node", "prod"), "frontend", BACKUP_ACCOUNT_RULE)
    account = stack_file("prod")["backupAccount"]
    assert rule["destination"]["account"] == account
    assert rule["destination"]["bucket"] == f"arn:aws:s3:::node-prod-frontend-{account}-us-west-2"
    assert rule["deleteMarkerReplication"]["status"] == "Enabled"
    assert rule.get("sourceSelectionCriteria") is rule["destination"].get("encryptionConfiguration") is None


def test_its_copying_may_read_it_and_write_its_copy_and_nothing_else() -> None:
    prod = system_recording("node", "prod")
    policy = prod.one("aws:iam/rolePolicy:RolePolicy", "replication-frontend").plain("policy")
    here, there = (prod.one(BUCKET, name).inputs["bucket"] for name in ("frontend", "recovery/frontend"))
    assert allows(policy, "s3:GetObjectVersionForReplication", f"arn:aws:s3:::{here}/index.html")
    assert allows(policy, "s3:ReplicateDelete", f"arn:aws:s3:::{there}/index.html")
    assert not allows(policy, "s3:ReplicateObject", f"arn:aws:s3:::{here}/index.html")
    assert "kms:" not in policy


def test_the_copy_is_read_by_the_same_distribution_and_its_reads_are_logged_there() -> None:
    prod = system_recording("node", "prod")
    policy = prod.one("aws:s3/bucketPolicy:BucketPolicy", "recovery/frontend").plain("policy")
    (allowed,) = [one for one in json.loads(policy)["Statement"] if one["Effect"] == "Allow"]
    assert allowed["Condition"]["StringEquals"]["aws:SourceArn"] == DISTRIBUTION
    logging = prod.one("aws:s3/bucketLogging:BucketLogging", "recovery/frontend").inputs
    assert logging["targetBucket"].startswith("node-prod-access-logs-")
    assert logging["targetBucket"].endswith("us-east-2")


def test_when_the_region_is_lost_the_copy_serves_as_it_stands() -> None:
    prod, lost = system_recording("node", "prod"), _lost()
    copy = prod.one(BUCKET, "recovery/frontend")
    assert lost.by_urn(copy.urn).inputs == copy.inputs
    assert _origin(lost) == f"{copy.inputs['bucket']}.s3.us-east-2.amazonaws.com"
    assert _origin(prod) == f"{prod.one(BUCKET, 'frontend').inputs['bucket']}.s3.us-west-2.amazonaws.com"
    assert REPLICATION not in {each.type for each in lost.resources}


def test_its_copy_is_watched_and_asked_about() -> None:
    prod = system_recording("node", "prod")
    assert {"copies-frontend-late", "replication-frontend-failed"} <= set(
        prod.of("aws:cloudwatch/metricAlarm:MetricAlarm")
    )
    assert "frontend" in wanted(configuration_of("node", "prod"), []).buckets


def test_outside_of_prod_there_is_no_copy() -> None:
    staging = system_recording("node", "staging")
    assert REPLICATION not in {each.type for each in staging.resources}
    assert "recovery/frontend" not in staging.of(BUCKET)
