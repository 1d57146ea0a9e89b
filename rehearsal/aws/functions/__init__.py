"""The functions of pulumi-aws that the embedded AWS answers: what ordinary programs look up.

Each is answered from what is in the embedded AWS at that moment, as AWS would answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from rehearsal.aws.functions import identity, lookups, network
from rehearsal.aws.functions.asked import Asked
from rehearsal.aws.functions.policy_document import policy_document
from rehearsal.providers.provider import Properties, ProviderError

FUNCTIONS: Mapping[str, Callable[[Asked], Properties]] = MappingProxyType(
    {
        "aws:acm/getCertificate:getCertificate": lookups.certificate,
        "aws:ec2/getAmi:getAmi": network.image,
        "aws:ec2/getSecurityGroup:getSecurityGroup": network.security_group,
        "aws:ec2/getSubnet:getSubnet": network.subnet,
        "aws:ec2/getSubnets:getSubnets": network.subnets,
        "aws:ec2/getVpc:getVpc": network.vpc,
        "aws:ecr/getRepository:getRepository": lookups.repository,
        "aws:eks/getCluster:getCluster": lookups.cluster,
        "aws:eks/getClusterAuth:getClusterAuth": lookups.cluster_auth,
        "aws:iam/getPolicy:getPolicy": lookups.policy,
        "aws:iam/getPolicyDocument:getPolicyDocument": policy_document,
        "aws:iam/getRole:getRole": lookups.role,
        "aws:index/getAvailabilityZones:getAvailabilityZones": identity.availability_zones,
        "aws:index/getCallerIdentity:getCallerIdentity": identity.caller_identity,
        "aws:index/getPartition:getPartition": identity.partition,
        "aws:index/getRegion:getRegion": identity.region,
        "aws:index/getServicePrincipal:getServicePrincipal": identity.service_principal,
        "aws:kms/getAlias:getAlias": lookups.alias,
        "aws:kms/getKey:getKey": lookups.key,
        "aws:route53/getZone:getZone": lookups.zone,
        "aws:s3/getBucket:getBucket": lookups.bucket,
        "aws:secretsmanager/getSecret:getSecret": lookups.secret,
        "aws:secretsmanager/getSecretVersion:getSecretVersion": lookups.secret_version,
        "aws:ssm/getParameter:getParameter": lookups.parameter,
    }
)


def answer(token: str, asked: Asked) -> Properties:
    """What a function answers; its arguments are part of it, as AWS's provider has it.

    Raises:
        ProviderError: the embedded AWS does not answer it, or what is looked for is not there.
    """
    function = FUNCTIONS.get(token)
    if function is None:
        known = ", ".join(sorted(name.rpartition(":")[2] for name in FUNCTIONS))
        raise ProviderError(
            f"the embedded AWS does not answer {token.rpartition(':')[2]} ({token}); it answers: {known}. "
            "Take the value from the resource itself or from the configuration, or add the function to "
            "rehearsal/aws/functions"
        )
    return {**asked.arguments, **function(asked)}
