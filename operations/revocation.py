"""Revocation of a leaked value. One rotation is not enough: it keeps the old value valid.

How many there are to be follows from what the functions keep (functions/rotate_*): as many as it takes until
nothing of the value of now is accepted any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.configuration import Configuration
from infra.configuration.platform_secrets import PLATFORM_SECRETS
from infra.configuration.pod_lifecycle import SECRETS_POLL_MINUTES
from infra.configuration.rotation import rotated
from infra.configuration.secret_sources import Ending, Rotator
from operations.console import OperationError, OperationFailed
from operations.environments import Place
from operations.holdings import CURRENT

# Minutes after a rotation until every pod has the new value: the secrets are looked at, then Deployments roll
# out (infra/kubernetes/reloader.py).
PODS_MINUTES = SECRETS_POLL_MINUTES + 5

# Lambda's functions that rotate wait 5 minutes at most (infra/wiring/rotation.py), and Secrets Manager
# repeats what failed.
_ROTATION_SECONDS = 900.0
_POLL_SECONDS = 5.0


# Of what a person gives out.
GIVEN_OUT_ELSEWHERE = (
    "the value of before, until it is revoked where it was given out (the provider's console)",
    f"the value of before in pods, until they have started anew (about {PODS_MINUTES} minutes)",
    "AWSPREVIOUS of the entry, which is the value of before, until the next one is stored",
)


@dataclass(frozen=True)
class Revoked:
    """What became of an entry: how often it was rotated, its version now, and what is still valid."""

    secret: str
    rotations: int
    version: str
    still_valid: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The result for scripts."""
        return {
            "secret": self.secret,
            "rotations": self.rotations,
            "version": self.version,
            "stillValid": list(self.still_valid),
        }


def rotator_of(configuration: Configuration, name: str) -> Rotator | None:
    """Who rotates an entry; None for one whose values a person gives out.

    Raises:
        OperationError: nothing rotates it, and no person gives it out.
    """
    for each in rotated(configuration):
        if each.entry == name:
            return each.rotator
    entry = configuration.system.secrets.get(name)
    if name in PLATFORM_SECRETS or (entry is not None and entry.source.generated is not None):
        rotates = entry is not None and entry.source.rotation is not None
        raise OperationError(
            f"{name}: nothing rotates it, so there is nothing to revoke it with. Its value comes from the "
            "program: `pulumi up --replace` of its password (a random:index/randomPassword:RandomPassword) "
            "makes another one, and the old one ends with that. "
            + ("`rotation: DAYS` in the system file has it rotated." if rotates else "")
        )
    return None


def check_place(name: str, place: Place) -> None:
    """Raises OperationError when nothing there runs the function that rotates."""
    if place.endpoint_url is not None:
        raise OperationError(
            f"{name}: in an embedded AWS there is no database to rotate it in, and RotateSecret would leave "
            "the entry without a value. It is tried against PostgreSQL and Redis in tests/functions."
        )


def end_value(
    client: Any,
    secret: str,
    ending: Ending,
    *,
    minutes: float,
    say: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> Revoked:
    """Rotates until nothing of the value of now is accepted any more.

    Args:
        client: boto3's of Secrets Manager.
        secret: the entry's name or ARN.
        ending: of its kind.
        minutes: between two rotations, for pods to start with the new value.
        say: is told how far it is.
        sleep: waits for so many seconds.

    Raises:
        OperationFailed: a rotation did not come to its end; the message says what is still valid.
    """
    version = ""
    for number in range(1, ending.rotations + 1):
        try:
            version = _rotate(client, secret, sleep)
        except OperationFailed as error:
            raise OperationFailed(f"{error} Still valid: {ending.meanwhile}.") from None
        say(f"{secret}: rotation {number} of {ending.rotations} is done.")
        if number < ending.rotations:
            say(f"Still valid: {ending.meanwhile}.")
            if minutes:
                say(
                    f"Waiting {minutes:g} minutes, until pods have started with the new value. When this is "
                    "interrupted, the same command begins anew and ends the same values, and this one."
                )
                sleep(minutes * 60)
    return Revoked(secret, ending.rotations, version, ending.afterwards)


def _rotate(client: Any, secret: str, sleep: Callable[[float], None]) -> str:
    """One whole rotation; answers the version of the new value."""
    try:
        version = str(client.rotate_secret(SecretId=secret)["VersionId"])
        waited = 0.0
        while CURRENT not in client.describe_secret(SecretId=secret)["VersionIdsToStages"].get(version, ()):
            if waited >= _ROTATION_SECONDS:
                raise OperationFailed(
                    f"{secret}: the rotation has not ended after {waited / 60:g} minutes; the function's log "
                    "says why (docs/secrets.md, When a rotation fails)."
                )
            sleep(_POLL_SECONDS)
            waited += _POLL_SECONDS
    except client.exceptions.ResourceNotFoundException:
        raise OperationFailed(
            f"{secret}: there is no such entry in this account yet. Deploy the environment first."
        ) from None
    except (BotoCoreError, ClientError) as error:
        raise OperationFailed(
            f"{secret}: {str(error).rstrip('.')}. An unfinished rotation is taken away as docs/secrets.md "
            "says (When a rotation fails)."
        ) from None
    return version
