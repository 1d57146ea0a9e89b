"""Where an environment's networks lie: their addresses and zones, in both regions."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from infra.configuration import patterns
from infra.configuration.addresses import PREFIX_LENGTHS, ZONES_MAXIMUM
from infra.configuration.environments import Environment
from infra.configuration.regions import check_zones
from infra.configuration.validation import Problems, Reader


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


def read_network(
    problems: Problems,
    section: Reader,
    file: str,
    environment: Environment,
    region: str,
    recovery_region: str,
) -> NetworkSettings:
    """The section `network`.

    Args:
        problems: what is wrong elsewhere; nothing is compared with a value that is.
        section: of the stack file.
        file: the stack file's name.
        environment: whose block the addresses are to be in.
        region: where the zones are.
        recovery_region: where those of the recovery region are.
    """
    block = environment.standard.addresses
    cidr = _cidr(section, "cidr", block)
    recovery_cidr = _cidr(section, "recoveryCidr", block)
    if not problems.concern(file, "network.cidr", "network.recoveryCidr") and cidr.overlaps(recovery_cidr):
        section.problem(
            "recoveryCidr", str(recovery_cidr), f"a network that does not overlap network.cidr ({cidr})"
        )
    zones = _zones(section, "availabilityZones", region or "us-west-2")
    if not problems.concern(file, "network.availabilityZones", "region"):
        _check_zones(section, "availabilityZones", zones, environment, region)
    standby = environment.standard.standby_region
    recovery_zones = _zones(
        section, "recoveryAvailabilityZones", recovery_region or "us-east-2", optional=not standby
    )
    if standby and not problems.concern(file, "network.recoveryAvailabilityZones", "recoveryRegion"):
        _check_zones(section, "recoveryAvailabilityZones", recovery_zones, environment, recovery_region)
    section.finish()
    return NetworkSettings(cidr, recovery_cidr, zones, recovery_zones)


def _zones(section: Reader, name: str, region: str, *, optional: bool = False) -> tuple[str, ...]:
    return section.texts(
        name,
        pattern=rf"{patterns.REGION}[a-z]",
        allowed="the name of an Availability Zone",
        example=f"{region}a",
        default=() if optional else None,
    )


def _cidr(section: Reader, name: str, block: IPv4Network) -> IPv4Network:
    example = str(next(block.subnets(new_prefix=16)))
    text = section.text(
        name, pattern=patterns.CIDR, allowed="a network such as 10.24.0.0/16", example=example
    )
    if not text:
        return block
    allowed = f"a /{PREFIX_LENGTHS[0]} to /{PREFIX_LENGTHS[-1]} within {block}, this environment's block"
    try:
        cidr = IPv4Network(text)
    except ValueError:
        section.problem(
            name, text, allowed, f"The address has bits beyond its length. For example {example}."
        )
        return block
    if cidr.prefixlen not in PREFIX_LENGTHS or not cidr.subnet_of(block):
        section.problem(
            name, text, allowed, f"For example {example}. The plan is in infra/configuration/environments.py."
        )
    return cidr


def _check_zones(
    section: Reader, name: str, zones: tuple[str, ...], environment: Environment, region: str
) -> None:
    minimum = environment.standard.zones_minimum
    if not minimum <= len(zones) <= ZONES_MAXIMUM:
        count = f"{minimum}" if minimum == ZONES_MAXIMUM else f"{minimum} to {ZONES_MAXIMUM}"
        section.problem(name, list(zones), f"{count} zones in {environment}")
    check_zones(section, name, zones, region)
