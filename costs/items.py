"""Items that a resource is paid for by time, from its inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from costs.facts import Item

Inputs = Mapping[str, Any]
_Rule = Callable[[Inputs, str], Iterator[Item]]


def items_of(resource_type: str, inputs: Inputs, region: str) -> list[Item]:
    """The items of a resource; none for a type that has none.

    Args:
        resource_type: its token.
        inputs: as the engine has them.
        region: of its provider.
    """
    rule = RULES.get(resource_type)
    return list(rule(inputs, region)) if rule else []


def _one(what: str) -> _Rule:
    return lambda inputs, region: iter([Item(what, 1, region)])


def _endpoint(inputs: Inputs, region: str) -> Iterator[Item]:
    # Gateway endpoints are free (VPC user guide, "Gateway endpoints").
    if inputs.get("vpcEndpointType") == "Interface":
        yield Item("interface endpoint in a zone", len(inputs.get("subnetIds") or ()), region)


def _balancer(inputs: Inputs, region: str) -> Iterator[Item]:
    yield Item("load balancer", 1, region)
    if inputs.get("internal") is not True:
        # One address in each zone (VPC pricing, "Public IPv4 addresses"; ELB user guide, subnets).
        yield Item("public IPv4 address", len(inputs.get("subnets") or ()), region)


def _database(inputs: Inputs, region: str) -> Iterator[Item]:
    standby = " with a standby" if inputs.get("multiAz") else ""
    yield Item(f"{inputs.get('instanceClass')}{standby}", 1, region)
    if size := inputs.get("allocatedStorage"):
        yield Item(f"RDS storage {inputs.get('storageType', 'gp2')}{standby}", float(size), region)
    elif inputs.get("replicateSourceDb"):
        yield Item("RDS storage of a replica", 1, region)
    # Seven days are free (RDS user guide, "Performance Insights pricing").
    if (inputs.get("performanceInsightsRetentionPeriod") or 0) > 7:
        yield Item(f"performance history of {inputs.get('instanceClass')}", 1, region)


def _redis(inputs: Inputs, region: str) -> Iterator[Item]:
    yield Item(str(inputs.get("nodeType")), float(inputs.get("numCacheClusters") or 1), region)


def _secret(inputs: Inputs, region: str) -> Iterator[Item]:
    yield Item("secret", 1, region)
    for replica in inputs.get("replicas") or ():
        # A copy is paid for like a secret (Secrets Manager pricing).
        yield Item("secret", 1, str(replica.get("region", "")))


def _alarm(inputs: Inputs, region: str) -> Iterator[Item]:
    # Each metric of an expression counts (CloudWatch pricing, alarms).
    queries = inputs.get("metricQueries") or ()
    yield Item("metric of an alarm", max(1, sum("metric" in query for query in queries)), region)


def _firewall(inputs: Inputs, region: str) -> Iterator[Item]:
    yield Item("firewall", 1)
    yield Item("rule of a firewall", len(inputs.get("rules") or ()))


RULES: Mapping[str, _Rule] = {
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _one("composite alarm"),
    "aws:cloudwatch/dashboard:Dashboard": _one("dashboard"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:ec2/eip:Eip": _one("public IPv4 address"),
    "aws:ec2/natGateway:NatGateway": _one("NAT gateway"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    "aws:eks/cluster:Cluster": _one("EKS cluster"),
    "aws:elasticache/replicationGroup:ReplicationGroup": _redis,
    "aws:kms/key:Key": _one("key"),
    "aws:kms/replicaKey:ReplicaKey": _one("key"),
    "aws:lb/loadBalancer:LoadBalancer": _balancer,
    "aws:rds/instance:Instance": _database,
    "aws:route53/healthCheck:HealthCheck": lambda inputs, region: iter([Item("health check over HTTPS", 1)]),
    "aws:route53/zone:Zone": lambda inputs, region: iter([Item("hosted zone", 1)]),
    "aws:secretsmanager/secret:Secret": _secret,
    "aws:wafv2/webAcl:WebAcl": _firewall,
}
