"""Which secrets are rotated, how often, and by which function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pulumi
from pulumi_aws import secretsmanager

from infra.system import SecretEntry

# Runbook 003: database and Redis every 30 days. Signing keys as the system file has it (90).
PASSWORD_DAYS = 30


class Rotator(StrEnum):
    """The functions that rotate, by name."""

    DATABASE = "rotate-database"
    REDIS = "rotate-redis"
    SIGNING_KEY = "rotate-signing-key"


@dataclass(frozen=True)
class Rotated:
    """One rotated entry: its name, the function that rotates it, and after how many days."""

    entry: str
    rotator: Rotator
    days: int


def rotated_keys(entries: Mapping[str, SecretEntry]) -> list[Rotated]:
    """The system file's entries that are rotated."""
    return [
        Rotated(entry.name, Rotator.SIGNING_KEY, entry.rotation)
        for entry in entries.values()
        if entry.rotation is not None
    ]


@dataclass(frozen=True)
class RotationArgs:
    """What is rotated.

    Args:
        rotated: the entries.
        secrets: their ARNs, and perhaps those of others.
        functions: the ARNs of the functions.
        ready: what has to be there before the first rotation: Secrets Manager tries the function at once.
    """

    rotated: Sequence[Rotated]
    secrets: Mapping[str, pulumi.Input[str]]
    functions: Mapping[Rotator, pulumi.Input[str]]
    ready: Sequence[pulumi.Resource]


class Rotation(pulumi.ComponentResource):
    """A schedule for each rotated entry. Keeps SEC-2."""

    def __init__(self, name: str, args: RotationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:rotation:Rotation", name, None, opts)
        for each in args.rotated:
            secretsmanager.SecretRotation(
                each.entry,
                secret_id=args.secrets[each.entry],
                rotation_lambda_arn=args.functions[each.rotator],
                rotation_rules=secretsmanager.SecretRotationRotationRulesArgs(
                    automatically_after_days=each.days
                ),
                # The value is new already; a rotation while everything starts for the first time would
                # only get in the way. Secrets Manager still tries the function's test.
                rotate_immediately=False,
                opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.ready)),
            )
        self.register_outputs({})
