"""AWS's own policies of the roles that AWS Backup takes.

What it needs for S3 changes with it, and a job that lacks a right fails (AWS Backup developer guide, "Managed
policies for AWS Backup").
"""

from __future__ import annotations

from types import MappingProxyType

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
