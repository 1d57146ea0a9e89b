"""SEC-6: who did what, and who should not have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml

from infra.account.trail import FEATURES
from tests.support.recorder import Recording, record, system_file

TRAIL = "aws:cloudtrail/trail:Trail"
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"


@pytest.mark.contract("SEC-6")
def test_the_trail_has_every_region_and_proves_its_files(each: Recording) -> None:
    trail = each.one(TRAIL, "trail").inputs
    for name in (
        "isMultiRegionTrail",
        "includeGlobalServiceEvents",
        "enableLogFileValidation",
        "enableLogging",
    ):
        assert trail[name] is True
    assert trail["kmsKeyId"].endswith(":audit")
    assert trail["s3BucketName"] == each.one("aws:s3/bucket:Bucket", "audit").inputs["bucket"]


@pytest.mark.contract("SEC-6")
def test_no_other_trail_writes_into_the_audit_bucket(each: Recording) -> None:
    policy = json.loads(each.one("aws:s3/bucketPolicy:BucketPolicy", "audit").plain("policy"))
    account = json.loads(each.one("pulumi:providers:aws", "aws").inputs["allowedAccountIds"])[0]
    arn = f"arn:aws:cloudtrail:us-west-2:{account}:trail/triangle-{each.environment}"
    allowed = {s["Sid"]: s for s in policy["Statement"] if s["Effect"] == "Allow"}
    assert set(allowed) == {"TrailLooks", "TrailWrites"}
    for statement in allowed.values():
        assert statement["Condition"]["StringEquals"]["aws:SourceArn"] == arn
    prefix = each.one(TRAIL, "trail").inputs["s3KeyPrefix"]
    assert allowed["TrailWrites"]["Resource"].endswith(f"/{prefix}/AWSLogs/{account}/*")


def _selectors(recording: Recording) -> dict[str, list[dict[str, Any]]]:
    selectors = recording.one(TRAIL, "trail").inputs["advancedEventSelectors"]
    return {selector["name"]: selector["fieldSelectors"] for selector in selectors}


@pytest.mark.contract("SEC-6")
def test_the_trail_never_writes_about_its_own_writing_nor_about_copies_of_it(each: Recording) -> None:
    selectors = _selectors(each)
    assert set(selectors) == {"Management events", "Backups", "Audit logs"}
    assert {"field": "eventName", "notEquals": ["PutObject"]} in selectors["Audit logs"]
    account = json.loads(each.one("pulumi:providers:aws", "aws").inputs["allowedAccountIds"])[0]
    role = f"arn:aws:sts::{account}:assumed-role/triangle-{each.environment}-replication-audit/"
    assert {"field": "userIdentity.arn", "notStartsWiths": [role]} in selectors["Audit logs"]


@pytest.mark.contract("SEC-6")
@pytest.mark.parametrize(("selector", "bucket"), [("Backups", "backups"), ("Audit logs", "audit")])
def test_who_reads_backups_or_the_trail_leaves_a_trace_in_either_region(
    prod: Recording, selector: str, bucket: str
) -> None:
    (watched,) = [f["startsWiths"] for f in _selectors(prod)[selector] if f["field"] == "resources.ARN"]
    buckets = [prod.one("aws:s3/bucket:Bucket", name).inputs for name in (bucket, f"recovery/{bucket}")]
    assert watched == [f"arn:aws:s3:::{inputs['bucket']}/" for inputs in buckets]


@pytest.mark.contract("SEC-6")
@pytest.mark.parametrize("alarm", ["trail-root-use", "trail-unexpected-secret-reader", "trail-failed-logins"])
def test_what_nobody_should_do_is_counted_in_the_trail(each: Recording, alarm: str) -> None:
    metric = each.one("aws:cloudwatch/metricAlarm:MetricAlarm", alarm).inputs
    counted = {
        each_filter.inputs["metricTransformation"]["name"]: each_filter.inputs["logGroupName"]
        for each_filter in each.of("aws:cloudwatch/logMetricFilter:LogMetricFilter").values()
    }
    assert counted[metric["metricName"]] == f"/groundwork/triangle-{each.environment}/trail"


@pytest.mark.contract("SEC-6")
@pytest.mark.parametrize(
    "role",
    [
        "ci/groundwork-deploy",
        "aws-reserved/sso.amazonaws.com/us-west-2/AWSReservedSSO_Deploy_0123456789abcdef",
    ],
)
def test_a_role_with_a_path_is_known_to_the_alarm_by_its_name_and_to_entries_by_its_arn(
    role: str, tmp_path: Path
) -> None:
    system = system_file()
    system["access"]["deploy"] = role
    file = tmp_path / "system.yaml"
    file.write_text(yaml.safe_dump(system), encoding="utf-8")
    prod = record("prod", {"systemFile": str(file)})
    pattern = prod.one(FILTER, "trail-unexpected-secret-reads").inputs["pattern"]
    # sessionIssuer.userName in CloudTrail's events is the name alone; aws:PrincipalArn is the whole.
    assert f'userName != "{role.rpartition("/")[2]}"' in pattern
    readers = json.loads(prod.one("aws:secretsmanager/secretPolicy:SecretPolicy", "database").plain("policy"))
    assert f":role/{role}" in json.dumps(readers)


@pytest.mark.contract("SEC-6")
def test_access_from_outside_of_the_account_is_looked_for(each: Recording) -> None:
    assert each.one("aws:accessanalyzer/analyzer:Analyzer", "access").inputs["type"] == "ACCOUNT"


@pytest.mark.contract("SEC-6", "SEC-7")
def test_only_the_way_of_ci_into_the_account_is_no_finding(each: Recording) -> None:
    rule = each.one("aws:accessanalyzer/archiveRule:ArchiveRule", "deployment").inputs
    role = each.one("aws:iam/role:Role", "github").inputs["name"]
    account = json.loads(each.one("pulumi:providers:aws", "aws").inputs["allowedAccountIds"])[0]
    assert {found["criteria"]: found["eqs"] for found in rule["filters"]} == {
        "resource": [f"arn:aws:iam::{account}:role/{role}"],
        "principal.Federated": [f"arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com"],
    }


@pytest.mark.contract("SEC-6")
def test_prod_looks_for_attacks(prod: Recording) -> None:
    assert prod.one("aws:guardduty/detector:Detector", "threats").inputs["enable"] is True
    features = prod.of("aws:guardduty/detectorFeature:DetectorFeature").values()
    features_on = {one.inputs["name"] for one in features if one.inputs["status"] == "ENABLED"}
    assert features_on == {
        "S3_DATA_EVENTS",
        "EKS_AUDIT_LOGS",
        "EBS_MALWARE_PROTECTION",
        "LAMBDA_NETWORK_LOGS",
        "RDS_LOGIN_EVENTS",
    }
    # What is found again is told within a quarter of an hour; by default after six hours (CreateDetector).
    detector = prod.one("aws:guardduty/detector:Detector", "threats").inputs
    assert detector["findingPublishingFrequency"] == "FIFTEEN_MINUTES"


# Those need an agent on every node, are off unless asked for and exclude each other (CreateDetector).
_WITH_AGENTS = {"EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING"}
# Newer than the others: whether the program's provider takes them is not known, and it refuses names that its
# own list has not (terraform-provider-aws, internal/service/guardduty/detector_feature.go).
_NOT_IN_THE_PROVIDER = {"AI_ANALYST", "AI_PROTECTION"}


def test_what_a_new_detector_looks_at_by_itself_is_declared() -> None:
    """All optional features are on in a new one (CreateDetector): what is not declared costs unseen."""
    model = botocore.session.get_session().get_service_model("guardduty")
    known = set(model.shape_for("DetectorFeature").enum)
    assert known - _WITH_AGENTS - _NOT_IN_THE_PROVIDER == set(FEATURES)


@pytest.mark.contract("SEC-6")
def test_access_is_reviewed_every_month(each: Recording) -> None:
    assert each.one(RULE, "access-review").inputs["scheduleExpression"] == "cron(0 9 1 * ? *)"
    target = each.one(TARGET, "access-review").inputs
    assert target["arn"].endswith(":sev-4")
    assert "review" in json.loads(target["input"])
