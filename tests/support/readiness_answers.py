"""What AWS answers to the questions of `recover check`: well, and what a test would have otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from operations.environments import Connection
from operations.recovery.readiness import Finding, readiness
from tests.support.recordings import configuration_of

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOME, RECOVERY = "us-west-2", "us-east-2"
DOMAIN = configuration_of("triangle", "prod").domain
PRIMARY = f"arn:aws:rds:{HOME}:230000000003:db:triangle-prod"
REPLICA = f"arn:aws:rds:{RECOVERY}:230000000003:db:triangle-prod"
STATE_REGION = "eu-central-1"
STATE_KEY = f"awskms://alias/groundwork-state?region={STATE_REGION}"

Answer = Any
Answers = dict[tuple[str, str, str], Answer]


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "said by AWS"}}, "Operation")


def instance(name: str, **more: Any) -> dict[str, Any]:
    told = {"DBInstanceIdentifier": name, "DBInstanceStatus": "available", "EngineVersion": "18.1"}
    return {"DBInstances": [{**told, **more}]}


def redis(status: str) -> dict[str, Any]:
    groups = {"triangle-prod-cache": "available", "triangle-prod-queue": status}
    found = [{"ReplicationGroupId": name, "Status": each} for name, each in groups.items()]
    return {"ReplicationGroups": found}


def restore_tests(*names: str) -> dict[str, Any]:
    return {"Contents": [{"Key": f"restore-tests/{name}"} for name in names]}


def copied_backup(status: str = "replicating", **latest: float) -> dict[str, Any]:
    window = {"EarliestTime": ago(days=30), "LatestTime": ago(**(latest or {"minutes": 14}))}
    return {"DBInstanceArn": PRIMARY, "Status": status, "RestoreWindow": window}


def copy_job(state: str = "COMPLETED", **more: Any) -> dict[str, Any]:
    """The copy of a night into the backup account: six hours ago, for half an hour."""
    times = {"CreationDate": ago(hours=6), "CompletionDate": ago(hours=5.5)}
    return {"State": state, **times, **more}


def replication(**rules: str) -> dict[str, Any]:
    """What S3 says of a bucket that is copied, with other states of some rules."""
    states = {"recovery": "Enabled", "backup_account": "Enabled", **rules}
    told = [{"ID": name.replace("_", "-"), "Status": status} for name, status in states.items()]
    return {"ReplicationConfiguration": {"Rules": told}}


def support(end: datetime) -> dict[str, Any]:
    lives = [
        {"LifecycleSupportName": "open-source-rds-standard-support", "LifecycleSupportEndDate": end},
        {
            "LifecycleSupportName": "open-source-rds-extended-support",
            "LifecycleSupportEndDate": ago(days=-2000),
        },
    ]
    return {"DBMajorEngineVersions": [{"SupportedEngineLifecycles": lives}]}


def certificate(status: str) -> dict[str, Any]:
    option = {"ResourceRecord": {"Name": f"_proof.{DOMAIN}."}}
    return {"Certificate": {"Status": status, "DomainValidationOptions": [option, option]}}


def records(*lacking: str, **ttl: int) -> list[dict[str, Any]]:
    origin = {
        "Name": f"origin.{DOMAIN}.",
        "Type": "A",
        **({"TTL": ttl["ttl"]} if ttl else {}),
    }
    proof = {"Name": f"_proof.{DOMAIN}.", "Type": "CNAME", "TTL": 300}
    return [each for each in (origin, proof) if str(each["Name"]).split(".")[0] not in lacking]


def healthy() -> Answers:
    """What AWS answers where everything is as it should be."""
    lag = [
        {"Timestamp": ago(minutes=9), "Maximum": 4000.0},
        {"Timestamp": ago(minutes=1), "Maximum": 41.0},
    ]
    return {
        (HOME, "rds", "describe_db_instances"): instance(
            "triangle-prod",
            DBInstanceArn=PRIMARY,
            InstanceCreateTime=ago(days=400),
            LatestRestorableTime=ago(minutes=4),
            ReadReplicaDBInstanceIdentifiers=[REPLICA],
        ),
        (HOME, "rds", "describe_db_snapshots"): {
            "DBSnapshots": [
                {"Status": "available", "SnapshotCreateTime": ago(hours=6)},
                {"Status": "creating"},
            ]
        },
        (HOME, "s3", "list_objects_v2"): restore_tests("2026-11-24T1200Z.json"),
        (HOME, "rds", "describe_db_major_engine_versions"): support(ago(days=-900)),
        (RECOVERY, "rds", "describe_db_instances"): instance("triangle-prod", EngineVersion="18.2"),
        (RECOVERY, "cloudwatch", "get_metric_statistics"): {"Datapoints": lag},
        (RECOVERY, "rds", "describe_db_instance_automated_backups"): {
            "DBInstanceAutomatedBackups": [copied_backup()]
        },
        (HOME, "secretsmanager", "describe_secret"): {
            "ReplicationStatus": [{"Region": RECOVERY, "Status": "InSync"}]
        },
        (HOME, "eks", "describe_cluster"): {"cluster": {"status": "ACTIVE", "version": "1.35"}},
        (RECOVERY, "eks", "describe_cluster"): {"cluster": {"status": "ACTIVE", "version": "1.35"}},
        (RECOVERY, "eks", "describe_cluster_versions"): {
            "clusterVersions": [{"endOfStandardSupportDate": ago(days=-118)}]
        },
        (RECOVERY, "service-quotas", "get_service_quota"): {"Quota": {"Value": 640.0}},
        (HOME, "acm", "list_certificates"): {
            "CertificateSummaryList": [
                {"DomainName": DOMAIN, "CertificateArn": "arn:one"},
                {"DomainName": "other.example", "CertificateArn": "arn:other"},
            ]
        },
        (HOME, "acm", "describe_certificate"): certificate("ISSUED"),
        (HOME, "route53", "list_hosted_zones_by_name"): {
            "HostedZones": [{"Id": "/hostedzone/Z1", "Name": f"{DOMAIN}."}]
        },
        (HOME, "route53", "list_resource_record_sets"): {"ResourceRecordSets": records()},
        (RECOVERY, "elasticache", "describe_replication_groups"): redis("available"),
        (RECOVERY, "ecr", "describe_images"): {"imageDetails": [{}]},
        (HOME, "s3", "get_bucket_replication"): replication(),
        **{(each, "s3", "get_bucket_replication"): replication() for each in (STATE_REGION, RECOVERY)},
        (HOME, "backup", "list_copy_jobs"): {"CopyJobs": [copy_job()]},
    }


class Client:
    """A client of boto3 that answers what it is told to."""

    def __init__(self, region: str, service: str, answers: Answers) -> None:
        self._region, self._service, self._answers = region, service, answers

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        if operation == "get_paginator":
            return lambda name: SimpleNamespace(paginate=lambda **asked: self._pages(name, asked))
        return self._call(operation)

    def _pages(self, operation: str, asked: Mapping[str, Any]) -> list[Any]:
        """The one that it is told to answer, or a list of them."""
        answer = self._call(operation)(**asked)
        return answer if isinstance(answer, list) else [answer]

    def _call(self, operation: str) -> Callable[..., Any]:
        def call(**asked: Any) -> Any:
            answer = self._answers[self._region, self._service, operation]
            if isinstance(answer, Exception):
                raise answer
            if "Contents" in answer:
                return {
                    "Contents": [
                        each for each in answer["Contents"] if each["Key"].startswith(asked["Prefix"])
                    ]
                }
            return answer

        return call


class Told(Connection):
    """A connection whose clients answer so."""

    def __init__(self, answers: Answers, here: str = HOME) -> None:
        object.__setattr__(self, "_answers", answers)
        object.__setattr__(self, "_here", here)

    def client(self, service: str, region: str | None = None) -> Any:
        return Client(region or vars(self)["_here"], service, vars(self)["_answers"])


def ask(
    change: Answers | None = None, environment: str = "prod", state_key: str = STATE_KEY
) -> dict[str, Finding]:
    answers = {**healthy(), **(change or {})}
    configuration = configuration_of("triangle", environment)
    found = readiness(configuration, Told(answers), state_key, NOW)
    return {finding.check: finding for finding in found}
