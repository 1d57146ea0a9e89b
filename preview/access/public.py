"""Access from the internet that is there afterwards and was not before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk
from preview.values import at, grows, off, on

_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
_CDN = "aws:cloudfront/distribution:Distribution"
_RDS = "aws:rds/instance:Instance"
_EKS = "aws:eks/cluster:Cluster"
_URL = "aws:lambda/functionUrl:FunctionUrl"
_LISTENER = "aws:lb/listener:Listener"
_LISTENER_RULE = "aws:lb/listenerRule:ListenerRule"
_USER = "aws:elasticache/user:User"
_USERS = "aws:elasticache/userGroup:UserGroup"
_OPEN_USER = "default"
_CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
_POLICIES_HOLD = "data.enable-network-policy-controller"
_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def public_access(change: Change) -> Iterator[Risk]:
    """Things that become public."""
    for step in change.changed:
        if step.verb in (Verb.DELETED, Verb.FORGOTTEN):
            if step.type == _BLOCK and not change.goes_with_another(step):
                yield Risk(Kind.ACCESS, step, "is deleted: the bucket may be made public")
            if step.type == _CONFIG_MAP and on(None, at(step.before, _POLICIES_HOLD)):
                # VPC CNI, "Enable network policies with EKS Auto Mode": the switch is this ConfigMap.
                what = "is deleted: no network policy holds any more, unless another one switches them on"
                yield Risk(Kind.ACCESS, step, what)
        else:
            yield from _opened(step)
            yield from _without_password(step)
            if step.before:
                yield from _past_the_cdn(step)


def _opened(step: Step) -> Iterator[Risk]:
    before, after = step.before, step.after
    if step.type == _BLOCK:
        switched = tuple(name for name in _BLOCKS if off(before.get(name), after.get(name)))
        if switched:
            yield Risk(Kind.ACCESS, step, "lets the bucket be made public", switched)
    elif step.type == _RDS and on(before.get("publiclyAccessible"), after.get("publiclyAccessible")):
        yield Risk(Kind.ACCESS, step, "gets an address in the internet", ("publiclyAccessible",))
    elif step.type == _BALANCER and after.get("internal") is False and before.get("internal") is not False:
        yield Risk(Kind.ACCESS, step, "answers the internet", ("internal",))
    elif step.type == _URL and after.get("authorizationType") == "NONE":
        if before.get("authorizationType") != "NONE":
            yield Risk(Kind.ACCESS, step, "may be called by everybody", ("authorizationType",))
    elif step.type == _CDN:
        hosts = [host for host in after.get("aliases") or [] if host not in (before.get("aliases") or [])]
        if hosts:
            yield Risk(Kind.ACCESS, step, f"answers the internet as {', '.join(hosts)}", ("aliases",))
    elif step.type == _EKS and before:
        yield from _cluster(step)


def _past_the_cdn(step: Step) -> Iterator[Risk]:
    """The load balancer answers what brings the CDN's header along, and nobody else."""
    if step.type not in (_LISTENER, _LISTENER_RULE):
        return
    before, after = (_headers(side) for side in (step.before, step.after))
    if gone := sorted(before - after):
        what = f"answers requests without {', '.join(gone)}: they come past the CDN and its firewall"
        yield Risk(Kind.ACCESS, step, what, ("conditions",))
    old, new = (
        {each.get("type") for each in side.get("defaultActions") or []} for side in (step.before, step.after)
    )
    if "forward" in new - old:
        what = "hands on what no rule is about: it comes past the CDN and its firewall"
        yield Risk(Kind.ACCESS, step, what, ("defaultActions",))


def _without_password(step: Step) -> Iterator[Risk]:
    """Users of Redis that log in without one; that which AWS makes is one of these, and has all rights.

    ElastiCache user guide, "Role-Based Access Control (RBAC)".
    """
    open_, was = (
        at(side, "authenticationMode.type") == "no-password-required" or side.get("noPasswordRequired")
        for side in (step.after, step.before)
    )
    if step.type == _USER and open_ and not was:
        yield Risk(Kind.ACCESS, step, "logs in without a password", ("authenticationMode",))
    users = [side.get("userIds") for side in (step.before, step.after)]
    if step.type == _USERS and grows(*users) and _OPEN_USER in (users[1] or ()):
        what = "has AWS's own user `default`: whoever reaches it may do everything, without a password"
        yield Risk(Kind.ACCESS, step, what, ("userIds",))


def _headers(rule: Mapping[str, Any]) -> set[str]:
    found = (each.get("httpHeader") or {} for each in rule.get("conditions") or [])
    return {str(each["httpHeaderName"]) for each in found if each.get("httpHeaderName")}


def _cluster(step: Step) -> Iterator[Risk]:
    path = "vpcConfig.publicAccessCidrs"
    if on(*(at(side, "vpcConfig.endpointPublicAccess") for side in (step.before, step.after))):
        yield Risk(
            Kind.ACCESS, step, "has an API that the internet reaches", ("vpcConfig.endpointPublicAccess",)
        )
    known = at(step.before, path) or []
    networks = [each for each in at(step.after, path) or [] if each not in known]
    if networks:
        yield Risk(Kind.ACCESS, step, f"admits {', '.join(networks)} to its API", (path,))
