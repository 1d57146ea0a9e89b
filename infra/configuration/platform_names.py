"""Names that the platform gives itself, and that a system file therefore cannot give anything."""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType

from infra.configuration.environments import Environment

# In the namespace of the services, and beside their logs.
RELOADER = "reloader"
DENY_ALL = "deny-all"  # the network policy that the others are exceptions to
MASKED_DATA = "masked-data"  # the log of what was masked
# Each namespace has a service account of this name from the beginning.
DEFAULT = "default"

POD_NAMES = MappingProxyType(
    {
        RELOADER: "what restarts pods when a secret changes",
        DENY_ALL: "the network policy that closes everything",
        MASKED_DATA: "the log of what was masked in the others",
        DEFAULT: "Kubernetes' own service account",
    }
)

# CloudFront finds the load balancer under it.
ORIGIN_LABEL = "origin"
# The site at the environment's domain itself; every other one is called by its host.
DOMAIN_SITE = "domain"

HOSTS = MappingProxyType(
    {
        ORIGIN_LABEL: "the load balancer",
        DOMAIN_SITE: 'the site at the domain itself, whose host is ""',
        **{each.standard.host: f"the environment {each}" for each in Environment if each.standard.host},
    }
)


def callers_policy(service: str) -> str:
    """The network policy that says who may call a service."""
    return f"{service}-callers"


def restored_namespace(system: str) -> str:
    """Where the application is asked about a restored database; no system and no add-on has the name."""
    return f"{system}-restore-test"


def pod_name_mistake(name: str, services: Collection[str]) -> str | None:
    """What already has the name of a service or of a schedule; None when nothing has."""
    called = [service for service in services if name == callers_policy(service)]
    if called:
        return f"who may call {called[0]}"
    return POD_NAMES.get(name)


# The roles of a cluster and of its nodes, by the part that their names have of their own: each place has them
# under names of its own (`Naming.role`).
CLUSTER_ROLE = "cluster"
NODE_ROLE = "node"
