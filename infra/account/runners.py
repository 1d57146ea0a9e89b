"""Machines inside the network on which CI's jobs run: CodeBuild-hosted runners of GitHub Actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch, codebuild, ec2
from pulumi_aws import iam as aws_iam

from infra import iam
from infra.common import CommonArgsWithKeys
from infra.foundations import ports
from infra.foundations.security_rules import grant_connection, grant_https, grant_ingress

# 7 GB and 4 vCPU (CodeBuild user guide, "Build environment compute types"): a deployment of prod needs half.
COMPUTE = "BUILD_GENERAL1_MEDIUM"
# Kept current by AWS (user guide, "Docker images provided by CodeBuild").
IMAGE = "aws/codebuild/standard:7.0"
# A job may wait for its rollout and watch for half an hour; CodeBuild's maximum is 36 hours.
TIMEOUT_MINUTES = 240


@dataclass(frozen=True)
class RunnersArgs:
    """Where they are, and for whom.

    Args:
        common: names, rules and keys of their place.
        repository: on GitHub, owner and name.
        connection: ARN of the connection to GitHub.
        vpc_id: the network.
        subnet_ids: private subnets, with a way to the internet: GitHub is there.
        cluster_security_group_id: of the cluster's API.
        endpoint_security_group_id: of the network's interface endpoints; None where there are none.
    """

    common: CommonArgsWithKeys
    repository: str
    connection: str
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    cluster_security_group_id: pulumi.Input[str]
    endpoint_security_group_id: pulumi.Input[str] | None


class Runners(pulumi.ComponentResource):
    """A project of CodeBuild that becomes a runner for each job that waits for one. Keeps DEP-1.

    Produces the project and its webhook (event WORKFLOW_JOB_QUEUED), a log, a security group that reaches
    the cluster's API and HTTPS, and a role that can do nothing in the account: a job takes the roles of
    GitHub's environment, as everywhere.
    """

    def __init__(self, name: str, args: RunnersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:deployment:Runners", name, None, opts)
        self._args, self._here = args, pulumi.ResourceOptions(parent=self)
        self._name = args.common.naming.named("runners")
        logs = cloudwatch.LogGroup(
            "runners",
            name=f"/aws/codebuild/{self._name}",
            retention_in_days=args.common.log_retention,
            kms_key_id=args.common.log_key,
            opts=self._here,
        )
        role, policy = self._role(logs)
        project = self._project(role, policy, logs)
        # A job asks for a runner by the project's name (user guide, "About the CodeBuild-hosted GitHub
        # Actions runner").
        queued = codebuild.WebhookFilterGroupFilterArgs(type="EVENT", pattern="WORKFLOW_JOB_QUEUED")
        codebuild.Webhook(
            "runners",
            project_name=project.name,
            build_type="BUILD",
            filter_groups=[codebuild.WebhookFilterGroupArgs(filters=[queued])],
            opts=self._here,
        )
        self.register_outputs({})

    def _project(
        self, role: aws_iam.Role, policy: pulumi.Resource, logs: cloudwatch.LogGroup
    ) -> codebuild.Project:
        args = self._args
        return codebuild.Project(
            "runners",
            name=self._name,
            description="Runners of GitHub Actions inside the network",
            service_role=role.arn,
            build_timeout=TIMEOUT_MINUTES,
            source=codebuild.ProjectSourceArgs(
                type="GITHUB",
                location=f"https://github.com/{args.repository}.git",
                auth=codebuild.ProjectSourceAuthArgs(type="CODECONNECTIONS", resource=args.connection),
            ),
            artifacts=codebuild.ProjectArtifactsArgs(type="NO_ARTIFACTS"),
            environment=codebuild.ProjectEnvironmentArgs(
                type="LINUX_CONTAINER", compute_type=COMPUTE, image=IMAGE
            ),
            vpc_config=codebuild.ProjectVpcConfigArgs(
                vpc_id=args.vpc_id,
                subnets=list(args.subnet_ids),
                security_group_ids=[self._security_group()],
            ),
            logs_config=codebuild.ProjectLogsConfigArgs(
                cloudwatch_logs=codebuild.ProjectLogsConfigCloudwatchLogsArgs(
                    status="ENABLED", group_name=logs.name
                )
            ),
            # CodeBuild looks at once whether the role may make interfaces in the network and use the
            # connection; the webhook comes after the project. Without that order AWS says "Access denied to
            # connection" (github.com/aws/aws-cdk/issues/31726 and 38504).
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )

    def _security_group(self) -> pulumi.Output[str]:
        args = self._args
        group = ec2.SecurityGroup(
            "runners",
            name=self._name,
            description="Runners of CI",
            vpc_id=args.vpc_id,
            tags={"Name": self._name},
            opts=self._here,
        )
        grant_https("runners-https", "GitHub, package registries, APIs of AWS", group=group.id, parent=self)
        grant_connection(
            "runners-cluster",
            leaving="The API of the cluster",
            arriving="Runners of CI deploy",
            source=group.id,
            destination=args.cluster_security_group_id,
            port=ports.HTTPS,
            parent=self,
        )
        if args.endpoint_security_group_id is not None:
            grant_ingress(
                "runners-endpoints",
                "Runners of CI call AWS APIs",
                group=args.endpoint_security_group_id,
                source=group.id,
                port=ports.HTTPS,
                parent=self,
            )
        return group.id

    def _role(self, logs: cloudwatch.LogGroup) -> tuple[aws_iam.Role, aws_iam.RolePolicy]:
        args, naming = self._args, self._args.common.naming
        project = naming.arn("codebuild", f"project/{self._name}")
        trust = iam.trust_service("codebuild.amazonaws.com", account=naming.account, source=project)
        role = aws_iam.Role(
            "runners",
            name=self._name,
            description="CI's runners: their logs, their place in the network, their connection to GitHub",
            assume_role_policy=iam.document(trust),
            opts=self._here,
        )
        policy = aws_iam.RolePolicy(
            "runners",
            name="run",
            role=role.name,
            policy=iam.document(
                iam.write_log_streams(logs.arn),
                iam.use_connection(args.connection),
                *iam.codebuild_interfaces(naming),
            ),
            opts=self._here,
        )
        return role, policy
