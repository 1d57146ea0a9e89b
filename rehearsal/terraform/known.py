"""Differences from AWS's provider that are known, each with its reason: data for the comparison.

A reason that nothing meets any more is told when everything was looked at, so that none stays for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rehearsal.terraform.findings import Finding, Rule


@dataclass(frozen=True)
class Known:
    """Findings of a rule about a property of a type, as the finding names it."""

    rule: Rule
    token: str
    place: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is this one."""
        return (finding.rule, finding.token, finding.place) == (self.rule, self.token, self.place)


_NEWER = (
    "A later provider, which pulumi-aws wraps (`LOOKED_UP` in rehearsal/aws/difference_table.py), keeps the "
    "identifier in lower case."
)

_CLUSTER = "aws:eks/cluster:Cluster"
_NO_CLUSTER = "moto has one address for all clusters and no authority: they are told in EKS's form."
_NO_ENCRYPTION = "moto has no AssociateEncryptionConfig, so that after a change the state's value stands."

KNOWN: tuple[Known, ...] = (
    Known(
        Rule.SCHEMA,
        "aws:cloudfront/function:Function",
        "tags",
        "The provider has tags of a function since a later version than the pinned one; pulumi-aws has them.",
    ),
    Known(Rule.CHANGE, "aws:elasticache/user:User", "userId other case", _NEWER),
    Known(Rule.CHANGE, "aws:elasticache/userGroup:UserGroup", "userGroupId other case", _NEWER),
    Known(
        Rule.CHANGE,
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "engine other case",
        "The provider takes REDIS for another engine than redis, and ElastiCache has no such engine.",
    ),
    Known(
        Rule.TOLD,
        "aws:acm/certificate:Certificate",
        "status",
        "AWS issues a certificate when it is validated, and moto by itself after a minute.",
    ),
    Known(Rule.TOLD, _CLUSTER, "endpoint", _NO_CLUSTER),
    Known(Rule.TOLD, _CLUSTER, "certificateAuthority", _NO_CLUSTER),
    Known(
        Rule.TOLD,
        "aws:sns/topic:Topic",
        "policy",
        "It is what a topic is made with; a TopicPolicy writes another one afterwards.",
    ),
    Known(Rule.SEEN, _CLUSTER, "encryptionConfig.provider.keyArn", _NO_ENCRYPTION),
    Known(Rule.SEEN, _CLUSTER, "encryptionConfig.resources", _NO_ENCRYPTION),
    Known(
        Rule.SEEN,
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "numCacheClusters",
        "moto has no IncreaseReplicaCount, so that after a change the state's number stands.",
    ),
    Known(
        Rule.SEEN,
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "clientIdLists",
        "moto has no AddClientIDToOpenIDConnectProvider, so that after a change the state's list stands.",
    ),
    Known(
        Rule.SEEN,
        "aws:s3/bucket:Bucket",
        "objectLockEnabled",
        "A bucket's lock is a resource of its own, whose refresh reads it.",
    ),
    Known(
        Rule.CHANGE,
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "privateDnsEnabled added",
        "It is of interface endpoints; with gateways, which answer no names, the provider passes over it.",
    ),
)


def is_known(finding: Finding, known: Iterable[Known] = KNOWN) -> bool:
    """Whether a finding has a reason."""
    return any(each.covers(finding) for each in known)


def unused(findings: Iterable[Finding], known: Iterable[Known] = KNOWN) -> list[Known]:
    """Those that no finding meets."""
    met = list(findings)
    return [each for each in known if not any(each.covers(finding) for finding in met)]
