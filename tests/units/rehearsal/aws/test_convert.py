"""Property names and values pass between Pulumi and AWS without a table for each."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from rehearsal.aws.convert import find_name, from_api, same_value, to_api
from rehearsal.aws.schema import resource_type


def shape(service: str, operation: str) -> Any:
    return botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape


@pytest.mark.parametrize(
    ("name", "members", "found"),
    [
        ("multiAz", ["MultiAZ"], "MultiAZ"),
        ("subnetIds", ["SubnetId", "VpcId"], "SubnetId"),
        ("policy", ["Policies"], "Policies"),
        ("colour", ["MultiAZ"], None),
    ],
)
def test_names_match_but_for_case_and_plural(name: str, members: list[str], found: str | None) -> None:
    assert find_name(name, members) == found


def test_nested_blocks_become_members_and_scalars_take_the_declared_type() -> None:
    sent = to_api(
        shape("rds", "CreateDBInstance"),
        {"identifier": "main", "allocatedStorage": "100", "multiAz": "true", "tags": None},
        {"identifier": "DBInstanceIdentifier"},
    )
    assert sent == {"DBInstanceIdentifier": "main", "AllocatedStorage": 100, "MultiAZ": True}


def test_a_name_may_lead_into_a_nested_member() -> None:
    sent = to_api(
        shape("s3", "PutBucketVersioning"),
        {"bucket": "b", "versioningConfiguration": {"status": "Enabled"}},
        {},
    )
    assert sent == {"Bucket": "b", "VersioningConfiguration": {"Status": "Enabled"}}


def test_an_answer_is_read_in_the_shape_of_the_sdk() -> None:
    block = resource_type("aws:ec2/subnet:Subnet").inputs
    assert from_api(block, {"SubnetId": "s", "VpcId": "v", "CidrBlock": "10.0.0.0/24"}, {}) == {
        "vpcId": "v",
        "cidrBlock": "10.0.0.0/24",
    }


@pytest.mark.parametrize(
    ("wanted", "actual", "same"),
    [
        (["a", "b"], ["b", "a"], True),
        (["a"], ["a", "b"], False),
        ('{"a": 1, "b": 2}', '{"b":2,"a":1}', True),
        ('{"a": 1}', '{"a": 2}', False),
        ("5", 5, True),
        (True, "true", True),
        ({"a": 1}, {"a": 1, "added": 2}, True),
        ({"a": 1}, {"a": 2}, False),
        ([{"id": "x"}], [{"id": "x", "status": "Enabled"}], True),
    ],
)
def test_answers_that_mean_the_same_are_no_drift(wanted: Any, actual: Any, same: bool) -> None:
    assert same_value(wanted, actual) is same
