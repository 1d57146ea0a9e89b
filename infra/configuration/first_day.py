"""Settings that an environment's first deployment fixes for good, because everything stands on them.

AWS has no operation that changes one of these under a network, a cluster or a database that is in use. A
preview would show replacements all the same, and the deployment would end half-way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from infra.configuration.both_files import Configuration
from infra.configuration.file_names import stack_file_name
from infra.configuration.keys import Fixed
from infra.configuration.settings import STACK
from infra.configuration.system_keys import SYSTEM
from infra.configuration.validation import Problem, shown

Value = str | list[str]

SYSTEM_FILE = "the system file"

# "You can't change which VPC the subnets are from" (UpdateClusterConfig in EKS's API reference); "must be in
# the same set of AZs as originally provided" (EKS user guide, "View Amazon EKS networking requirements for
# VPC and subnets"); a subnet "must not have" anything in it when it is deleted (DeleteSubnet in EC2's).
FIXED: Mapping[str, Fixed] = MappingProxyType(
    {path: key.fixed for section in (SYSTEM, STACK) for path, key in section.declared() if key.fixed}
)


@dataclass(frozen=True)
class FirstDay:
    """What the two files say now of what was decided on the first day: values by key, and who says it."""

    environment: str
    values: Mapping[str, Value]

    def changes(self, deployed: Mapping[str, Value], remedy: str) -> list[Problem]:
        """A problem for each value that is another one than when the environment was first deployed.

        Args:
            deployed: the values of that day. One that the program knows only since later is not in it.
            remedy: what a person can run who wants the new value all the same.
        """
        return [
            Problem(
                SYSTEM_FILE if key == "name" else stack_file_name(self.environment),
                key,
                shown(value),
                f"{shown(deployed[key])}, which {self.environment} was first deployed with:"
                f" {FIXED[key].reason}",
                remedy,
            )
            for key, value in self.values.items()
            if key in deployed and deployed[key] != value
        ]


def first_day(configuration: Configuration) -> FirstDay:
    """What the two files decide for good; of the recovery region only where something always stands there."""
    settings = configuration.settings.exchanged
    network = settings.network
    values: dict[str, Value] = {
        "name": configuration.system.name,
        "account": settings.account,
        "region": settings.region,
        "network.cidr": str(network.cidr),
        "network.availabilityZones": list(network.availability_zones),
        "recoveryRegion": settings.recovery_region,
        "network.recoveryCidr": str(network.recovery_cidr),
        "network.recoveryAvailabilityZones": list(network.recovery_availability_zones),
    }
    copies = settings.standard.recovery_copies
    return FirstDay(
        settings.environment.value,
        {key: value for key, value in values.items() if copies or not FIXED[key].with_copies},
    )
