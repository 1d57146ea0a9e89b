"""Permissions of people on call for their command line: IAM policies for the role that they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import iam as aws_iam

from infra import iam
from infra.common import CommonArgsWithKeys


@dataclass(frozen=True)
class PeopleArgs:
    """What the commands work on.

    Args:
        common: names, rules and keys of the place that the environment runs in.
        entries: ARNs of all entries of Secrets Manager.
        given_out: of those whose values people give out.
        replica_key: of the one that encrypts their copies; None where there are none.
        distributions: ARNs of the CDN's distributions.
    """

    common: CommonArgsWithKeys
    entries: Sequence[pulumi.Input[str]]
    given_out: Sequence[pulumi.Input[str]]
    replica_key: pulumi.Input[str] | None
    distributions: Sequence[pulumi.Input[str]]


class People(pulumi.ComponentResource):
    """Policies `<system>-<environment>-people` and `-people-ledger`, for `make secret`, `purge` and `ledger`.

    Keeps SEC-1. They are not attached here: people's roles are made outside of this program, and those of IAM
    Identity Center take a policy by its name alone, in the permission set.
    """

    def __init__(self, name: str, args: PeopleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:people:People", name, None, opts)
        # Two, since IAM takes no more than 6,144 letters of one ("IAM and AWS STS quotas").
        for policy, description, statements in (
            ("people", "What people on call do from a command line", _statements(args)),
            ("people-ledger", "When secrets were changed", [iam.describe_secrets(args.entries)]),
        ):
            if statements:
                aws_iam.Policy(
                    policy,
                    name=args.common.naming.named(policy),
                    description=description,
                    policy=iam.document(*statements),
                    opts=pulumi.ResourceOptions(parent=self),
                )
        self.register_outputs({})


def _statements(args: PeopleArgs) -> list[iam.Statement]:
    naming = args.common.naming
    statements: list[iam.Statement] = []
    if args.given_out:
        replica = iam.Key(args.replica_key, naming.recovery_region) if args.replica_key is not None else None
        statements += iam.encrypted.set_secrets(
            args.given_out, iam.Key(args.common.secrets_key, naming.region), replica
        )
    if args.distributions:
        statements += iam.empty_caches(args.distributions)
    return statements
