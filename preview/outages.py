"""Outages: what serves is removed or replaced while nothing else can take its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk

# What is missing meanwhile, by type.
SERVES: Mapping[str, str] = {
    "aws:cloudfront/distribution:Distribution": "its sites answer nobody",
    "aws:ec2/internetGateway:InternetGateway": "the network is cut off from the internet",
    "aws:ec2/natGateway:NatGateway": "pods of its zone reach nothing outside",
    "aws:ec2/eip:Eip": "requests come from another address, which others may have to admit",
    "aws:ec2/subnet:Subnet": "what stands in it has to move",
    "aws:ec2/vpc:Vpc": "everything in it has to move",
    "aws:eks/addon:Addon": "what it does for the cluster is not done",
    "aws:eks/cluster:Cluster": "no pod runs",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "nobody comes in by it: CI deploys nothing",
    "aws:lb/listener:Listener": "the load balancer answers nobody",
    "aws:lb/loadBalancer:LoadBalancer": "no request reaches a pod",
    "aws:lb/targetGroup:TargetGroup": "the requests for its service reach no pod",
    "aws:lambda/function:Function": "nobody does its work",
    "aws:route53/record:Record": "its name is not found",
    "aws:route53/zone:Zone": "the domain's names are not found until it points to the new name servers",
    "kubernetes:apps/v1:Deployment": "none of its pods runs",
    "kubernetes:batch/v1:CronJob": "it does not run any more",
    "kubernetes:core/v1:Service": "its name in the cluster leads nowhere",
}
_NAT = "aws:ec2/natGateway:NatGateway"
_RECORD = "aws:route53/record:Record"
_ZONE = "aws:route53/zone:Zone"
_DEPLOYMENT = "kubernetes:apps/v1:Deployment"
# Go with their service, which is told.
_PARTS_OF_A_SERVICE = frozenset(
    {
        "aws:lb/targetGroup:TargetGroup",
        "kubernetes:core/v1:Service",
        "aws:cloudfront/distribution:Distribution",
    }
)
# Nobody misses one that goes: what used it goes with it, or uses another one.
_MISSED_BY_NOBODY = frozenset({"aws:ec2/eip:Eip", "aws:lb/listener:Listener"})
_ADDRESSES = ("A", "AAAA", "CNAME", "MX", "NS")


def outage_risks(change: Change) -> Iterator[Risk]:
    """What serves and goes, or is made anew."""
    services = {step.name for step in change.of(_DEPLOYMENT) if step.verb is Verb.DELETED}
    for step in change.changed:
        missing = SERVES.get(step.type)
        if not missing or not step.gone:
            continue
        if step.type == _NAT and (others := _others(change, step)):
            if step.verb is Verb.REPLACED:
                yield Risk(Kind.INTERRUPTION, step, f"is replaced: meanwhile {missing}", step.forcing)
            else:
                what = (
                    f"is removed: its zone goes out through {others[0].noun}, and is cut off with that one's"
                )
                yield Risk(Kind.PROTECTION, step, what)
        elif step.verb is Verb.REPLACED:
            if not _is_told(change, step):
                yield Risk(
                    Kind.NO_SECOND_COPY, step, f"is replaced: meanwhile {missing}{step.refusal}", step.forcing
                )
        elif not (_is_part(step, services) or _is_missed_by_nobody(change, step)):
            yield Risk(Kind.NO_SECOND_COPY, step, f"is removed: {missing}{step.refusal}")


def _others(change: Change, step: Step) -> list[Step]:
    """Those that do the same in other zones, and stay."""
    alike = change.of(step.type)
    return [each for each in alike if each.area == step.area and each.urn != step.urn and not each.gone]


def _is_told(change: Change, step: Step) -> bool:
    """A record in a zone that is replaced as a whole is part of that; an address is there at once."""
    return step.type == _RECORD and any(zone.verb is Verb.REPLACED for zone in change.of(_ZONE))


def _is_part(step: Step, services: set[str]) -> bool:
    return step.type in _PARTS_OF_A_SERVICE and step.name in services


def _is_missed_by_nobody(change: Change, step: Step) -> bool:
    if step.type == _RECORD:
        return step.before.get("type") not in _ADDRESSES or change.goes_with_another(step)
    return step.type in _MISSED_BY_NOBODY
