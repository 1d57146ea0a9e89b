"""The network place of a restored database while it is tested."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2

from infra.naming import Naming


@dataclass(frozen=True)
class RestoredPlaceArgs:
    """What it is made of.

    Args:
        vpc_id: the network.
    """

    naming: Naming
    vpc_id: pulumi.Input[str]


class RestoredPlace(pulumi.ComponentResource):
    """A security group that lets nobody in but the function that tests restores (contract DR-4).

    A restored database has everybody's data and last night's passwords: no pod may take it for the real one.
    """

    security_group_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: RestoredPlaceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("groundwork:recovery:RestoredPlace", name, None, opts)
        physical = args.naming.named("restored")
        self.security_group_id = ec2.SecurityGroup(
            "restored",
            name=physical,
            description="PostgreSQL as restored for a test, for the function that looks at it",
            vpc_id=args.vpc_id,
            tags={"Name": physical},
            opts=pulumi.ResourceOptions(parent=self),
        ).id
        self.register_outputs({})
