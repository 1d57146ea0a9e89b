"""A signing key and the one before it, so that tokens which were signed with the old one stay valid.

The entry holds `{"current": …, "previous": …}`. Services sign with the current key and accept both; the
previous one is valid until the next rotation, which is longer than any token lives.
"""

from __future__ import annotations

from collections.abc import Mapping

import boto3

from functions.shared.rotation import Rotation, RotationError, Steps, Value, password, rotate

# HS512 asks for 64 bytes (RFC 7518, section 3.2); a letter or digit has about 6 bits.
KEY_LENGTH = 86


def handle(event: Mapping[str, str], _: object) -> None:
    """Called by Secrets Manager once for each step."""
    rotate(event, boto3.client("secretsmanager"), STEPS)


def create(rotation: Rotation) -> Value:
    """A new key; the one in use becomes the previous one."""
    return {"current": password(KEY_LENGTH), "previous": rotation.current()["current"]}


def accept(rotation: Rotation, value: Value) -> None:
    """Nothing to set: services read both keys from the entry."""


def check(rotation: Rotation, value: Value) -> None:
    """Both keys are there, are long enough, and the key in use stays valid."""
    lengths = {name: len(str(value.get(name, ""))) for name in ("current", "previous")}
    if min(lengths.values()) < KEY_LENGTH // 2:
        raise RotationError(f"{rotation.secret}: a signing key is too short or missing: {lengths}")
    used = rotation.current()["current"]
    if used not in (value["current"], value["previous"]):
        raise RotationError(f"{rotation.secret}: the key in use would not be valid any more")


STEPS = Steps(create, accept, check)
