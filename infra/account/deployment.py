"""CI's way into the account: a role for GitHub's runners, without any key that could be lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import iam as aws_iam

from infra import iam
from infra.configuration.singletons import Singleton
from infra.configuration.source import GITHUB_AUDIENCE, GITHUB_ISSUER, GITHUB_SESSION_SECONDS
from infra.foundations.adoption import told_how_to_adopt
from infra.naming import Naming


@dataclass(frozen=True)
class DeploymentArgs:
    """Who may deploy.

    Args:
        subjects: how GitHub's tokens name the repository whose environment may deploy.
        has_provider: the account has GitHub's identity provider already.
        deploy_role: the role of the account that deploys, by name; it exists before this program does.
    """

    naming: Naming
    subjects: Sequence[str]
    has_provider: bool
    deploy_role: str


class Deployment(pulumi.ComponentResource):
    """GitHub's identity provider and one role for one environment of one repository. Keeps SEC-7.

    The role can do one thing: take the deploy role. What that one may do is decided outside of the program
    that it runs, which therefore cannot give itself more; and a boundary keeps whatever policy somebody
    attaches to this one from adding to it. The deploy role has to trust this one.
    """

    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: DeploymentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:deployment:Deployment", name, None, opts)
        naming, here = args.naming, pulumi.ResourceOptions(parent=self)
        provider = self._identity_provider(args)
        may_deploy = iam.document(iam.take_roles([naming.role_arn(args.deploy_role)]))
        boundary = aws_iam.Policy(
            "github-boundary",
            name=naming.named("github-boundary"),
            description="The most that GitHub's runners can be allowed",
            policy=may_deploy,
            opts=here,
        )
        role = aws_iam.Role(
            "github",
            name=naming.deployment_role,
            description=f"GitHub's environment {naming.environment} deploys",
            assume_role_policy=iam.document(
                iam.trust_github(provider, subjects=args.subjects, environment=naming.environment)
            ),
            permissions_boundary=boundary.arn,
            max_session_duration=GITHUB_SESSION_SECONDS,
            opts=here,
        )
        aws_iam.RolePolicy("github", name="deploy", role=role.name, policy=may_deploy, opts=here)
        self.role_arn = role.arn
        self.register_outputs({})

    def _identity_provider(self, args: DeploymentArgs) -> pulumi.Input[str]:
        """The ARN of GitHub's identity provider, which an account has once."""
        if args.has_provider:
            return args.naming.identity_provider_arn(GITHUB_ISSUER)
        return aws_iam.OpenIdConnectProvider(
            "github",
            url=f"https://{GITHUB_ISSUER}",
            client_id_lists=[GITHUB_AUDIENCE],
            opts=pulumi.ResourceOptions(parent=self, hooks=told_how_to_adopt(Singleton.GITHUB_PROVIDER)),
        ).arn
