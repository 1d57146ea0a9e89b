"""What the functions that rotate, and their schedules, are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from infra import iam
from infra.configuration import Configuration
from infra.function import Function, FunctionArgs, Invoker
from infra.keys import Keys
from infra.rotation import Rotated, RotationArgs, Rotator, rotated_keys

SECRETS_MANAGER = Invoker("secrets-manager", "secretsmanager.amazonaws.com")


def rotated(configuration: Configuration) -> list[Rotated]:
    """Every entry that is rotated in this environment."""
    return rotated_keys(configuration.system.secrets)


def rotators(
    configuration: Configuration, keys: Keys, entries: Mapping[str, pulumi.Output[str]]
) -> dict[Rotator, FunctionArgs]:
    """For the functions that rotate; none for what is not rotated here."""
    made = {Rotator.SIGNING_KEY: _signing_key}
    used = {each.rotator for each in rotated(configuration)}
    return {
        rotator: make(configuration, keys, _arns(configuration, rotator, entries))
        for rotator, make in made.items()
        if rotator in used
    }


def rotation(
    configuration: Configuration,
    functions: Mapping[Rotator, Function],
    entries: Mapping[str, pulumi.Output[str]],
) -> RotationArgs:
    """For the schedules."""
    return RotationArgs(
        rotated=rotated(configuration),
        secrets=entries,
        functions={rotator: function.arn for rotator, function in functions.items()},
        ready=list(functions.values()),
    )


def _arns(
    configuration: Configuration, rotator: Rotator, entries: Mapping[str, pulumi.Output[str]]
) -> list[pulumi.Output[str]]:
    return [entries[each.entry] for each in rotated(configuration) if each.rotator is rotator]


def _signing_key(
    configuration: Configuration, keys: Keys, secrets: Sequence[pulumi.Output[str]]
) -> FunctionArgs:
    return FunctionArgs(
        naming=configuration.naming,
        folder="rotate_signing_key",
        description="Rotates signing keys; the one before stays valid",
        log_retention=configuration.settings.standard.log_retention,
        log_key=keys.logs,
        statements=_rotate(configuration, keys, secrets),
        invokers=[SECRETS_MANAGER],
    )


def _rotate(
    configuration: Configuration, keys: Keys, secrets: Sequence[pulumi.Output[str]]
) -> list[iam.Statement]:
    return [
        iam.rotate_secrets(secrets),
        iam.use_key([keys.secrets], via=f"secretsmanager.{configuration.naming.region}.amazonaws.com"),
    ]
