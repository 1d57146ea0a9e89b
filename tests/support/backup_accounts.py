"""Accounts between which AWS Backup copies: each with a key, a vault under it and a role of AWS Backup's."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.aws.cloud import Cloud

REGION = "us-west-2"
AWAY = "us-east-2"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "backup.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
OF_KEYS = ["kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]


def shared_key(account: str, other: str | None, *, actions: list[str] | None = None) -> str:
    """A key's policy: all for its account, and for another one what a copied snapshot needs."""
    statements: list[dict[str, Any]] = [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ]
    if other is not None:
        principal = {"AWS": f"arn:aws:iam::{other}:root"}
        grants = {"Bool": {"kms:GrantIsForAWSResource": True}}
        use = {"Effect": "Allow", "Principal": principal, "Action": actions or OF_KEYS, "Resource": "*"}
        grant = {**use, "Action": "kms:CreateGrant", "Condition": grants}
        statements += [use, grant]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allowing(account: str, action: str = "backup:CopyIntoBackupVault", **condition: Any) -> str:
    """A vault's access policy: another account may do something."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": action,
        "Resource": "*",
        **({"Condition": condition} if condition else {}),
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Account:
    """What AWS Backup needs in an account, and calls of it.

    Args:
        cloud: the account's.
        other: that its key is shared with.
        region: where it is.
    """

    def __init__(self, cloud: Cloud, other: str | None = None, region: str = REGION) -> None:
        self.cloud, self.region = cloud, region
        key = cloud.call("kms", region, "create_key", Policy=shared_key(cloud.account, other))
        self.key = str(key["KeyMetadata"]["Arn"])
        self.vault = self.make_vault("kept", EncryptionKeyArn=self.key)
        role = cloud.call(
            "iam", region, "create_role", RoleName=f"backup-{region}", AssumeRolePolicyDocument=TRUST
        )
        self.role = str(role["Role"]["Arn"])

    def make_vault(self, name: str, **parameters: Any) -> str:
        """Makes a vault; its ARN."""
        made = self.call("create_backup_vault", BackupVaultName=name, **parameters)
        return str(made["BackupVaultArn"])

    def admit(self, policy: str, vault: str = "kept") -> None:
        """Sets a vault's access policy."""
        self.call("put_backup_vault_access_policy", BackupVaultName=vault, Policy=policy)

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """An operation of AWS Backup."""
        return self.cloud.call("backup", self.region, operation, **parameters)

    def rds(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """An operation of RDS."""
        return self.cloud.call("rds", self.region, operation, **parameters)

    def make_instance(self, name: str, **parameters: Any) -> str:
        """Makes an encrypted instance of PostgreSQL; its ARN."""
        made = self.rds(
            "create_db_instance",
            **{
                "DBInstanceIdentifier": name,
                "Engine": "postgres",
                "DBInstanceClass": "db.t4g.micro",
                "AllocatedStorage": 20,
                "MasterUsername": "triangle",
                "MasterUserPassword": "password-1",
                "DBName": "app",
                "StorageEncrypted": True,
                "KmsKeyId": self.key,
                **parameters,
            },
        )
        return str(made["DBInstance"]["DBInstanceArn"])

    def make_bucket(self, name: str, *, versioned: bool) -> None:
        """Makes a bucket, which keeps versions or not."""
        place = {"LocationConstraint": self.region}
        self.cloud.call("s3", self.region, "create_bucket", Bucket=name, CreateBucketConfiguration=place)
        if versioned:
            status = {"Status": "Enabled"}
            self.cloud.call(
                "s3", self.region, "put_bucket_versioning", Bucket=name, VersioningConfiguration=status
            )

    def delete_instance(self, name: str) -> None:
        """Deletes an instance without a snapshot."""
        self.rds("delete_db_instance", DBInstanceIdentifier=name, SkipFinalSnapshot=True)

    def back_up(self, arn: str, vault: str = "kept", **parameters: Any) -> dict[str, Any]:
        """A backup job, as it has ended."""
        started = self.call(
            "start_backup_job", BackupVaultName=vault, ResourceArn=arn, IamRoleArn=self.role, **parameters
        )
        return self.call("describe_backup_job", BackupJobId=started["BackupJobId"])

    def copy(self, point: str, destination: str, vault: str = "kept", **parameters: Any) -> dict[str, Any]:
        """A copy job, as it has ended."""
        started = self.call(
            "start_copy_job",
            RecoveryPointArn=point,
            SourceBackupVaultName=vault,
            DestinationBackupVaultArn=destination,
            IamRoleArn=self.role,
            **parameters,
        )
        job = self.call("describe_copy_job", CopyJobId=started["CopyJobId"])
        return dict(job["CopyJob"])

    def points(self, vault: str = "kept", **filters: Any) -> list[dict[str, Any]]:
        """Recovery points of a vault."""
        found = self.call("list_recovery_points_by_backup_vault", BackupVaultName=vault, **filters)
        return list(found["RecoveryPoints"])

    def snapshots(self, **filters: Any) -> list[dict[str, Any]]:
        """What RDS tells of snapshots."""
        return list(self.rds("describe_db_snapshots", **filters)["DBSnapshots"])
