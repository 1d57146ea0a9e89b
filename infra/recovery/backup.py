"""AWS Backup: daily snapshots of what cannot be made again, and copies where the region cannot take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import backup
from pulumi_aws import iam as aws_iam

from infra import iam
from infra.foundations.replacement import delete_before_replace
from infra.naming import Naming
from infra.recovery.aws_policies import BACKUP_POLICIES, RESTORE_POLICIES

# AWS Backup takes no snapshot of RDS in the hour before the instance's own backup (02:00) or maintenance
# (Sunday 04:00) and while they last (developer guide, "Amazon RDS backups").
SCHEDULE = "cron(0 6 * * ? *)"
START_WINDOW_MINUTES = 60
COMPLETION_WINDOW_MINUTES = 8 * 60

# What no metric of AWS Backup says: single objects that were left out, and who touches a recovery point.
EVENTS = ("RECOVERY_POINT_MODIFIED", "S3_BACKUP_OBJECT_FAILED")


@dataclass(frozen=True)
class BackupArgs:
    """What is backed up, and how strictly.

    Args:
        database: ARN of the database.
        buckets: ARNs of the buckets. All are named one by one: nothing comes in by a tag.
        retention: days that snapshots are kept.
        vault: name of the vault that they are in.
        copies: ARN of the vault in the other place that each is copied to; None for no copies.
        outside: ARN of the vault in another account that the database is copied to, in the same region: one
            job of RDS copies to another region or to another account (AWS Backup developer guide, "Copy a
            backup"). Buckets get there by S3's replication, within minutes. None for no other account.
        topic: is told of what no metric says.
        others_folders: ARNs of folders that no restore has a business in.
    """

    naming: Naming
    database: pulumi.Input[str]
    buckets: Mapping[str, pulumi.Input[str]]
    retention: int
    vault: pulumi.Input[str]
    copies: pulumi.Input[str] | None
    outside: str | None
    topic: pulumi.Input[str]
    others_folders: Sequence[str]


class Backup(pulumi.ComponentResource):
    """Plans of daily snapshots. Keeps S3-2, DR-6, and ALM-13's metrics.

    Snapshots alone: RDS itself owns recovery to a point in time, and a continuous rule would take the
    instance's backup settings over. Produces the plans and their selections; a role that takes snapshots and
    one that restores them.
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
        self._plans()
        # Another role than the one that takes snapshots: this one writes over data. Who restores passes it.
        restores = self._role("restore", "AWS Backup restores snapshots", RESTORE_POLICIES)
        aws_iam.RolePolicy(
            "restore",
            name="keep-out",
            role=restores.name,
            # AWS's own policies let it write over every bucket of the account.
            policy=iam.document(iam.keep_out(args.others_folders)),
            opts=self._here,
        )
        self.register_outputs({})

    def _plans(self) -> None:
        """One for all of it; two where the database is copied to another account, and buckets are not."""
        args = self._args
        role = self._role("backup", "AWS Backup takes snapshots and copies them", BACKUP_POLICIES).arn
        if args.outside is None:
            self._plan("daily", "data", [args.database, *args.buckets.values()], [args.copies], role)
            return
        # Another selection than `data`: AWS Backup can change none, so that it would be replaced.
        self._plan("daily", "buckets", list(args.buckets.values()), [args.copies], role)
        self._plan("database", "database", [args.database], [args.copies, args.outside], role)

    def _plan(
        self,
        name: str,
        selection: str,
        resources: Sequence[pulumi.Input[str]],
        vaults: Sequence[pulumi.Input[str] | None],
        role: pulumi.Input[str],
    ) -> None:
        args = self._args
        copies = [
            backup.PlanRuleCopyActionArgs(
                destination_vault_arn=vault,
                lifecycle=backup.PlanRuleCopyActionLifecycleArgs(delete_after=args.retention),
            )
            for vault in vaults
            if vault is not None
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
        plan = backup.Plan(name, name=args.naming.named(name), rules=[rule], opts=self._here)
        backup.Selection(
            selection,
            name=args.naming.named(selection),
            plan_id=plan.id,
            iam_role_arn=role,
            resources=list(resources),
            opts=self._here,
        )

    def _role(self, name: str, description: str, policies: Mapping[str, str]) -> aws_iam.Role:
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
        return role
