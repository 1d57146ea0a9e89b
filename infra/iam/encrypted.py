"""Grants of encrypted things together with their key: one is of no use without the other.

Each key can be used through the one service alone that keeps what it encrypts (condition `kms:ViaService`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from infra.iam import buckets, keys, secrets
from infra.iam.documents import Arn, Statement


@dataclass(frozen=True)
class Key:
    """A KMS key, for use in its region.

    Args:
        arn: the key's.
        region: where it is, and where what it encrypts is kept.
    """

    arn: Arn
    region: str

    def through(self, service: str) -> str:
        """The service of its region, as KMS names who calls for somebody (`kms:ViaService`)."""
        return f"{service}.{self.region}.amazonaws.com"


def read_secrets(entries: Sequence[Arn], key: Key) -> list[Statement]:
    """Read the values of the named secrets, and see when they were changed."""
    return [secrets.read_secrets(entries), _decrypt_secrets(key)]


def read_values(entries: Sequence[Arn], key: Key) -> list[Statement]:
    """Read the values of the named secrets, and nothing else of them."""
    return [secrets.read_values(entries), _decrypt_secrets(key)]


def set_secrets(entries: Sequence[Arn], key: Key, replica: Key | None) -> list[Statement]:
    """Give the named secrets a new value, without seeing the one before.

    Args:
        entries: their ARNs.
        key: encrypts them.
        replica: encrypts their copies in another region; None where they have none.
    """
    return [secrets.set_secrets(entries), *_change_values(key, replica)]


def rotate_secrets(entries: Sequence[Arn], key: Key, replica: Key | None) -> list[Statement]:
    """Make a new value for the named secrets and have it take the old one's place; like `set_secrets`."""
    return [secrets.rotate_secrets(entries), *_change_values(key, replica)]


def work_with_objects(names: Sequence[Arn], key: Key) -> list[Statement]:
    """List, read, write and remove objects of the named buckets."""
    return [
        buckets.work_with_objects(names),
        buckets.list_buckets(names),
        keys.use_key([key.arn], via=key.through("s3"), sid="UseDataKey"),
    ]


def add_objects(of: Sequence[Arn], folders: Sequence[str], key: Key) -> list[Statement]:
    """Write into folders of buckets; nothing can be read there."""
    return [
        buckets.add_objects(of, *folders),
        keys.encrypt_through([key.arn], key.through("s3"), sid="UseDataKey"),
    ]


def _decrypt_secrets(key: Key) -> Statement:
    return keys.decrypt_through([key.arn], key.through("secretsmanager"), sid="UseSecretsKey")


def _change_values(key: Key, replica: Key | None) -> list[Statement]:
    copies = [keys.encrypt_secret_replicas(replica.arn, replica.region)] if replica else []
    return [keys.use_key([key.arn], via=key.through("secretsmanager")), *copies]
