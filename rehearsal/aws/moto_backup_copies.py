"""Copies that AWS Backup makes in another vault, and the reasons for which it makes none.

A copy into another account is written down on both sides (`Cloud.take_up`): what has come is a part of the
account that has it, and how the job ended one of the account that has sent it. Each comes back without the
other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.kms.models import kms_backends
from moto.kms.utils import RESERVED_ALIASE_TARGET_KEY_IDS

from rehearsal.aws import moto_backup_snapshots as snapshots
from rehearsal.aws.accounts import COPIED, COPY_JOB, STARTED, allows
from rehearsal.aws.moto_backup_points import Point, find_vault, keep, policy_of, refused_by_lock

# The one that AWS Backup's console makes.
_DEFAULT = "Default"
# What RDS needs of the key of a snapshot that another account copies (RDS user guide, "Sharing encrypted
# snapshots"; Backup developer guide, "Encryption for a backup copy to a different account or AWS Region").
_SHARED = ("kms:DescribeKey", "kms:Decrypt", "kms:CreateGrant")


@dataclass(frozen=True)
class Copy:
    """One copy job.

    Args:
        job: its identifier.
        point: what is copied.
        source: the vault that it is in.
        destination: ARN of the other vault.
        role: ARN of the role that AWS Backup takes for it.
        lifecycle: of the copy.
    """

    job: str
    point: Point
    source: Any
    destination: str
    role: str
    lifecycle: dict[str, Any] | None

    @property
    def place(self) -> tuple[str, str]:
        """Account and region that it goes to."""
        return _place(self.destination)

    @property
    def origin(self) -> tuple[str, str]:
        """Account and region that it comes from."""
        return _place(self.source.backup_vault_arn)

    @property
    def crosses(self) -> bool:
        """Whether it goes to another account."""
        return self.place[0] != self.origin[0]

    @property
    def made(self) -> str:
        """ARN of the recovery point that it leaves."""
        account, region = self.place
        if self.point["ResourceType"] == "RDS":
            return f"arn:aws:rds:{region}:{account}:snapshot:awsbackup:copyjob-{self.job.lower()}"
        return f"arn:aws:backup:{region}:{account}:recovery-point:{self.job.lower()}"


def _place(arn: str) -> tuple[str, str]:
    _, _, _, region, account, *_ = arn.split(":")
    return account, region


def refusals(copy: Copy) -> Iterator[str]:
    """Why a copy job fails, AWS's reasons behind each other as it finds them."""
    account, region = copy.place
    if copy.crosses:
        yield from _refusals_across(copy)
    cloud = STARTED.get(account)
    if cloud is None:
        yield f"The account {account} is not embedded in this process, so that nothing can be copied into it."
        return
    cloud.bring_back()
    if region in cloud.unreachable:
        yield f"{region} of the account {account} does not answer."
    vault = find_vault(copy.destination)
    if vault is None:
        yield f"The backup vault {copy.destination} does not exist."
        return
    if copy.crosses:
        yield from _refusals_of_policy(copy, vault)
        yield from _refusals_of_keys(copy, vault)
    if copy.point["ResourceType"] == "RDS" and snapshots.find(copy.point["RecoveryPointArn"]) is None:
        yield f"The snapshot {copy.point['RecoveryPointArn']} does not exist."
    locked = refused_by_lock(vault, copy.lifecycle)
    if locked is not None:
        yield locked


def _refusals_across(copy: Copy) -> Iterator[str]:
    """For RDS either the account or the region may be another one (developer guide, "Copy a backup"; AWS's
    words: its knowledge center, "Why does my cross-account copy fail in AWS Backup?"). The newest edition of
    that page leaves the sentence out; both at once stay refused until it says that they work.

    A vault called Default is encrypted with AWS's own key, which no other account can use ("Creating backup
    copies across AWS accounts")."""
    (_, region), (_, home) = copy.place, copy.origin
    if copy.point["ResourceType"] == "RDS" and region != home:
        yield (
            f"Copy job from {home} to {region} cannot be initiated for RDS resources. "
            "Feature is not supported for provided resource type."
        )
    for name in (copy.source.backup_vault_name, copy.destination.rsplit(":", 1)[-1]):
        if name == _DEFAULT:
            yield "The default backup vault cannot take part in a copy to another account."


