"""Access to the backup account: images go in, images and snapshots come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import ecr
from pulumi_aws import iam as aws_iam

from infra import iam
from infra.configuration.backup_account import COPY_ROLE
from infra.naming import Naming
from infra.recovery.aws_policies import BACKUP_POLICIES


@dataclass(frozen=True)
class AccessArgs:
    """Who does what.

    Args:
        naming: names, of the backup account.
        account: the environment's account, as a principal.
        recover: ARN of the role that pulls images on the day.
        repositories: names of those of this account, by the system file's.
    """

    naming: Naming
    account: str
    recover: str
    repositories: Mapping[str, pulumi.Input[str]]


class Access(pulumi.ComponentResource):
    """What the environment's account may do with images here, and the role that copies snapshots back.

    Produces the registry's policy, a policy for each repository, and a role for AWS Backup.
    """

    def __init__(self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:backup:Access", name, None, opts)
        here, naming = pulumi.ResourceOptions(parent=self), args.naming
        ecr.RegistryPolicy(
            "images",
            policy=iam.document(
                iam.replicate_images(args.account, naming.arn("ecr", f"repository/{naming.system}/*"))
            ),
            opts=here,
        )
        for logical, repository in args.repositories.items():
            ecr.RepositoryPolicy(
                logical,
                repository=repository,
                policy=iam.document(iam.pull_images(args.account, args.recover)),
                opts=here,
            )
        role = aws_iam.Role(
            COPY_ROLE,
            name=naming.named(COPY_ROLE),
            description="AWS Backup copies snapshots back",
            assume_role_policy=iam.document(iam.trust_service("backup.amazonaws.com")),
            opts=here,
        )
        aws_iam.RolePolicyAttachment(
            COPY_ROLE,
            role=role.name,
            policy_arn=f"arn:aws:iam::aws:policy/{BACKUP_POLICIES['backup']}",
            opts=here,
        )
        self.register_outputs({})
