"""The four steps in which Secrets Manager has a secret rotated.

Secrets Manager calls the function once for each step and repeats what failed, so every step must be able
to come twice, and to take over where another call was killed. See "Rotation by Lambda function" in the
Secrets Manager user guide.
"""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.shared import metrics
from functions.shared.metrics import Metric

# Of every function that rotates.
ROTATION_SUCCEEDED = Metric("RotationSucceeded", "rotate_*")
ROTATION_FAILED = Metric("RotationFailed", "rotate_*")

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"

# About 238 bits.
PASSWORD_LENGTH = 40

Value = dict[str, Any]


class RotationError(Exception):
    """A rotation cannot go on; the message has the reason and never a value."""


@dataclass(frozen=True)
class Rotation:
    """One rotation under way.

    Args:
        client: boto3's client of Secrets Manager.
        secret: the entry's ARN.
        version: of the new value; Secrets Manager's token of this rotation.
    """

    client: Any
    secret: str
    version: str

    def current(self) -> Value:
        """The value in use."""
        return read(self.client, self.secret)

    def pending(self) -> Value | None:
        """The new value, or None when none has been made yet."""
        try:
            answer = self.client.get_secret_value(
                SecretId=self.secret, VersionId=self.version, VersionStage=PENDING
            )
        except self.client.exceptions.ResourceNotFoundException:
            return None
        value: Value = json.loads(answer["SecretString"])
        return value


@dataclass(frozen=True)
class Steps:
    """What is particular to a kind of secret.

    Args:
        create: a new value, made of the current one.
        set: has the service accept the new value beside the old one.
        test: raises when the new value does not work.
    """

    create: Callable[[Rotation], Value]
    set: Callable[[Rotation, Value], None]
    test: Callable[[Rotation, Value], None]


def password(length: int = PASSWORD_LENGTH) -> str:
    """A new random password: letters and digits, which fit into every URL and configuration file."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


def read(client: Any, secret: str, stage: str = CURRENT) -> Value:
    """An entry's value, which is JSON."""
    answer = client.get_secret_value(SecretId=secret, VersionStage=stage)
    value: Value = json.loads(answer["SecretString"])
    return value


def rotate(event: Mapping[str, str], client: Any, steps: Steps) -> None:
    """Carries out the step that Secrets Manager asks for.

    Raises:
        RotationError: the version is not one to be rotated.
    """
    step, rotation = event["Step"], Rotation(client, event["SecretId"], event["ClientRequestToken"])
    try:
        done = _step(step, rotation, steps)
    except Exception:
        metrics.write(ROTATION_FAILED, secret=rotation.secret, step=step)
        raise
    if step == "finishSecret" and done:
        metrics.write(ROTATION_SUCCEEDED, secret=rotation.secret)


def _step(step: str, rotation: Rotation, steps: Steps) -> bool:
    stages = rotation.client.describe_secret(SecretId=rotation.secret)["VersionIdsToStages"]
    if rotation.version not in stages:
        raise RotationError(f"{rotation.secret} has no version {rotation.version}")
    if CURRENT in stages[rotation.version]:
        return False  # a repeated call: this rotation has been finished
    if PENDING not in stages[rotation.version]:
        raise RotationError(f"version {rotation.version} of {rotation.secret} is not {PENDING}")
    if step == "createSecret":
        _create(rotation, steps)
    elif step == "setSecret":
        steps.set(rotation, _made(rotation))
    elif step == "testSecret":
        # Without a new value the current one is tested: so Secrets Manager tries a new schedule.
        steps.test(rotation, rotation.pending() or rotation.current())
    elif step == "finishSecret":
        _finish(rotation, stages)
    else:
        raise RotationError(f"{step!r} is none of the four steps")
    return True


def _create(rotation: Rotation, steps: Steps) -> None:
    # A value that was made before the function was killed may be in use by the service already.
    if rotation.pending() is None:
        rotation.client.put_secret_value(
            SecretId=rotation.secret,
            ClientRequestToken=rotation.version,
            SecretString=json.dumps(steps.create(rotation)),
            VersionStages=[PENDING],
        )


def _made(rotation: Rotation) -> Value:
    value = rotation.pending()
    if value is None:
        raise RotationError(f"{rotation.secret} has no new value yet: createSecret has not been done")
    return value


def _finish(rotation: Rotation, stages: Mapping[str, list[str]]) -> None:
    _made(rotation)
    current = next((version for version, labels in stages.items() if CURRENT in labels), None)
    move = {"RemoveFromVersionId": current} if current else {}
    rotation.client.update_secret_version_stage(
        SecretId=rotation.secret, VersionStage=CURRENT, MoveToVersionId=rotation.version, **move
    )
