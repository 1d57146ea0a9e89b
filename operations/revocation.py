"""Ending a value that somebody has who should not. One rotation is not enough: it keeps the old value valid.

How many there are to be follows from what the functions keep (functions/rotate_*): as many as it takes until
nothing of the value of now is accepted any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.configuration import Configuration
from infra.configuration.platform_secrets import PLATFORM_SECRETS
from infra.configuration.rotation import Rotator, rotated
from infra.configuration.secrets import SecretSource
from infra.kubernetes.cluster import SECRETS_POLL_MINUTES
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


@dataclass(frozen=True)
class Ending:
    """How the values of a kind of entry end.

    Args:
        rotations: after which nothing of the present value is accepted.
        meanwhile: what is still accepted before the last one.
        afterwards: what is still accepted then, and what the command cannot end.
    """

    rotations: int
    meanwhile: str
    afterwards: tuple[str, ...]


_IN_BETWEEN = "the value of the first rotation, which pods may have started with: nobody else has it"
_OPEN = "connections that were opened with the old one; services connect again when they are ended"
_END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ('app_a', 'app_b')"
_TOKENS = (
    "tokens that were signed after the second rotation, with a key that nobody else has. All of before are "
    "refused: people sign in again"
)

ENDINGS: Mapping[Rotator, Ending] = MappingProxyType(
    {
        # Two users take turns: the first rotation leaves the one that leaked as it is.
        Rotator.DATABASE: Ending(
            2,
            "the value that leaked: its user keeps the password until the second rotation",
            (
                _IN_BETWEEN,
                f"{_OPEN}, as the master: {_END_SESSIONS}",
            ),
        ),
        # One user with two passwords, the newest ones.
        Rotator.REDIS: Ending(
            2,
            "the value that leaked: ElastiCache's user keeps it as its second password",
            (
                _IN_BETWEEN,
                f"{_OPEN}: CLIENT KILL USER app",
            ),
        ),
        # Whoever has the entry has the key that is used next, too.
        Rotator.SIGNING_KEY: Ending(
            3,
            "the keys that leaked, the next one among them: it is used after the first rotation, and "
            "accepted as the previous one after the second",
            (_TOKENS,),
        ),
    }
)


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
    if name in PLATFORM_SECRETS or (entry is not None and entry.source is SecretSource.GENERATED):
        raise OperationError(
            f"{name}: nothing rotates it, so there is nothing to revoke it with. Its value comes from the "
            "program: `pulumi up --replace` of its password (a random:index/randomPassword:RandomPassword) "
            "makes another one, and the old one ends with that. "
            + ("" if name in PLATFORM_SECRETS else "`rotation: DAYS` in the system file has it rotated.")
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
