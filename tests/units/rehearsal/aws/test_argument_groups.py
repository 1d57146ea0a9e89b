"""Arguments that AWS's provider does not take together are refused here, too, before anything is made."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.aws.argument_groups import AT_LEAST_ONE_OF, CONFLICTS, ONE_OF, group_failures
from rehearsal.aws.combinations import combination_failures
from rehearsal.aws.schema import resource_type
from rehearsal.providers.provider import UNKNOWN

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ROUTE = "aws:ec2/route:Route"
EVENTS = "aws:cloudwatch/eventRule:EventRule"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DATABASE = "aws:rds/instance:Instance"
CLUSTER = "aws:eks/cluster:Cluster"
AUTO: dict[str, Any] = {
    "computeConfig": {"enabled": True},
    "kubernetesNetworkConfig": {"elasticLoadBalancing": {"enabled": True}},
    "storageConfig": {"blockStorage": {"enabled": True}},
}
TO_ALL = {"destinationCidrBlock": "0.0.0.0/0"}


@pytest.mark.parametrize(
    ("token", "inputs", "refused"),
    [
        (INGRESS, {"cidrIpv4": "10.0.0.0/8"}, []),
        (INGRESS, {}, ["cidrIpv4"]),
        (INGRESS, {"cidrIpv4": None, "prefixListId": "pl-1"}, []),
        (INGRESS, {"cidrIpv4": "10.0.0.0/8", "prefixListId": "pl-1"}, ["prefixListId"]),
        # What is known later is given all the same.
        (INGRESS, {"referencedSecurityGroupId": UNKNOWN}, []),
        (
            INGRESS,
            {"referencedSecurityGroupId": UNKNOWN, "cidrIpv4": "10.0.0.0/8"},
            ["referencedSecurityGroupId"],
        ),
        (ROUTE, {**TO_ALL, "gatewayId": "igw-1"}, []),
        (ROUTE, TO_ALL, ["gatewayId"]),
        (ROUTE, {**TO_ALL, "gatewayId": "igw-1", "natGatewayId": "nat-1"}, ["natGatewayId"]),
        (EVENTS, {"eventPattern": "{}", "scheduleExpression": "rate(1 day)"}, []),
        (EVENTS, {}, ["eventPattern"]),
        (ALARM, {"metricName": "CPU", "statistic": "Sum"}, []),
        (ALARM, {"metricQueries": [], "statistic": "Sum"}, ["statistic"]),
        (ALARM, {"metricName": "CPU", "thresholdMetricId": "band", "threshold": 1}, ["threshold"]),
        (DATABASE, {"replicateSourceDb": "arn:aws:rds:x", "username": "app"}, ["username"]),
        (CLUSTER, AUTO, []),
        (CLUSTER, {}, []),
        (CLUSTER, {**AUTO, "storageConfig": {}}, ["storageConfig.blockStorage.enabled"]),
        (CLUSTER, {**AUTO, "computeConfig": {"enabled": False}}, ["computeConfig.enabled"]),
        (CLUSTER, {**AUTO, "computeConfig": {"enabled": UNKNOWN}}, []),
    ],
)
def test_what_does_not_go_together_is_refused(token: str, inputs: dict[str, Any], refused: list[str]) -> None:
    found = [*group_failures(token, inputs), *combination_failures(token, inputs)]
    assert [failure.property for failure in found] == refused


def test_a_refusal_says_what_is_allowed() -> None:
    [failure] = group_failures(INGRESS, {})
    assert failure.reason.startswith("'cidrIpv4' is missing; needed: one of cidrIpv4, cidrIpv6, ")


@pytest.mark.parametrize("token", sorted({*ONE_OF, *AT_LEAST_ONE_OF, *CONFLICTS}))
def test_every_name_is_one_of_the_sdk(token: str) -> None:
    conflicts = CONFLICTS.get(token, {})
    names = {name for group in ONE_OF.get(token, ()) for name in group}
    names |= {
        *AT_LEAST_ONE_OF.get(token, ()),
        *conflicts,
        *(name for group in conflicts.values() for name in group),
    }
    assert names <= resource_type(token).inputs.properties.keys()
