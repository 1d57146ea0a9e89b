"""Identity of a service in AWS: the role of its pods, with exactly what the service names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import eks
from pulumi_aws import iam as aws_iam

from infra import iam
from infra.common import CommonArgsWithKeys
from infra.foundations.settling import settled_when_made


@dataclass(frozen=True)
class IdentityArgs:
    """Whose identity it is, and what it may do.

    Args:
        common: names, rules and keys of its place.
        service: whose pods have it; their service account is called like it.
        role_name: of the IAM role.
        secret_arns: of the entries that they read.
        bucket_arns: of the buckets that they work with.
        others_folders: ARNs of what is not their business there.
        namespace: of the pods.
        cluster_name: where they are.
        cluster_arn: likewise.
    """

    common: CommonArgsWithKeys
    service: str
    role_name: str
    secret_arns: Sequence[pulumi.Input[str]]
    bucket_arns: Sequence[pulumi.Input[str]]
    others_folders: Sequence[str]
    namespace: str
    cluster_name: pulumi.Input[str]
    cluster_arn: pulumi.Input[str]


def declare_identity(args: IdentityArgs, parent: pulumi.Resource) -> list[pulumi.Resource]:
    """The role, what it may do, and EKS's knowledge of both: what pods have to wait for."""
    service, here = args.service, pulumi.ResourceOptions(parent=parent)
    trust = iam.trust_pods(cluster=args.cluster_arn, namespace=args.namespace, service_account=service)
    role = aws_iam.Role(
        f"service-{service}",
        name=args.role_name,
        description=f"Pods of the service {service}",
        assume_role_policy=iam.document(trust),
        opts=here,
    )
    granted: list[pulumi.Resource] = []
    if statements := _statements(args):
        policy = aws_iam.RolePolicy(
            f"service-{service}",
            name="what-it-names",
            role=role.name,
            policy=iam.document(*statements),
            opts=here,
        )
        granted.append(policy)
    association = eks.PodIdentityAssociation(
        service,
        cluster_name=args.cluster_name,
        namespace=args.namespace,
        service_account=service,
        role_arn=role.arn,
        # A pod that EKS admits before it knows of this has no identity for as long as it lives.
        opts=pulumi.ResourceOptions(parent=parent, hooks=settled_when_made(f"identity-{service}")),
    )
    return [association, *granted]


def _statements(args: IdentityArgs) -> list[iam.Statement]:
    region, statements = args.common.naming.region, []
    if args.secret_arns:
        key = iam.Key(args.common.secrets_key, region)
        statements += iam.encrypted.read_secrets(args.secret_arns, key)
    if args.bucket_arns:
        key = iam.Key(args.common.data_key, region)
        statements += iam.encrypted.work_with_objects(args.bucket_arns, key)
    if args.others_folders:
        statements.append(iam.keep_out(args.others_folders))
    return statements
