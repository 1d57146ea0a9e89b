"""Replacement is predicted as AWS's own provider would decide it."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.aws.facts import changes_of
from rehearsal.provider import UNKNOWN, ChangeKind

DATABASE = "aws:rds/instance:Instance"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
CLUSTER = "aws:elasticache/replicationGroup:ReplicationGroup"


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
