"""AWS Backup: vaults, their locks and policies. No plan runs by itself (`rehearsal.aws.nightly_backup`)."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Tags
from rehearsal.aws.recorded import RecordedType


def _deleted_vault(context: Context) -> dict[str, Any]:
    """A vault with recovery points stays, unless the program says forceDestroy: as AWS's provider does it."""
    vault = {"BackupVaultName": context.id}
    if context.inputs.get("forceDestroy"):
        for each in context.call("list_recovery_points_by_backup_vault", **vault)["RecoveryPoints"]:
            context.call("delete_recovery_point", **vault, RecoveryPointArn=each["RecoveryPointArn"])
    return vault


QUESTIONS = {"backup": "list_backup_vaults"}
MAPPINGS = (
    ResourceMapping(
        token="aws:backup/vault:Vault",
        service="backup",
        create=Call("create_backup_vault"),
        id="{name}",
        import_id="{name}",
        read=Call("describe_backup_vault", {"BackupVaultName": "{id}"}),
        delete=Call("delete_backup_vault", _deleted_vault),
        names={
            "name": "BackupVaultName",
            "kmsKeyArn": "EncryptionKeyArn",
            "recoveryPoints": "NumberOfRecoveryPoints",
        },
        local=("forceDestroy",),
        defaults={"forceDestroy": False},
        autoname="name",
        tags=Tags(
            create="BackupVaultTags",
            style="map",
            add=Call("tag_resource", {"ResourceArn": "{arn}", "Tags": "<tags>"}),
            remove=Call("untag_resource", {"ResourceArn": "{arn}", "TagKeyList": "<keys>"}),
            read="Tags",
            read_call=Call("list_tags", {"ResourceArn": "{BackupVaultArn}"}),
        ),
        computed={"arn": "arn:aws:backup:{region}:{account}:backup-vault:{id}"},
    ),
    ResourceMapping(
        token="aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        service="backup",
        create=Call("put_backup_vault_lock_configuration"),
        id="{backupVaultName}",
        import_id="{backupVaultName}",
        read=Call("describe_backup_vault", {"BackupVaultName": "{id}"}),
        found=lambda answer, _: answer if answer.get("Locked") else None,
        # AWS's provider replaces it on every change; a lock in compliance mode then stays as it is.
        delete=Call("delete_backup_vault_lock_configuration", {"BackupVaultName": "{id}"}),
        # A vault tells on which day its lock is final, not how many days it was to take.
        not_returned=("changeableForDays",),
        computed={"backupVaultArn": "arn:aws:backup:{region}:{account}:backup-vault:{id}"},
    ),
    ResourceMapping(
        token="aws:backup/vaultPolicy:VaultPolicy",
        service="backup",
        create=Call("put_backup_vault_access_policy"),
        id="{backupVaultName}",
        import_id="{backupVaultName}",
        read=Call("get_backup_vault_access_policy", {"BackupVaultName": "{id}"}),
        update=Call("put_backup_vault_access_policy", {"BackupVaultName": "{id}"}),
        update_with_all=True,
        delete=Call("delete_backup_vault_access_policy", {"BackupVaultName": "{id}"}),
        computed={"backupVaultArn": "arn:aws:backup:{region}:{account}:backup-vault:{id}"},
    ),
)
RECORDED = (
    RecordedType(
        token="aws:backup/plan:Plan",
        id="{hash}",
        why="moto has no UpdateBackupPlan",
        outputs={"arn": "arn:aws:backup:{region}:{account}:backup-plan:{hash}", "version": "{hash}"},
        model="backup.create_backup_plan",
        names={
            "name": "BackupPlanName",
            "rules.targetVaultName": "TargetBackupVaultName",
            "rules.schedule": "ScheduleExpression",
            "rules.startWindow": "StartWindowMinutes",
            "rules.completionWindow": "CompletionWindowMinutes",
            "rules.lifecycle.deleteAfter": "DeleteAfterDays",
            "rules.copyActions.destinationVaultArn": "DestinationBackupVaultArn",
            "rules.copyActions.lifecycle.deleteAfter": "DeleteAfterDays",
        },
    ),
    RecordedType(
        token="aws:backup/selection:Selection",
        id="{hash}",
        why="moto has no CreateBackupSelection",
        model="backup.create_backup_selection",
        names={"name": "SelectionName", "planId": "BackupPlanId"},
    ),
    RecordedType(
        token="aws:backup/vaultNotifications:VaultNotifications",
        id="{backupVaultName}",
        why="moto has no PutBackupVaultNotifications",
        outputs={"backupVaultArn": "arn:aws:backup:{region}:{account}:backup-vault:{backupVaultName}"},
        model="backup.put_backup_vault_notifications",
        names={"backupVaultEvents": "BackupVaultEvents", "snsTopicArn": "SNSTopicArn"},
    ),
)
