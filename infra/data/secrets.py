"""The system file's secrets: one entry of Secrets Manager each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import secretsmanager

from infra.configuration.secrets import SecretEntry, SecretSource
from infra.data.secret_entry import (
    KEY_FIELDS,
    SIGNING_KEY_LENGTH,
    SecretEntryArgs,
    declare_secret,
    declare_value,
    generate_password,
)


@dataclass(frozen=True)
class SecretsArgs:
    """What services need to know.

    Args:
        declared: what the system file says of each secret.
        entries: what each of them is in Secrets Manager, by its name.
    """

    declared: Sequence[SecretEntry]
    entries: Mapping[str, SecretEntryArgs]


class Secrets(pulumi.ComponentResource):
    """Entries for everything that services need to know and nobody else may. Keeps SEC-1 and ENV-2.

    Only what can be generated has a value from here; the rest is set by command and is in no file, no
    program and no state.
    """

    arns: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:secrets:Secrets", name, None, opts)
        self.arns = {}
        for entry in args.declared:
            secret = declare_secret(args.entries[entry.name], self)
            self.arns[entry.name] = secret.arn
            if entry.source is SecretSource.GENERATED:
                self.arns[entry.name] = self._generated(entry, secret)
        self.register_outputs({})

    def _generated(self, entry: SecretEntry, secret: secretsmanager.Secret) -> pulumi.Output[str]:
        if entry.rotation is None:
            # Another resource than a rotated entry's: when rotation is switched on, the entry gets a value
            # with all of its keys, which the rotated one's ignored changes would never bring.
            return declare_value(secret, f"{entry.name}-fixed", generate_password(entry.name, self), self)
        current = generate_password(entry.name, self, SIGNING_KEY_LENGTH)
        following = generate_password(f"{entry.name}-next", self, SIGNING_KEY_LENGTH)
        # Nothing has been signed with a key before this one, so it may be any.
        keys = (current, current, following)
        value = pulumi.Output.json_dumps(dict(zip(KEY_FIELDS, keys, strict=True)))
        return declare_value(secret, entry.name, value, self, rotated=True)
