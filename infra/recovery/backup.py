"""AWS Backup: daily snapshots of what cannot be made again, and copies where the region cannot take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pulumi
from pulumi_aws import backup
from pulumi_aws import iam as aws_iam

from infra import iam
from infra.foundations.replacement import delete_before_replace
from infra.naming import Naming

# AWS Backup takes no snapshot of RDS in the hour before the instance's own backup (02:00) or maintenance
# (Sunday 04:00) and while they last (developer guide, "Amazon RDS backups").
SCHEDULE = "cron(0 6 * * ? *)"
START_WINDOW_MINUTES = 60
COMPLETION_WINDOW_MINUTES = 8 * 60

# AWS's own: what AWS Backup needs for S3 changes with it, and a job that lacks a right fails (developer
# guide, "Managed policies for AWS Backup").
BACKUP_POLICIES = MappingProxyType(
    {
        "backup": "service-role/AWSBackupServiceRolePolicyForBackup",
        "backup-s3": "AWSBackupServiceRolePolicyForS3Backup",
    }
)
RESTORE_POLICIES = MappingProxyType(
    {
        "restore": "service-role/AWSBackupServiceRolePolicyForRestores",
        "restore-s3": "AWSBackupServiceRolePolicyForS3Restore",
    }
)

# What no metric of AWS Backup says: single objects that were left out, and who touches a recovery point.
EVENTS = ("RECOVERY_POINT_MODIFIED", "S3_BACKUP_OBJECT_FAILED")


@dataclass(frozen=True)
class BackupArgs:
    """What is backed up, and how strictly.

    Args:
        naming: names and ARNs.
        resources: ARNs of what is backed up, each of them by name: nothing comes in by a tag.
        retention: days that snapshots are kept.
        vault: name of the vault that they are in.
        copies: ARN of the vault in the other place that each is copied to; None for no copies.
        topic: is told of what no metric says.
    """

    naming: Naming
    resources: Mapping[str, pulumi.Input[str]]
    retention: int
    vault: pulumi.Input[str]
    copies: pulumi.Input[str] | None
    topic: pulumi.Input[str]


class Backup(pulumi.ComponentResource):
    """A plan of daily snapshots. Keeps S3-2, DR-6, and ALM-13's metrics.

    Snapshots alone: RDS itself owns recovery to a point in time, and a continuous rule would take the
    instance's backup settings over. Produces the plan and its selection; a role that takes snapshots and one
    that restores them.
    """

    def __init__(self, name: str, args: BackupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:backup:Backup", name, None, opts)
        self._args = args
        self._here = pulumi.ResourceOptions(parent=self)
        backup.VaultNotifications(
            "backup",
            backup_vault_name=args.vault,
            sns_topic_arn=args.topic,
            backup_vault_events=list(EVENTS),
            opts=delete_before_replace(self),
        )
        self._plan()
        # Another role than the one that takes snapshots: this one writes over data. Who restores passes it.
        self._role("restore", "AWS Backup restores snapshots", RESTORE_POLICIES)
        self.register_outputs({})

    def _plan(self) -> None:
        args = self._args
        copies = [
            backup.PlanRuleCopyActionArgs(
                destination_vault_arn=copy,
                lifecycle=backup.PlanRuleCopyActionLifecycleArgs(delete_after=args.retention),
            )
            for copy in [args.copies]
            if copy is not None
        ]
        rule = backup.PlanRuleArgs(
            rule_name="daily",
            target_vault_name=args.vault,
            schedule=SCHEDULE,
            schedule_expression_timezone="Etc/UTC",
            start_window=START_WINDOW_MINUTES,
            completion_window=COMPLETION_WINDOW_MINUTES,
            enable_continuous_backup=False,
            lifecycle=backup.PlanRuleLifecycleArgs(delete_after=args.retention),
            copy_actions=copies or None,
        )
        plan = backup.Plan("daily", name=args.naming.named("daily"), rules=[rule], opts=self._here)
        backup.Selection(
            "data",
            name=args.naming.named("data"),
            plan_id=plan.id,
            iam_role_arn=self._role("backup", "AWS Backup takes snapshots and copies them", BACKUP_POLICIES),
            resources=list(args.resources.values()),
            opts=self._here,
        )

    def _role(self, name: str, description: str, policies: Mapping[str, str]) -> pulumi.Output[str]:
        role = aws_iam.Role(
            name,
            name=self._args.naming.named(name),
            description=description,
            # AWS Backup's documentation names no account or resource for which it takes a role (developer
            # guide, "IAM service roles"): a condition about one could keep it out.
            assume_role_policy=iam.document(iam.trust_service("backup.amazonaws.com")),
            opts=self._here,
        )
        for attachment, policy in policies.items():
            aws_iam.RolePolicyAttachment(
                attachment,
                role=role.name,
                policy_arn=f"arn:aws:iam::aws:policy/{policy}",
                opts=self._here,
            )
        return role.arn
