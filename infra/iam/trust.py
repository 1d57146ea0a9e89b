"""Trust: statements about who may take a role."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.configuration.source import GITHUB_AUDIENCE, GITHUB_ISSUER
from infra.iam.documents import Arn, Statement, allow
from infra.naming import Naming


def trust_service(
    service: str, *, account: str | None = None, source: Arn | None = None, tag_session: bool = False
) -> Statement:
    """An AWS service may take the role.

    Args:
        service: `rds.amazonaws.com` and the like.
        account: the account that the service has to act for (no confused deputy), where it says so.
        source: narrower still, the ARN of the resource that it acts for.
        tag_session: EKS tags its sessions.
    """
    actions = ["sts:AssumeRole", "sts:TagSession"] if tag_session else ["sts:AssumeRole"]
    condition: dict[str, Any] = {}
    if account is not None:
        condition["StringEquals"] = {"aws:SourceAccount": account}
    if source is not None:
        condition["ArnLike"] = {"aws:SourceArn": source}
    return allow("TrustService", actions, principal={"Service": service}, condition=condition or None)


def trust_account(root_arn: str) -> Statement:
    """Whoever an account lets take its roles may take this one."""
    return allow("TrustAccount", ["sts:AssumeRole"], principal={"AWS": root_arn})


def trust_pods(*, cluster: Arn, namespace: str, service_account: str) -> Statement:
    """Pods of one service account in one cluster may take the role, through EKS Pod Identity.

    EKS tags each session with where the pod is (EKS user guide, "session tags").
    """
    return allow(
        "TrustPods",
        ["sts:AssumeRole", "sts:TagSession"],
        principal={"Service": "pods.eks.amazonaws.com"},
        condition={
            "StringEquals": {
                "aws:RequestTag/eks-cluster-arn": cluster,
                "aws:RequestTag/kubernetes-namespace": namespace,
                "aws:RequestTag/kubernetes-service-account": service_account,
            }
        },
    )


def trust_github(provider: Arn, *, subjects: Sequence[str], environment: str) -> Statement:
    """Runners of GitHub that work for one environment of one repository may take the role.

    Args:
        provider: ARN of GitHub's identity provider in the account.
        subjects: how GitHub's tokens may name the repository.
        environment: of GitHub, which is part of `sub` (its documentation, "OpenID Connect reference"). The
            environment's own rules decide which branches get there.
    """
    named = [f"{subject}:environment:{environment}" for subject in subjects]
    return allow(
        "TrustGitHub",
        ["sts:AssumeRoleWithWebIdentity"],
        principal={"Federated": provider},
        condition={
            "StringEquals": {
                f"{GITHUB_ISSUER}:aud": GITHUB_AUDIENCE,
                f"{GITHUB_ISSUER}:sub": named if len(named) > 1 else named[0],
            }
        },
    )


def take_roles(roles: Sequence[str]) -> Statement:
    """Take other roles; nothing else."""
    return allow("TakeRoles", ["sts:AssumeRole"], roles)


def use_connection(connection: str) -> Statement:
    """Use a connection to GitHub, for a project of CodeBuild (its user guide, "GitHub App connections").

    UseConnection is not in the guide, and CreateProject asks for it (github.com/aws/aws-cdk/issues/38504).
    """
    actions = ["GetConnection", "GetConnectionToken", "UseConnection"]
    return allow("UseConnection", [f"codeconnections:{action}" for action in actions], [connection])


def function_interfaces(naming: Naming) -> list[Statement]:
    """Be in a network, for a function, as AWS's own AWSLambdaVPCAccessExecutionRole.

    The interfaces do not exist yet: Lambda takes those of an account and a region together, and nothing but
    "*" where it looks (Lambda developer guide, "Giving functions access to a VPC", required permissions).
    """
    return [
        allow(
            "MakeInterfaces",
            [
                "ec2:AssignPrivateIpAddresses",
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:UnassignPrivateIpAddresses",
            ],
            [naming.arn("ec2", "*/*")],
        ),
        allow("FindInterfaces", ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"], ["*"]),
    ]


def codebuild_interfaces(naming: Naming) -> list[Statement]:
    """Be in a network, for a project of CodeBuild (its user guide, "Allow CodeBuild access to AWS services
    required to create a VPC network interface")."""
    return [
        # No narrower right allows these.
        allow(
            "MakeInterfaces",
            [
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            ["*"],
        ),
        allow(
            "LendInterfaces",
            ["ec2:CreateNetworkInterfacePermission"],
            [naming.arn("ec2", "network-interface/*")],
            condition={"StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"}},
        ),
    ]
