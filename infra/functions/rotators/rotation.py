"""Schedules of rotated secrets: which entries, how often, and by which function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import lambda_, secretsmanager

from infra.configuration.rotation import DATABASE_ROTATOR, Rotated
from infra.configuration.secret_sources import Rotator


@dataclass(frozen=True)
class Preparation:
    """What makes a database ready for services: the function that rotates makes their users in it.

    Args:
        function: the function's name.
        event: what it is called with.
        master: ARN of the master's entry, known when it has a value.
        triggers: when one of them changes it is called again; a database that was restored knows the
            passwords of the day of its snapshot.
    """

    function: str
    event: pulumi.Input[str]
    master: pulumi.Output[str]
    triggers: Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True)
class RotationArgs:
    """What is rotated.

    Args:
        rotated: the entries.
        secrets: their ARNs, and perhaps those of others.
        functions: the ARNs of the functions.
        preparation: of the database.
        ready: what has to be there before each function is called: itself, and what it reaches AWS through.
    """

    rotated: Sequence[Rotated]
    secrets: Mapping[str, pulumi.Input[str]]
    functions: Mapping[Rotator, pulumi.Input[str]]
    preparation: Preparation
    ready: Mapping[Rotator, Sequence[pulumi.Resource]]


class Rotation(pulumi.ComponentResource):
    """A schedule for each rotated entry, and a database that knows the first password. Keeps SEC-2.

    `prepared` is what services have to wait for.
    """

    prepared: lambda_.Invocation

    def __init__(self, name: str, args: RotationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:rotation:Rotation", name, None, opts)
        # It waits for its own function alone: that of Redis is there when Redis is, minutes later.
        self.prepared = lambda_.Invocation(
            "prepare-database",
            function_name=args.preparation.function,
            input=args.preparation.master.apply(lambda _: args.preparation.event),
            triggers=args.preparation.triggers,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.ready[DATABASE_ROTATOR])),
        )
        for each in args.rotated:
            # Secrets Manager tries a function at once, and that of the database needs the users in it.
            prepared = [self.prepared] if each.rotator == DATABASE_ROTATOR else []
            secretsmanager.SecretRotation(
                each.entry,
                secret_id=args.secrets[each.entry],
                rotation_lambda_arn=args.functions[each.rotator],
                rotation_rules=secretsmanager.SecretRotationRotationRulesArgs(
                    automatically_after_days=each.days
                ),
                # The value is new already; a rotation while everything starts for the first time would
                # only get in the way.
                rotate_immediately=False,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[*args.ready[each.rotator], *prepared]),
            )
        self.register_outputs({})
