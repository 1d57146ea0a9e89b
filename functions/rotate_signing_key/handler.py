"""A signing key with the one before it and the one after it, so that no token is ever refused.

The entry holds `{"current": …, "previous": …, "next": …}`. Services sign with the current key and accept
all three. The previous one keeps tokens valid that were signed before a rotation. The next one is known
long before anybody signs with it: pods are restarted one after the other, and those that have not been
yet accept what the restarted ones sign.
"""

from __future__ import annotations

from collections.abc import Mapping

import boto3

from functions.shared.rotation import Rotation, RotationError, Steps, Value, password, rotate

# HS512 asks for 64 bytes (RFC 7518, section 3.2); a letter or digit has about 6 bits.
KEY_LENGTH = 86
FIELDS = ("current", "previous", "next")


def handle(event: Mapping[str, str], _: object) -> None:
    """Called by Secrets Manager once for each step."""
    rotate(event, boto3.client("secretsmanager"), STEPS)


def create(rotation: Rotation) -> Value:
    """The next key is used from here on, the one in use becomes the previous one, and a new one is next."""
    keys = rotation.current()
    return {"current": keys["next"], "previous": keys["current"], "next": password(KEY_LENGTH)}


def accept(rotation: Rotation, value: Value) -> None:
    """Nothing to set: services read the keys from the entry."""


def check(rotation: Rotation, value: Value) -> None:
    """All keys are there, are long enough, and the key in use stays valid."""
    lengths = {name: len(str(value.get(name, ""))) for name in FIELDS}
    if min(lengths.values()) < KEY_LENGTH // 2:
        raise RotationError(f"{rotation.secret}: a signing key is too short or missing: {lengths}")
    used = rotation.current()["current"]
    if used not in value.values():
        raise RotationError(f"{rotation.secret}: the key in use would not be valid any more")


STEPS = Steps(create, accept, check)
