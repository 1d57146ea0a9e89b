"""Replacement is predicted as AWS's own provider would decide it."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.aws.facts import changes_of
from rehearsal.aws.later_facts import DEFAULTS, LATER
from rehearsal.aws.schema import resource_type
from rehearsal.providers.provider import UNKNOWN, ChangeKind

DATABASE = "aws:rds/instance:Instance"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
CLUSTER = "aws:elasticache/replicationGroup:ReplicationGroup"
INVOCATION = "aws:lambda/invocation:Invocation"
RECORD = "aws:route53/record:Record"
REPOSITORY = "aws:ecr/repository:Repository"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
KMS = {"encryptionType": "KMS", "kmsKey": "arn:aws:kms:us-west-2:111122223333:key/1"}


@pytest.mark.parametrize(
    ("token", "old", "new", "replaced"),
    [
        (DATABASE, {"kmsKeyId": "a"}, {"kmsKeyId": "b"}, ["kmsKeyId"]),
        (DATABASE, {"instanceClass": "db.m7g.large"}, {"instanceClass": "db.m7g.xlarge"}, []),
        (DATABASE, {"kmsKeyId": "a"}, {"kmsKeyId": UNKNOWN}, ["kmsKeyId"]),
        # A set's order means nothing.
        (DATABASE, {"vpcSecurityGroupIds": ["a", "b"]}, {"vpcSecurityGroupIds": ["b", "a"]}, []),
        # Directions: a rule's source may change, but not come or go.
        (RULE, {"cidrIpv4": "10.0.0.0/8"}, {"cidrIpv4": "10.0.0.0/16"}, []),
        (RULE, {}, {"cidrIpv4": "10.0.0.0/16"}, ["cidrIpv4"]),
        # Two values: Redis becomes Valkey in place, never the other way round.
        (CLUSTER, {"engine": "redis"}, {"engine": "valkey"}, []),
        (CLUSTER, {"engine": "valkey"}, {"engine": "redis"}, ["engine"]),
        # A map is one value, whichever key has changed.
        (INVOCATION, {"triggers": {"instance": "a"}}, {"triggers": {"instance": "b"}}, ["triggers.instance"]),
        # Since 6.x: a record of another type is another record.
        (RECORD, {"type": "A"}, {"type": "AAAA"}, ["type"]),
        # A block that goes takes its values along, and a repository is encrypted for life.
        (REPOSITORY, {"encryptionConfigurations": [KMS]}, {}, ["encryptionConfigurations"]),
        (VERSION, {"secretString": "a"}, {"secretString": "b"}, ["secretString"]),
        (VERSION, {"secretString": "a"}, {}, []),
    ],
)
def test_a_change_replaces_where_aws_would(
    token: str, old: dict[str, Any], new: dict[str, Any], replaced: list[str]
) -> None:
    assert [change.path for change in changes_of(token, old, new) if change.replaces] == replaced


def test_equal_inputs_do_not_differ() -> None:
    inputs = {"instanceClass": "db.m7g.large", "tags": {"owner": "platform"}}
    assert changes_of(DATABASE, inputs, dict(inputs)) == []


def test_a_value_that_aws_fills_in_stays_when_the_program_stops_naming_it() -> None:
    assert changes_of(DATABASE, {"backupWindow": "02:00-03:00"}, {}) == []


def test_a_type_without_facts_changes_in_place() -> None:
    (change,) = changes_of("aws:made/up:Up", {"name": "a"}, {"name": "b"})
    assert not change.replaces


def test_an_item_that_leaves_a_list_is_a_change_even_where_aws_would_fill_the_list_in() -> None:
    token, both = "aws:ec2/vpcEndpoint:VpcEndpoint", {"routeTableIds": ["rtb-1", "rtb-2"]}
    assert [change.kind for change in changes_of(token, both, {"routeTableIds": ["rtb-2"]})] == [
        ChangeKind.DELETE
    ]
    assert changes_of(token, both, {}) == []


@pytest.mark.parametrize(
    ("written", "differs"),
    [("ACCOUNT", False), ("ORGANIZATION", True)],
)
def test_to_write_what_a_property_has_anyway_is_no_difference(written: str, differs: bool) -> None:
    analyzer = "aws:accessanalyzer/analyzer:Analyzer"
    assert bool(changes_of(analyzer, {"type": written}, {})) is differs
    assert bool(changes_of(analyzer, {}, {"type": written})) is differs
    assert changes_of(analyzer, {"type": "ACCOUNT"}, {"type": "ORGANIZATION"})


def test_a_block_is_left_to_aws_where_aws_keeps_it_and_not_where_it_goes_back() -> None:
    cluster, balancer = "aws:eks/cluster:Cluster", "aws:lb/loadBalancer:LoadBalancer"
    assert changes_of(cluster, {"computeConfig": {"enabled": True}}, {}) == []
    assert [each.kind for each in changes_of(balancer, {"accessLogs": {"bucket": "logs"}}, {})] == [
        ChangeKind.DELETE
    ]


@pytest.mark.parametrize("token", [*LATER, *DEFAULTS])
def test_what_is_said_of_a_later_provider_is_about_properties_that_there_are(token: str) -> None:
    later = LATER.get(token, {})
    listed = [name for names in later.values() for name in names]
    assert {*listed, *DEFAULTS.get(token, {})} <= resource_type(token).inputs.properties.keys()
