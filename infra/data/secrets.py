"""The system file's secrets: one entry of Secrets Manager each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import secretsmanager

from infra.configuration.secret_sources import Generated
from infra.configuration.secrets import SecretEntry
from infra.data.secret_entry import (
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
            if entry.source.generated is not None:
                self.arns[entry.name] = self._generated(entry, entry.source.generated, secret)
        self.register_outputs({})

    def _generated(
        self, entry: SecretEntry, generated: Generated, secret: secretsmanager.Secret
    ) -> pulumi.Output[str]:
        rotation = entry.rotated
        if rotation is None:
            # Another resource than a rotated entry's: when rotation is switched on, the entry gets a value
            # with all of its keys, which the rotated one's ignored changes would never bring.
            value = generate_password(entry.name, self, generated.length)
            return declare_value(secret, f"{entry.name}-fixed", value, self)
        passwords = {
            added: generate_password(f"{entry.name}{added}", self, rotation.length)
            for added in dict.fromkeys(rotation.fields.values())
        }
        fields = {field: passwords[added] for field, added in rotation.fields.items()}
        return declare_value(secret, entry.name, pulumi.Output.json_dumps(fields), self, rotated=True)
