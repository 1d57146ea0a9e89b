"""Arguments of which AWS's provider takes one, or that it does not take together.

Source: `ExactlyOneOf`, `AtLeastOneOf` and `ConflictsWith` of the types that the program uses, and the plugin
framework's checks of that kind, in terraform-provider-aws (the version in tools/aws-provider/go.mod); beside
each type is the file below internal/service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.providers.provider import CheckFailure

# ec2/vpc_security_group_ingress_rule.go, for both directions
_PEERS = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")

ONE_OF: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "aws:acm/certificate:Certificate": (("domainName", "privateKey"),),  # acm/certificate.go
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": (
        ("policyName", "resourceArn"),
    ),  # logs/resource_policy.go
    # cloudwatch/metric_alarm.go
    "aws:cloudwatch/metricAlarm:MetricAlarm": (("metricName", "metricQueries", "evaluationCriteria"),),
    "aws:ec2/flowLog:FlowLog": (  # ec2/vpc_flow_log.go
        (
            "vpcId",
            "subnetId",
            "eniId",
            "transitGatewayId",
            "transitGatewayAttachmentId",
            "regionalNatGatewayId",
        ),
    ),
    "aws:ec2/route:Route": (  # ec2/vpc_route.go
        ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"),
        (
            "gatewayId",
            "natGatewayId",
            "egressOnlyGatewayId",
            "transitGatewayId",
            "vpcEndpointId",
            "vpcPeeringConnectionId",
            "networkInterfaceId",
            "carrierGatewayId",
            "coreNetworkArn",
            "localGatewayId",
            "odbNetworkArn",
        ),
    ),
    # ec2/vpc_route_table_association.go
    "aws:ec2/routeTableAssociation:RouteTableAssociation": (("subnetId", "gatewayId"),),
    "aws:lambda/function:Function": (("code", "imageUri", "s3Bucket"),),  # lambda/function.go
    "aws:lb/loadBalancer:LoadBalancer": (("subnets", "subnetMappings"),),  # elbv2/load_balancer.go
    "aws:route53/record:Record": (("records", "aliases"),),  # route53/record.go
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (_PEERS,),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (_PEERS,),
}

AT_LEAST_ONE_OF: Mapping[str, tuple[str, ...]] = {
    "aws:cloudwatch/eventRule:EventRule": ("eventPattern", "scheduleExpression"),  # events/rule.go
}

# Where the first is given, none of the others may be.
CONFLICTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "metricQueries": ("dimensions", "namespace", "period", "statistic", "extendedStatistic", "unit"),
        "thresholdMetricId": ("threshold",),
        "statistic": ("extendedStatistic",),
    },
    "aws:rds/instance:Instance": {  # rds/instance.go
        "replicateSourceDb": ("username", "dbName"),
        "manageMasterUserPassword": ("password",),
    },
    "aws:route53/record:Record": {"aliases": ("ttl",)},
}


def group_failures(token: str, given: Mapping[str, Any]) -> list[CheckFailure]:
    """What is missing or too much; a value that is not known yet is given."""
    return [CheckFailure(name, f"'{name}' {reason}") for name, reason in _refusals(token, given)]


def _refusals(token: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    there = {name for name, value in given.items() if value is not None}
    for group in ONE_OF.get(token, ()):
        found = [name for name in group if name in there]
        if not found:
            yield group[0], f"is missing; needed: one of {', '.join(group)}"
        elif len(found) > 1:
            yield found[1], f"is given together with {found[0]}; allowed: one of {', '.join(group)}"
    group = AT_LEAST_ONE_OF.get(token, ())
    if group and not there.intersection(group):
        yield group[0], f"is missing; needed: at least one of {', '.join(group)}"
    for name, excluded in CONFLICTS.get(token, {}).items():
        if name in there:
            for other in excluded:
                if other in there:
                    yield other, f"is given together with {name}; allowed: one of them"