def _refusals_of_policy(copy: Copy, vault: Any) -> Iterator[str]:
    """The message is AWS's (knowledge center, "Access Denied trying to call AWS Backup service")."""
    account, _ = copy.origin
    if not allows(policy_of(vault), copy.role, "backup:CopyIntoBackupVault", vault.backup_vault_arn):
        yield (
            "Access Denied trying to call AWS Backup service: the access policy of "
            f"{vault.backup_vault_arn} does not allow backup:CopyIntoBackupVault to {account}."
        )


def _refusals_of_keys(copy: Copy, vault: Any) -> Iterator[str]:
    """Both sides need a key of their own for what AWS Backup does not encrypt itself, as RDS's snapshots, and
    the source's has to be shared (developer guide, "Encryption for a backup copy to a different account")."""
    if copy.point["ResourceType"] != "RDS":
        return
    if _usable_key(vault.encryption_key_arn) is None:
        yield (
            f"The destination vault {vault.backup_vault_arn} is not encrypted with a customer managed key "
            "that can be used."
        )
    arn = copy.point.get("EncryptionKeyArn")
    if arn is None:
        return
    key = _usable_key(arn)
    if key is None:
        yield f"The snapshot's key {arn} is not a customer managed key that can be used: it cannot be shared."
        return
    account, region = copy.place
    known: dict[str, str | list[str]] = {
        "aws:PrincipalAccount": account,
        "kms:CallerAccount": account,
        "kms:GrantIsForAWSResource": "true",
        "kms:ViaService": [f"rds.{region}.amazonaws.com", f"backup.{region}.amazonaws.com"],
    }
    linked = f"arn:aws:iam::{account}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
    missing = [each for each in _SHARED if not allows(key.policy, linked, each, arn, **known)]
    if missing:
        yield f"The policy of the snapshot's key {arn} does not allow {', '.join(missing)} to {account}."


def _usable_key(arn: str | None) -> Any:
    """A customer managed key that is enabled; None for AWS's own, and for one that is gone."""
    if not arn or not arn.startswith("arn:"):
        return None
    account, region = _place(arn)
    backend = kms_backends[account][region]
    key = backend.keys.get(arn.rsplit("/", 1)[-1])
    if key is None or key.id in RESERVED_ALIASE_TARGET_KEY_IDS.values() or key.key_state != "Enabled":
        return None
    return key


def carry_out(copy: Copy, copied: Point) -> None:
    """Makes the copy, in this account or another."""
    (account, region), (home, _) = copy.place, copy.origin
    source = snapshots.find(copy.point["RecoveryPointArn"]) if copy.point["ResourceType"] == "RDS" else None
    entry = {
        "kind": COPIED,
        "region": region,
        "vault": copy.destination,
        "job": copy.job,
        "point": copied,
        "snapshot": snapshots.as_plain(source) if source is not None else None,
    }
    if account == home:
        take_up(account, entry)
    else:
        STARTED[account].take_up(entry)
    made = snapshots.find(copy.made) if source is not None else None
    for rows in snapshots.ROWS if made is not None else ():
        rows.copy(source, made)


def take_up(account: str, entry: dict[str, Any]) -> None:
    """What has come into an account, or how a job of it has ended, as the journal tells."""
    if entry["kind"] == COPY_JOB:
        ends_of_jobs(account, entry["region"])[entry["job"]] = entry["message"]
        return
    point, plain = entry["point"], entry["snapshot"]
    vault = find_vault(entry["vault"])
    if vault is None:
        return
    if plain is not None:
        key = point.get("EncryptionKeyArn")
        snapshots.place(account, entry["region"], entry["job"], plain, key)
    keep(vault, point)


def ends_of_jobs(account: str, region: str) -> dict[str, str | None]:
    """The journal's copy jobs that are yet to come again: by identifier, the message of one that failed."""
    from moto.backup.models import backup_backends

    ends: dict[str, str | None] = backup_backends[account][region].__dict__.setdefault("ends_of_jobs", {})
    return ends
