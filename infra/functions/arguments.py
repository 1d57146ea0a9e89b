"""Arguments that several functions have."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from infra.common import CommonArgsWithKeys
from infra.foundations import ports
from infra.foundations.network import Network
from infra.functions.function import Destination, FunctionArgs, FunctionNetwork
from infra.kubernetes.cluster import Cluster

# pg8000, and what it needs.
POSTGRESQL_DRIVER = ("asn1crypto", "pg8000", "python-dateutil", "scramp", "six")


def plain_args(
    common: CommonArgsWithKeys, folder: str, description: str, schedule: str | None = None
) -> FunctionArgs:
    """What every function is given, whatever it does.

    Args:
        common: of the place that it runs in.
        folder: its code in `functions/`.
        description: what it does.
        schedule: when it is called by the clock.
    """
    return FunctionArgs(common=common, folder=folder, description=description, schedule=schedule)


def in_network(network: Network, destinations: Sequence[Destination]) -> FunctionNetwork:
    """A place in the network from which AWS is reached as well, inside the network where it has endpoints.

    Args:
        network: the environment's.
        destinations: what the function connects to.
    """
    endpoints = network.endpoint_security_group_id
    inside = [] if endpoints is None else [Destination("endpoints", endpoints, ports.HTTPS)]
    return FunctionNetwork(network.vpc_id, network.private_subnet_ids, [*destinations, *inside])


def cluster_variables(common: CommonArgsWithKeys, cluster: Cluster) -> dict[str, pulumi.Input[str]]:
    """What a function is told of the Kubernetes API."""
    return {
        "CERTIFICATE_AUTHORITY": cluster.certificate_authority,
        "CLUSTER": common.naming.prefix,
        "ENDPOINT": cluster.endpoint,
    }
