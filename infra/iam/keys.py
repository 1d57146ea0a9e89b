"""Statements about KMS keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infra.iam.documents import Arn, Statement, allow
from infra.naming import Naming


def administer_key(root_arn: str) -> Statement:
    """IAM policies of the account decide about a key. Without it nobody could ever change the key.

    In a key's policy `*` means that key.
    """
    return allow("AccountPoliciesDecide", ["kms:*"], ["*"], principal={"AWS": root_arn})


def service_uses_key(service: str, condition: Mapping[str, Any], *, sid: str = "ServiceUses") -> Statement:
    """A service encrypts with a key; for a key's policy, where `*` means that key."""
    return allow(
        sid,
        ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        ["*"],
        principal={"Service": service},
        condition=condition or None,
    )


def topic_uses_key(service: str, condition: Mapping[str, Any], *, sid: str = "ServiceUses") -> Statement:
    """A service publishes to topics encrypted with a key; for a key's policy, where `*` means that key.

    SNS developer guide, "Enable compatibility between event sources from AWS services and encrypted topics".
    """
    return allow(
        sid,
        ["kms:Decrypt", "kms:GenerateDataKey"],
        ["*"],
        principal={"Service": service},
        condition=condition or None,
    )


def logs_use_key(naming: Naming, region: str) -> Statement:
    """CloudWatch Logs encrypts the account's log groups of a region with a key; for a key's policy."""
    return service_uses_key(
        f"logs.{region}.amazonaws.com",
        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": naming.arn("logs", "log-group:*", region)}},
    )


def alarms_use_key(naming: Naming, region: str) -> Statement:
    """CloudWatch's alarms of a region encrypt what they publish with a key; for a key's policy."""
    return topic_uses_key(
        "cloudwatch.amazonaws.com",
        {
            "StringEquals": {"aws:SourceAccount": naming.account},
            "ArnLike": {"aws:SourceArn": naming.arn("cloudwatch", "alarm:*", region)},
        },
    )


def use_key(keys: Sequence[Arn], *, via: str | None = None, sid: str = "UseKey") -> Statement:
    """Encrypt and decrypt with keys, only through one service when `via` names it."""
    return allow(
        sid,
        ["kms:Decrypt", "kms:GenerateDataKey"],
        keys,
        condition={"StringEquals": {"kms:ViaService": via}} if via else None,
    )


def encrypt_through(keys: Sequence[Arn], via: str, *, sid: str = "WriteKey") -> Statement:
    """Encrypt with keys, only through one service; nothing can be read with it."""
    return allow(sid, ["kms:GenerateDataKey"], keys, condition={"StringEquals": {"kms:ViaService": via}})


def decrypt_through(keys: Sequence[Arn], via: str, *, sid: str = "ReadKey") -> Statement:
    """Decrypt with keys, only through one service; nothing can be written with it."""
    return allow(sid, ["kms:Decrypt"], keys, condition={"StringEquals": {"kms:ViaService": via}})


def encrypt_secret_replicas(key: Arn, region: str) -> Statement:
    """A new value of a secret is encrypted again where it has a copy, for who has set it: with that region's
    key, through Secrets Manager there (ReplicateSecretToRegions in its API reference)."""
    return allow(
        "EncryptReplicas",
        ["kms:Encrypt", "kms:GenerateDataKey"],
        [key],
        condition={"StringEquals": {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}},
    )


def encrypt_cluster_secrets(key: Arn) -> Statement:
    """What EKS's control plane needs of the key for Kubernetes' secrets."""
    return allow("EncryptSecrets", ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"], [key])


def encrypt_copies(key: Arn) -> Statement:
    """Encrypt with a key and see that it can be read again."""
    return allow("EncryptCopies", ["kms:Decrypt", "kms:Encrypt"], [key])


def encrypt_replicas(key: Arn, region: str) -> Statement:
    """S3 encrypts the copies (S3 user guide, "Replicating encrypted objects"): with kms:Encrypt, which nobody
    else needs, and under a bucket's own key, which it makes and reads."""
    return allow(
        "WriteKey",
        ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
        [key],
        condition={"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
    )
