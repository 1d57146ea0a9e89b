"""An account in which an environment looks as after a deployment: what the commands of a release look at."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.alarm_catalogue import Limits, catalogue
from infra.configuration import Configuration
from infra.configuration.buckets import BACKUPS
from infra.monitoring.alarm import Alarm, Subject
from operations.deployment.records import Outcome, Record, Records, begun
from tests.operations.conftest import Account


def backups(account: Account, configuration: Configuration) -> Records:
    """The backups bucket, empty, with what is written down in it."""
    s3 = account.other("s3")
    bucket = configuration.naming.bucket(BACKUPS)
    place = {"LocationConstraint": configuration.settings.region}
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    for each in s3.list_objects_v2(Bucket=bucket).get("Contents", ()):
        s3.delete_object(Bucket=bucket, Key=each["Key"])
    return Records(s3, bucket)


def recorded(
    records: Records, configuration: Configuration, outcome: Outcome, minutes_ago: float = 1, **images: str
) -> Record:
    """A deployment that is written down."""
    when = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    made = begun(
        configuration.settings.environment.value, "c" * 40, {**configuration.images, **images}, when
    ).with_outcome(outcome)
    records.save(made)
    return made


def alarm_of(configuration: Configuration, subject: Subject, name: str) -> Alarm:
    """One of the catalogue."""
    alarms = catalogue(Limits.of(configuration))
    return next(each for each in alarms if (each.subject, each.name) == (subject, name))


def put_alarm(cloudwatch: Any, configuration: Configuration, watched: str, alarm: Alarm, state: str) -> str:
    """The alarm in CloudWatch, in a state; its name."""
    name = configuration.naming.named(f"{watched}-{alarm.name}")
    put_alarm_named(cloudwatch, name, alarm.description, state)
    return name


def put_alarm_named(cloudwatch: Any, name: str, description: str, state: str) -> None:
    """Any alarm in CloudWatch, in a state."""
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        AlarmDescription=description,
        MetricName="m",
        Namespace="n",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")


def distribute(cloudfront: Any, host: str) -> str:
    """A distribution for a host; its id."""
    config = {
        "CallerReference": host,
        "Comment": host,
        "Enabled": True,
        "Aliases": {"Quantity": 1, "Items": [host]},
        "Origins": {"Quantity": 1, "Items": [{"Id": "services", "DomainName": "origin.example.com"}]},
        "DefaultCacheBehavior": {"TargetOriginId": "services", "ViewerProtocolPolicy": "https-only"},
    }
    made = cloudfront.create_distribution(DistributionConfig=config)
    return str(made["Distribution"]["Id"])


def balancer(account: Account, name: str) -> str:
    """The load balancer; how its metrics name it."""
    ec2, elbv2 = account.other("ec2"), account.other("elbv2")
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"][:2]]
    made = elbv2.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"][0]
    return str(made["LoadBalancerArn"]).partition(":loadbalancer/")[2]


def traffic(
    cloudwatch: Any, balancer_name: str, latencies: Sequence[float], failed: int = 0, minutes: int = 8
) -> None:
    """Some minutes of requests: the latencies (seconds) of each, and how many failed in each."""
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    dimensions = [{"Name": "LoadBalancer", "Value": balancer_name}]
    for ago in range(minutes):
        when = minute - timedelta(minutes=ago)
        counts = {"RequestCount": len(latencies), "HTTPCode_Target_5XX_Count": failed}
        data = [
            {"MetricName": name, "Dimensions": dimensions, "Timestamp": when, "Value": value, "Unit": "Count"}
            for name, value in counts.items()
        ]
        data += [
            {"MetricName": "TargetResponseTime", "Dimensions": dimensions, "Timestamp": when, "Value": value}
            for value in latencies
        ]
        cloudwatch.put_metric_data(Namespace="AWS/ApplicationELB", MetricData=data)
