"""Settings of an environment's networks: their addresses and zones, in both regions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Network

from infra.configuration import patterns
from infra.configuration.addresses import PREFIX_LENGTHS, ZONES_MAXIMUM
from infra.configuration.environments import Environment
from infra.configuration.keys import Fixed, Section, Varies
from infra.configuration.kinds import Text, Texts
from infra.configuration.regions import REGIONS, check_zones
from infra.configuration.validation import MISSING, Problems, Reader

_NETWORK = "EKS, RDS and ElastiCache stay in the network that they were made in"
_ZONES = (
    "EKS keeps the Availability Zones that a cluster was made with, and subnets in use stay where they are"
)
_PLAN = "The plan is in infra/configuration/environments.py."


def _cidr_key(name: str, number: int, meaning: str, *, fixed: Fixed, rules: tuple[str, ...] = ()) -> Text:
    """The declaration of a network's addresses; its example is one of the environment's blocks of /16."""
    return Text(
        name,
        meaning=meaning,
        pattern=patterns.CIDR,
        words=Varies(
            lambda environment: (
                f"a /{PREFIX_LENGTHS[0]} to /{PREFIX_LENGTHS[-1]} within {environment.standard.addresses},"
                " this environment's block"
            )
        ),
        rules=rules,
        fixed=fixed,
        example=Varies(
            lambda environment: str(list(environment.standard.addresses.subnets(new_prefix=16))[number])
        ),
    )


CIDR = _cidr_key("cidr", 0, "the network's addresses", fixed=Fixed(_NETWORK))
_APART = "a network that does not overlap network.cidr"
RECOVERY_CIDR = _cidr_key(
    "recoveryCidr",
    1,
    "those of the network in the recovery region, used or kept for the day",
    rules=(_APART,),
    fixed=Fixed(_NETWORK, with_copies=True),
)


def _zones_key(name: str, meaning: str, region: str, *, fixed: Fixed, needed: Varies[bool]) -> Texts:
    """The declaration of a region's Availability Zones; where nothing is there, they may be left out."""
    return Texts(
        name,
        meaning=meaning,
        pattern=rf"{patterns.REGION}[a-z]",
        words="the name of an Availability Zone",
        least=Varies(lambda each: each.standard.zones_minimum if needed.in_environment(each) else 0),
        most=ZONES_MAXIMUM,
        noun=Varies(lambda each: f"zones in {each}"),
        default=Varies(lambda each: MISSING if needed.in_environment(each) else ()),
        rules=("zones of the region",),
        fixed=fixed,
        example=[f"{region}{letter}" for letter in REGIONS[region].zones[:ZONES_MAXIMUM]],
    )


AVAILABILITY_ZONES = _zones_key(
    "availabilityZones",
    "where in the region",
    "us-west-2",
    fixed=Fixed(_ZONES),
    needed=Varies(lambda _: True),
)
RECOVERY_AVAILABILITY_ZONES = _zones_key(
    "recoveryAvailabilityZones",
    "the same in the recovery region",
    "us-east-2",
    fixed=Fixed(_ZONES, with_copies=True),
    needed=Varies(lambda environment: environment.standard.recovery_copies),
)
NETWORK = Section(
    "network",
    title="Network",
    parts=(CIDR, RECOVERY_CIDR, AVAILABILITY_ZONES, RECOVERY_AVAILABILITY_ZONES),
)


@dataclass(frozen=True)
class NetworkSettings:
    """Where the network lies.

    Args:
        cidr: the addresses of the primary region's network.
        recovery_cidr: those kept for the network in the recovery region.
        availability_zones: by name. Asking AWS instead would need a call at each preview, and a zone
            that AWS adds or closes would move the subnets.
        recovery_availability_zones: the same in the recovery region; none where it is empty.
    """

    cidr: IPv4Network
    recovery_cidr: IPv4Network
    availability_zones: tuple[str, ...]
    recovery_availability_zones: tuple[str, ...]

    @property
    def exchanged(self) -> NetworkSettings:
        """The same with the two regions in each other's role."""
        return replace(
            self,
            cidr=self.recovery_cidr,
            recovery_cidr=self.cidr,
            availability_zones=self.recovery_availability_zones,
            recovery_availability_zones=self.availability_zones,
        )


def read_network(
    problems: Problems,
    root: Reader,
    file: str,
    environment: Environment,
    region: str,
    recovery_region: str,
) -> NetworkSettings:
    """The section `network`.

    Args:
        problems: what is wrong elsewhere; nothing is compared with a value that is.
        root: the stack file.
        file: the stack file's name.
        environment: whose block the addresses are to be in.
        region: where the zones are.
        recovery_region: where those of the recovery region are.
    """
    section = NETWORK.read(root)
    cidr = _cidr(section, CIDR.of(environment), environment)
    recovery_cidr = _cidr(section, RECOVERY_CIDR.of(environment), environment)
    if not problems.concern(file, "network.cidr", "network.recoveryCidr") and cidr.overlaps(recovery_cidr):
        section.problem(RECOVERY_CIDR.name, str(recovery_cidr), f"{_APART} ({cidr})")
    zones = AVAILABILITY_ZONES.of(environment).read(section)
    if not problems.concern(file, "network.availabilityZones", "region"):
        check_zones(section, AVAILABILITY_ZONES.name, zones, region)
    recovery_zones = RECOVERY_AVAILABILITY_ZONES.of(environment).read(section)
    copies = environment.standard.recovery_copies
    if copies and not problems.concern(file, "network.recoveryAvailabilityZones", "recoveryRegion"):
        check_zones(section, RECOVERY_AVAILABILITY_ZONES.name, recovery_zones, recovery_region)
    section.finish()
    return NetworkSettings(cidr, recovery_cidr, zones, recovery_zones)


def _cidr(section: Reader, key: Text, environment: Environment) -> IPv4Network:
    block = environment.standard.addresses
    text = key.read(section)
    if not text:
        return block
    try:
        cidr = IPv4Network(text)
    except ValueError:
        key.refuse(section, text, f"The address has bits beyond its length. For example {key.example}.")
        return block
    if cidr.prefixlen not in PREFIX_LENGTHS or not cidr.subnet_of(block):
        key.refuse(section, text, f"For example {key.example}. {_PLAN}")
    return cidr
