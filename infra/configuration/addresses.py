"""The plan of private addresses: how an environment's network is divided; its block is in environments.py."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

# Kubernetes' own services; outside of every block, and no address of it leaves a cluster.
SERVICE_ADDRESSES = IPv4Network("172.20.0.0/16")

# Room for three zones is kept whether they are used or not, so that adding one moves no subnet.
ZONES_MAXIMUM = 3

# From /16, which is the largest that AWS allows, to /18: with less, a zone's pods run out of addresses.
PREFIX_LENGTHS = range(16, 19)


@dataclass(frozen=True)
class ZoneSubnets:
    """The address ranges of one Availability Zone."""

    public: IPv4Network
    private: IPv4Network
    data: IPv4Network


def subnets(network: IPv4Network, zones: int) -> tuple[ZoneSubnets, ...]:
    """Divides a network for a number of Availability Zones.

    The first three quarters are for pods and nodes, one for each zone: every pod has an address of its
    own. The last quarter has the load balancers' subnets in its first half and the isolated subnets of
    the database and Redis in the other.

    Args:
        network: a /16 to /18.
        zones: how many zones, 1 to 3. The ranges of a zone do not depend on it.
    """
    *private, rest = network.subnets(prefixlen_diff=2)
    front, back = rest.subnets(prefixlen_diff=1)
    public, data = list(front.subnets(prefixlen_diff=3)), list(back.subnets(prefixlen_diff=3))
    return tuple(ZoneSubnets(public[zone], private[zone], data[zone]) for zone in range(zones))
