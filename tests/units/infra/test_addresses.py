"""The plan of addresses."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.configuration.addresses import PREFIX_LENGTHS, SERVICE_ADDRESSES, subnets
from infra.configuration.environments import Environment

NETWORKS = st.builds(
    lambda third, length: IPv4Network((f"10.24.{third}.0", length), strict=False),
    st.integers(0, 255),
    st.sampled_from(PREFIX_LENGTHS),
)


@pytest.mark.contract("NET-1")
def test_no_two_environments_share_an_address() -> None:
    blocks = [*(each.standard.addresses for each in Environment), SERVICE_ADDRESSES]
    assert not [pair for pair in combinations(blocks, 2) if pair[0].overlaps(pair[1])]


@given(NETWORKS, st.integers(1, 3))
def test_subnets_lie_within_their_network_and_never_overlap(network: IPv4Network, zones: int) -> None:
    ranges = [part for zone in subnets(network, zones) for part in (zone.public, zone.private, zone.data)]
    assert all(part.subnet_of(network) for part in ranges)
    assert not [pair for pair in combinations(ranges, 2) if pair[0].overlaps(pair[1])]


@given(NETWORKS)
def test_another_zone_moves_no_subnet(network: IPv4Network) -> None:
    assert subnets(network, 3)[:2] == subnets(network, 2)


def test_the_layout_of_a_network() -> None:
    first, second, third = subnets(IPv4Network("10.24.0.0/16"), 3)
    assert [str(zone.private) for zone in (first, second, third)] == [
        "10.24.0.0/18",
        "10.24.64.0/18",
        "10.24.128.0/18",
    ]
    assert (str(first.public), str(third.public)) == ("10.24.192.0/22", "10.24.200.0/22")
    assert (str(first.data), str(third.data)) == ("10.24.224.0/22", "10.24.232.0/22")


@given(NETWORKS)
def test_every_subnet_is_large_enough_for_aws(network: IPv4Network) -> None:
    # AWS's smallest is /28; EKS asks for more where the load balancers and pods are.
    (zone,) = subnets(network, 1)
    assert zone.data.prefixlen <= 24
    assert zone.private.prefixlen <= 20
