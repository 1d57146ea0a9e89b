"""What botocore's models say of values, lists, maps and blobs is said before a call is made."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import Shape, ShapeResolver

from rehearsal.aws.limits import refused_request
from rehearsal.providers.provider import CheckFailure, ProviderError, Resource
from tests.support.aws_round_trip import Life


def _refused(life: Life, token: str, inputs: dict[str, Any]) -> list[CheckFailure]:
    resource = Resource(f"urn:pulumi:dev::groundwork::{token}::it", token, "it")
    return life.provider.check(resource, None, inputs)[1]


_SHAPES = {
    "Request": {
        "type": "structure",
        "members": {name: {"shape": name} for name in ("Names", "Map", "Data", "Number", "Kind")},
    },
    "Names": {"type": "list", "member": {"shape": "Name"}, "min": 1, "max": 2},
    "Name": {"type": "string", "min": 2, "max": 4, "pattern": r"[\p{L}\p{Z}\p{N}_-]*"},
    "Map": {"type": "map", "key": {"shape": "Kind"}, "value": {"shape": "Names"}, "max": 1},
    "Data": {"type": "blob", "max": 3},
    "Number": {"type": "integer", "min": 1, "max": 9},
    "Kind": {"type": "string", "enum": ["one", "two"]},
}
_REQUEST: Shape = ShapeResolver(_SHAPES).get_shape_by_name("Request")


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"Names": ["ab", "äb c"]}, []),
        ({"Names": []}, ["Names has 0 entries; allowed: 1 to 2"]),
        ({"Names": ["ab", "ab", "ab"]}, ["Names has 3 entries; allowed: 1 to 2"]),
        ({"Names": ["a"]}, ["Names[0] has 1 characters; allowed: 2 to 4"]),
        ({"Names": ["a'b"]}, [r"Names[0] is \"a'b\"; it must match [\p{L}\p{Z}\p{N}_-]*"]),
        ({"Map": {"one": ["ab"], "two": ["ab"]}}, ["Map has 2 entries; allowed: at most 1"]),
        ({"Map": {"three": ["ab"]}}, ["Map.three is 'three'; allowed: one, two"]),
        ({"Map": {"one": [""]}}, ["Map.one[0] has 0 characters; allowed: 2 to 4"]),
        ({"Data": b"1234"}, ["Data has 4 bytes; allowed: at most 3"]),
        ({"Number": 10}, ["Number is 10; allowed: 1 to 9"]),
        ({"Kind": "four"}, ["Kind is 'four'; allowed: one, two"]),
        ({"Unknown": "anything"}, []),
    ],
)
def test_a_whole_request_is_held_against_the_model(request_: dict[str, Any], said: list[str]) -> None:
    assert [one.replace('"', '\\"') for one in refused_request(_REQUEST, request_)] == said


@pytest.mark.parametrize(
    ("token", "inputs", "expected"),
    [
        (
            "aws:ecr/repository:Repository",
            {
                "name": "it/api",
                "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
                "imageTagMutabilityExclusionFilters": [
                    {"filter": f"tag-{number}", "filterType": "WILDCARD"} for number in range(6)
                ],
            },
            "'imageTagMutabilityExclusionFilters' has 6 entries; allowed: 1 to 5",
        ),
        (
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            {
                "name": "it",
                "comparisonOperator": "GreaterThanThreshold",
                "evaluationPeriods": 1,
                "metricName": "it",
                "alarmActions": [f"arn:aws:sns:us-west-2:111122223333:t{number}" for number in range(6)],
            },
            "'alarmActions' has 6 entries; allowed: at most 5",
        ),
        (
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            {"securityGroupId": "sg-1", "ipProtocol": "-1", "cidrIpv4": "10.0.0.0/8", "prefixListId": "pl-1"},
            "'prefixListId' is given together with cidrIpv4",
        ),
        (
            "aws:eks/podIdentityAssociation:PodIdentityAssociation",
            {
                "clusterName": "it",
                "namespace": "it",
                "serviceAccount": "it",
                "roleArn": "arn:aws:iam::111122223333:role/it",
                "tags": {f"key-{number}": "x" for number in range(51)},
            },
            "'tags' has 52 tags; allowed: at most 50",
        ),
        # Types that are only recorded, whose requests have everything in one block.
        (
            "aws:backup/selection:Selection",
            {"planId": "x", "name": "two words", "iamRoleArn": "arn:aws:iam::111122223333:role/it"},
            "'name' is 'two words'; it must match",
        ),
        (
            "aws:cloudfront/cachePolicy:CachePolicy",
            {
                "name": "it",
                "parametersInCacheKeyAndForwardedToOrigin": {
                    "cookiesConfig": {"cookieBehavior": "some"},
                    "headersConfig": {"headerBehavior": "none"},
                    "queryStringsConfig": {"queryStringBehavior": "none"},
                },
            },
            "cookieBehavior' is 'some'; allowed: none, whitelist, allExcept, all",
        ),
        ("aws:sns/topic:Topic", {"name": "it", "tags": {"owner": "o'neil"}}, "'tags.owner' has the value"),
        ("aws:sns/topic:Topic", {"name": "it", "tags": {"aws:x": "y"}}, "begins with aws:"),
        ("aws:sns/topic:Topic", {"name": "it", "tags": {"k" * 129: "y"}}, "a name of 129 characters"),
        ("aws:sns/topic:Topic", {"name": "it", "tags": {"k": "y" * 257}}, "a value of 257 characters"),
    ],
)
def test_a_list_or_a_tag_that_aws_refuses_is_refused_at_the_preview(
    life: Life, token: str, inputs: dict[str, Any], expected: str
) -> None:
    (failure,) = _refused(life, token, inputs)
    assert expected in failure.reason


def test_ec2_takes_every_character_in_a_tag(life: Life) -> None:
    inputs = {"cidrBlock": "10.0.0.0/16", "tags": {"Name": "o'neil's"}}
    assert _refused(life, "aws:ec2/vpc:Vpc", inputs) == []


def test_what_a_mapping_puts_together_itself_is_looked_at_as_well(life: Life) -> None:
    """The texts of a firewall's answers are a list in the program and a map in the request."""
    bodies = [{"key": "x" * 129, "contentType": "TEXT_PLAIN", "content": "closed"}]
    visible = {"cloudwatchMetricsEnabled": True, "metricName": "it", "sampledRequestsEnabled": True}
    inputs = {
        "name": "it",
        "scope": "CLOUDFRONT",
        "defaultAction": {"allow": {}},
        "visibilityConfig": visible,
        "customResponseBodies": bodies,
    }
    token = "aws:wafv2/webAcl:WebAcl"
    resource = Resource(f"urn:pulumi:dev::groundwork::{token}::it", token, "it")
    checked, failures = life.provider.check(resource, None, inputs)
    assert failures == []
    with pytest.raises(
        ProviderError, match=r"CreateWebACL: InvalidArgument: CustomResponseBodies\.x+ has 129"
    ):
        life.provider.create(resource, checked, preview=False)
