"""Names that meet in us-east-1: CloudFront's things are there, whichever regions an environment has.

Two resources of one name are two in the program and one in AWS, which refuses the second, or gives both the
same. That shows only where a stack file puts an environment beside its own CloudFront, or its copies there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.recorder import Recording, Resource, record, stack_file

_REGION = "us-east-1"
_ZONES = [f"{_REGION}{zone}" for zone in "abc"]
_ANYWHERE = ("aws:iam/", "aws:cloudfront/", "aws:s3/bucket:", "aws:route53/")
# What names a resource of AWS, as its provider calls it.
_NAMES = (
    "alarmName analyzerName bucket dashboardName dbSnapshotIdentifier functionName identifier name "
    "policyName replicationGroupId userGroupId userId"
).split()
# What a name is within; everything else is within a region.
_WITHIN = {
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": "logGroupName",
    "aws:ec2/securityGroup:SecurityGroup": "vpcId",
    "aws:iam/rolePolicy:RolePolicy": "role",
    "aws:lambda/permission:Permission": "function",
    "aws:route53/record:Record": "type",
}


def _elsewhere(environment: str, region: str, zones: str) -> Recording:
    network = stack_file(environment)["network"]
    moved = {**network, zones: _ZONES[: len(network[zones])]}
    return record(environment, {region: _REGION, "network": moved})


@pytest.mark.parametrize(
    ("environment", "region", "zones"),
    [
        ("dev", "region", "availabilityZones"),
        ("prod", "region", "availabilityZones"),
        ("prod", "recoveryRegion", "recoveryAvailabilityZones"),
    ],
)
def test_no_two_resources_have_one_name_where_cloudfront_is_too(
    environment: str, region: str, zones: str
) -> None:
    recording = _elsewhere(environment, region, zones)
    regions = {
        it.urn: it.inputs.get("region") for it in recording.resources if it.type == "pulumi:providers:aws"
    }
    assert _REGION in regions.values()
    assert _meeting(recording, regions) == {}


def test_two_of_one_name_would_be_found() -> None:
    recording = record("dev")
    topic = next(it for it in recording.resources if it.type == "aws:sns/topic:Topic")
    recording.resources.append(topic)
    assert list(_meeting(recording, {})) == [("aws:sns/topic:Topic", topic.inputs["name"], "None")]


def _meeting(recording: Recording, regions: Mapping[str, Any]) -> dict[tuple[str, str, str], list[str]]:
    found = defaultdict(list)
    for each in recording.resources:
        if each.type.startswith("aws:"):
            for name in {each.inputs[key] for key in _NAMES if isinstance(each.inputs.get(key), str)}:
                found[_kind(each), name, _scope(each, regions)].append(each.urn)
    return {key: urns for key, urns in found.items() if len(urns) > 1}


def _kind(resource: Resource) -> str:
    # Alarms on metrics and alarms on alarms have their names from one lot (PutCompositeAlarm).
    return "alarm" if resource.type.endswith("Alarm") else resource.type


def _scope(resource: Resource, regions: Mapping[str, Any]) -> str:
    within = _WITHIN.get(resource.type)
    where = None if resource.type.startswith(_ANYWHERE) else regions.get(resource.provider_urn)
    return str(where if within is None else (where, resource.inputs.get(within)))
