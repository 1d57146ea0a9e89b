"""AWS Backup: vaults and their locks. No job is ever run here."""

from __future__ import annotations

from rehearsal.aws.mapping import Call, ResourceMapping, Tags
from rehearsal.aws.recorded import RecordedType

MAPPINGS = (
    ResourceMapping(
        token="aws:backup/vault:Vault",
        service="backup",
        create=Call("create_backup_vault"),
        id="{name}",
        import_id="{name}",
        read=Call("describe_backup_vault", {"BackupVaultName": "{id}"}),
        delete=Call("delete_backup_vault", {"BackupVaultName": "{id}"}),
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
