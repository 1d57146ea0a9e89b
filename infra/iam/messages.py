"""Statements about topics, alarms, functions and logs."""

from __future__ import annotations

from collections.abc import Sequence

from infra.iam.documents import Arn, Statement, allow, followed_by
from infra.iam.keys import use_key
from infra.naming import Naming


def write_log_streams(group: Arn) -> Statement:
    """Write into one log group."""
    return allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], [followed_by(group, ":*")])


def write_events(group: Arn) -> Statement:
    """EventBridge's rules write into a log group; for the logs' own policy, as in its user guide ("Using
    resource-based policies for Amazon EventBridge", CloudWatch Logs permissions)."""
    return allow(
        "WriteEvents",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [followed_by(group, ":*")],
        principal={"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
    )


def find_log_groups(naming: Naming, group: Arn) -> list[Statement]:
    """See which log groups there are, which no narrower right allows, and the streams of one; not what is in
    them."""
    return [
        allow("FindLogGroups", ["logs:DescribeLogGroups"], [naming.arn("logs", "log-group:*")]),
        allow("FindLogStreams", ["logs:DescribeLogStreams"], [followed_by(group, ":*")]),
    ]


def publish(topics: Sequence[Arn], *, sid: str = "PublishToTopics") -> Statement:
    """Publish to topics."""
    return allow(sid, ["sns:Publish"], topics)


def publish_as_rules(topic: Arn, *, service: str) -> Statement:
    """EventBridge's rules publish to a topic; a condition about the account would keep them out."""
    return allow("PublishAsRules", ["sns:Publish"], [topic], principal={"Service": service})


def publish_alarms(topic: Arn, *, account: str, alarms: str) -> Statement:
    """CloudWatch's alarms of this account publish to a topic."""
    return allow(
        "PublishAlarms",
        ["sns:Publish"],
        [topic],
        principal={"Service": "cloudwatch.amazonaws.com"},
        condition={"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": alarms}},
    )


def publish_encrypted(topic: Arn, key: Arn, region: str, *, sid: str = "Publish") -> list[Statement]:
    """Publish to a topic whose messages are encrypted with a key."""
    return [
        allow(sid, ["sns:Publish"], [topic]),
        use_key([key], via=f"sns.{region}.amazonaws.com", sid=f"{sid}Encrypted"),
    ]


def publish_as_services(topic: Arn, *, services: Sequence[str], account: str) -> Statement:
    """AWS services publish to a topic for this account."""
    return allow(
        "PublishForAccount",
        ["sns:Publish"],
        [topic],
        principal={"Service": services[0] if len(services) == 1 else list(services)},
        condition={"StringEquals": {"aws:SourceAccount": account}},
    )


def describe_alarms() -> Statement:
    """See the states of alarms. Composite ones are told of only to who may see all of them (DescribeAlarms in
    CloudWatch's API reference), and pages are composite alarms."""
    return allow("DescribeAlarms", ["cloudwatch:DescribeAlarms"], ["*"])


def empty_caches(distributions: Sequence[Arn]) -> list[Statement]:
    """Empty the caches of distributions, which are found by looking through all of them."""
    return [
        allow("FindDistributions", ["cloudfront:ListDistributions"], ["*"]),
        allow("EmptyCaches", ["cloudfront:CreateInvalidation"], distributions),
    ]


def invoke_function(function: Arn) -> Statement:
    """Call one function."""
    return allow("Call", ["lambda:InvokeFunction"], [function])
