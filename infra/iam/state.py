"""Statements about the engine's state: its bucket, and the key that its secrets are encrypted with."""

from __future__ import annotations

from infra.iam.documents import Statement, allow


def read_state(bucket: str, key: str) -> list[Statement]:
    """Read the state; the engine opens the secrets in it, whoever only looks.

    Args:
        bucket: its ARN.
        key: its ARN; empty while there is none.
    """
    return [
        allow("ListState", ["s3:ListBucket"], [bucket]),
        allow("ReadState", ["s3:GetObject"], [f"{bucket}/*"]),
        *([allow("OpenState", ["kms:Decrypt"], [key])] if key else []),
    ]
