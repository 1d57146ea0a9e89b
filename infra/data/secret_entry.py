"""Declares one entry of Secrets Manager, the same way wherever its value comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_random as random
from pulumi_aws import secretsmanager

from infra import iam
from infra.common import CommonArgsWithKeys
from infra.configuration.secret_sources import PASSWORD_LENGTH

# The longest that Secrets Manager offers to take a deletion back.
RECOVERY_WINDOW_DAYS = 30
# Stays at the first value of an entry that is rotated. Secrets Manager may delete a version without a label
# (UpdateSecretVersionStage in its API reference); the engine would then put the first value back as the
# current one (hashicorp/terraform-provider-aws#37302).
FIRST_STAGE = "groundwork-first"
# For dev, whose stacks come and go: a name is free again only after the window, so there is none.
NO_RECOVERY_WINDOW = 0


@dataclass(frozen=True)
class SecretReplica:
    """A copy that Secrets Manager keeps the same.

    Args:
        region: where it is.
        key: ARN of the key there that encrypts it.
    """

    region: str
    key: pulumi.Input[str]


@dataclass(frozen=True)
class SecretEntryArgs:
    """What an entry is.

    Args:
        common: names, rules and keys of its place.
        name: the entry's name within the environment.
        description: what it is for.
        readers: ARNs of the roles that may read the value; everybody else is refused.
        replica: the copy in another region, which Secrets Manager keeps the same; None for none.
    """

    common: CommonArgsWithKeys
    name: str
    description: str
    readers: Sequence[str]
    replica: SecretReplica | None = None


def declare_secret(args: SecretEntryArgs, parent: pulumi.Resource) -> secretsmanager.Secret:
    """The entry and its policy, without a value."""
    secret = secretsmanager.Secret(
        args.name,
        name=args.common.naming.secret(args.name),
        description=args.description,
        kms_key_id=args.common.secrets_key,
        replicas=(
            [secretsmanager.SecretReplicaArgs(region=args.replica.region, kms_key_id=args.replica.key)]
            if args.replica
            else None
        ),
        recovery_window_in_days=RECOVERY_WINDOW_DAYS if args.common.protect else NO_RECOVERY_WINDOW,
        # Not retained on delete: Secrets Manager itself keeps it for its recovery window.
        opts=pulumi.ResourceOptions(parent=parent, protect=args.common.protect),
    )
    secretsmanager.SecretPolicy(
        args.name,
        secret_arn=secret.arn,
        policy=iam.document(iam.only_readers(args.readers)),
        block_public_policy=True,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return secret


def declare_value(
    secret: secretsmanager.Secret,
    name: str,
    value: pulumi.Input[str],
    parent: pulumi.Resource,
    *,
    rotated: bool = False,
) -> pulumi.Output[str]:
    """A value that the program itself knows; it is a secret from here on, whatever it was before.

    Of a rotated entry it is the first value only: later ones come from the function that rotates, and the
    program never puts its own back. Answers the entry's ARN, for those who need the value to be there.
    """
    return secretsmanager.SecretVersion(
        name,
        secret_id=secret.id,
        secret_string=pulumi.Output.secret(value),
        version_stages=["AWSCURRENT", FIRST_STAGE] if rotated else None,
        opts=pulumi.ResourceOptions(
            parent=parent, ignore_changes=["secretString", "versionStages"] if rotated else None
        ),
    ).secret_id


def generate_password(
    name: str, parent: pulumi.Resource, length: int = PASSWORD_LENGTH
) -> pulumi.Output[str]:
    """A random password that stays the same; it is in the state, encrypted, and nowhere else in the clear."""
    return random.RandomPassword(
        name,
        length=length,
        special=False,
        opts=pulumi.ResourceOptions(parent=parent, additional_secret_outputs=["result"]),
    ).result
