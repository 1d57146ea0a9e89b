"""Statements about the entries of Secrets Manager, and about the users whose passwords they hold."""

from __future__ import annotations

from collections.abc import Sequence

from infra.iam.documents import Arn, Statement, allow, deny


def read_values(secrets: Sequence[Arn]) -> Statement:
    """Read the values of the named secrets."""
    return allow("ReadValues", ["secretsmanager:GetSecretValue"], secrets)


def read_secrets(secrets: Sequence[Arn]) -> Statement:
    """Read the values of the named secrets, and see when they were changed."""
    return allow("ReadSecrets", ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], secrets)


def list_secrets() -> Statement:
    """See which secrets there are; ListSecrets takes no narrower right (Service Authorization Reference)."""
    return allow("ListSecrets", ["secretsmanager:ListSecrets"], ["*"])


def describe_secrets(secrets: Sequence[Arn]) -> Statement:
    """See when the named secrets were changed; not their values."""
    return allow("DescribeSecrets", ["secretsmanager:DescribeSecret"], secrets)


def set_secrets(secrets: Sequence[Arn]) -> Statement:
    """Give the named secrets a new value, without seeing the one before."""
    return allow("SetSecrets", ["secretsmanager:PutSecretValue"], secrets)


def rotate_secrets(secrets: Sequence[Arn]) -> Statement:
    """Make a new value for the named secrets and have it take the old one's place."""
    return allow(
        "RotateSecrets",
        [
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ],
        secrets,
    )


def change_redis_users(users: Sequence[Arn]) -> Statement:
    """Give users of Redis other passwords, and see whether they have them yet."""
    return allow("ChangeRedisUsers", ["elasticache:DescribeUsers", "elasticache:ModifyUser"], users)


def only_readers(readers: Sequence[str]) -> Statement:
    """Nobody but the readers gets a secret's value, whatever their own policies say.

    In a secret's policy `*` means that secret. Its ARN would mean it in one region alone, and Secrets Manager
    gives the same policy to the copies in others (user guide, "Replicate secrets across Regions").
    """
    return deny(
        "OnlyItsReaders",
        ["secretsmanager:GetSecretValue"],
        ["*"],
        principal={"AWS": "*"},
        condition={"ArnNotLike": {"aws:PrincipalArn": list(readers)}},
    )
