"""Access by what something is: whose role pods have, which group people are in, what a user of Redis may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk
from preview.values import at, differs, leaves, lost, on

_POD_ROLE = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_ENTRY = "aws:eks/accessEntry:AccessEntry"
_REDIS_USER = "aws:elasticache/user:User"
_PERMISSION = "aws:lambda/permission:Permission"
_RDS = "aws:rds/instance:Instance"
_SERVICE = "kubernetes:core/v1:Service"
_OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
_DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
_SUBNET = "aws:ec2/subnet:Subnet"


def identity_access(change: Change) -> Iterator[Risk]:
    """Everything of that kind that is wider afterwards."""
    for step in change.changed:
        if step.verb in (Verb.UPDATED, Verb.REPLACED) and step.type in _RULES:
            yield from _RULES[step.type](step)


def _pod_role(step: Step) -> Iterator[Risk]:
    before, after = step.before.get("roleArn"), step.after.get("roleArn")
    if differs(before, after):
        old, new = (str(arn).rpartition("/")[2] for arn in (before, after))
        pods = step.after.get("serviceAccount")
        what = f"gives pods of {pods} the role {new}, instead of {old}"
        yield Risk(Kind.ACCESS, step, what, ("roleArn",))


def _groups(step: Step) -> Iterator[Risk]:
    known = step.before.get("kubernetesGroups") or []
    added = [each for each in step.after.get("kubernetesGroups") or [] if each not in known]
    if added:
        role = str(step.after.get("principalArn", "")).rpartition("/")[2]
        what = f"is in {', '.join(added)} in the cluster"
        yield Risk(Kind.ACCESS, step, what, ("kubernetesGroups",), f"role {role}")


def _redis_user(step: Step) -> Iterator[Risk]:
    """What an access string allows more (redis.io, "ACL": a rule for each word)."""
    before, after = (str(side.get("accessString") or "").split() for side in (step.before, step.after))
    allowed = [word for word in after if word not in before and (word == "on" or word[0] in "+~&%")]
    ends = [word for word in before if word.startswith("-") and word not in after]
    words = [*allowed, *(f"what {word} took" for word in ends)]
    if words:
        yield Risk(Kind.ACCESS, step, f"may do more: {', '.join(words)}", ("accessString",))


def _permission(step: Step) -> Iterator[Risk]:
    gone = tuple(
        name for name in ("sourceAccount", "sourceArn") if lost(step.before.get(name), step.after.get(name))
    )
    if gone:
        what = f"lets {step.after.get('principal')} call the function for anybody: {', '.join(gone)} is gone"
        yield Risk(Kind.ACCESS, step, what, gone)


def _database(step: Step) -> Iterator[Risk]:
    name = "iamDatabaseAuthenticationEnabled"
    if on(step.before.get(name), step.after.get(name)):
        yield Risk(Kind.ACCESS, step, "lets in, without a password, who has rds-db:connect", (name,))


def _service(step: Step) -> Iterator[Risk]:
    before, after = (str(at(side, "spec.type") or "ClusterIP") for side in (step.before, step.after))
    if before != after and after in ("LoadBalancer", "NodePort"):
        what = f"is reached from outside of the cluster ({after}), past the CDN and its firewall"
        yield Risk(Kind.ACCESS, step, what, ("spec.type",))


def _ownership(step: Step) -> Iterator[Risk]:
    path = "rule.objectOwnership"
    if leaves("BucketOwnerEnforced")(at(step.before, path), at(step.after, path)):
        yield Risk(Kind.ACCESS, step, "lets access lists of objects decide, beside the policy", (path,))


def _default_group(step: Step) -> Iterator[Risk]:
    for name, verb in (("ingress", "admits"), ("egress", "reaches")):
        known = step.before.get(name) or []
        added = [each for each in step.after.get(name) or [] if each not in known]
        if added:
            yield Risk(Kind.ACCESS, step, f"{verb} {', '.join(map(_peers, added))}", (name,))


def _peers(rule: Any) -> str:
    named = [*(rule.get("cidrBlocks") or ()), *(rule.get("securityGroups") or ())]
    return ", ".join(named) or "others"


def _subnet(step: Step) -> Iterator[Risk]:
    name = "mapPublicIpOnLaunch"
    if on(step.before.get(name), step.after.get(name)):
        yield Risk(Kind.ACCESS, step, "gives what is started in it an address in the internet", (name,))


_RULES = {
    _POD_ROLE: _pod_role,
    _ENTRY: _groups,
    _REDIS_USER: _redis_user,
    _PERMISSION: _permission,
    _RDS: _database,
    _SERVICE: _service,
    _OWNERSHIP: _ownership,
    _DEFAULT_GROUP: _default_group,
    _SUBNET: _subnet,
}
