"""Subnets, security groups and gateways that EC2 does not remove, because something else is in them.

moto removes them, and what used them goes on with identifiers of nothing. Only what stands for good is looked
at, not the network interfaces that AWS takes away minutes after their owner: its provider waits for those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class User:
    """Something with network interfaces: what it is, in which subnets and under which security groups."""

    name: str
    subnets: frozenset[str]
    groups: frozenset[str]


def refuse_what_is_in_use() -> None:
    """Has moto's EC2 refuse with DependencyViolation, as DeleteSubnet, DeleteSecurityGroup and
    DetachInternetGateway do (EC2's API reference; messages as EC2 gives them). Once in a process."""
    from moto.ec2.exceptions import DependencyViolationError
    from moto.ec2.models import EC2Backend

    if hasattr(EC2Backend.delete_subnet, "repaired"):
        return
    delete_subnet, delete_group = EC2Backend.delete_subnet, EC2Backend.delete_security_group
    detach = EC2Backend.detach_internet_gateway

    def refuse(users: Iterator[User], message: str) -> None:
        named = sorted({user.name for user in users})
        if named:
            raise DependencyViolationError(f"{message} (in use by {', '.join(named)})")

    def checked_delete_subnet(self: Any, subnet_id: str) -> Any:
        message = f"The subnet '{subnet_id}' has dependencies and cannot be deleted."
        refuse((user for user in users_of(self) if subnet_id in user.subnets), message)
        return delete_subnet(self, subnet_id)

    def checked_delete_group(self: Any, name: str | None = None, group_id: str | None = None) -> Any:
        message = f"resource {group_id} has a dependent object"
        refuse((user for user in users_of(self) if group_id in user.groups), message)
        return delete_group(self, name=name, group_id=group_id)

    def checked_detach(self: Any, internet_gateway_id: str, vpc_id: str) -> None:
        message = (
            f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) "
            "before detaching the gateway."
        )
        mapped = (gateway for gateway in _nat_gateways(self) if gateway.vpc_id == vpc_id)
        refuse((User(gateway.id, frozenset(), frozenset()) for gateway in mapped), message)
        detach(self, internet_gateway_id, vpc_id)

    checked_delete_subnet.repaired = True  # type: ignore[attr-defined]
    EC2Backend.delete_subnet = checked_delete_subnet  # type: ignore[method-assign]
    EC2Backend.delete_security_group = checked_delete_group  # type: ignore[method-assign]
    EC2Backend.detach_internet_gateway = checked_detach  # type: ignore[method-assign]


def users_of(ec2: Any) -> Iterator[User]:
    """Everything in the account and region of `ec2`, a backend of moto, that has network interfaces."""
    for gateway in _nat_gateways(ec2):
        yield _user(gateway.id, [gateway.subnet_id])
    for endpoint in ec2.vpc_end_points.values():
        if endpoint.state == "available":
            yield _user(endpoint.id, endpoint.subnet_ids, endpoint.security_group_ids)
    for name, backend in _other_backends(ec2.account_id, ec2.region_name).items():
        yield from _USERS[name](backend)


def _nat_gateways(ec2: Any) -> list[Any]:
    return [gateway for gateway in ec2.nat_gateways.values() if gateway.state == "available"]


def _other_backends(account: str, region: str) -> dict[str, Any]:
    """Those that somebody has used: one that is not there has nothing."""
    from moto.core.base_backend import BackendDict

    found = {}
    for backends in BackendDict._instances:  # type: ignore[misc]
        if backends.service_name in _USERS and account in backends:
            backend = dict.get(backends[account], region)
            if backend is not None:
                found[backends.service_name] = backend
    return found


def _databases(backend: Any) -> Iterator[User]:
    for instance in backend.databases.values():
        group = getattr(instance, "db_subnet_group", None)
        subnets = [subnet.id for subnet in group._subnets] if group is not None else []
        yield _user(f"database {instance.db_instance_identifier}", subnets, instance.vpc_security_group_ids)


def _caches(backend: Any) -> Iterator[User]:
    for cache in backend.replication_groups.values():
        group = backend.cache_subnet_groups.get(cache.cache_subnet_group_name)
        subnets = group.subnet_ids if group is not None else []
        yield _user(f"replication group {cache.replication_group_id}", subnets, cache.security_group_ids)


def _clusters(backend: Any) -> Iterator[User]:
    for cluster in backend.clusters.values():
        network = cluster.resources_vpc_config or {}
        yield _user(
            f"cluster {cluster.name}", network.get("subnetIds", ()), network.get("securityGroupIds", ())
        )


def _load_balancers(backend: Any) -> Iterator[User]:
    for balancer in backend.load_balancers.values():
        subnets = [subnet.id for subnet in balancer.subnets]
        yield _user(f"load balancer {balancer.name}", subnets, balancer.security_groups)


_USERS = {
    "rds": _databases,
    "elasticache": _caches,
    "eks": _clusters,
    "elbv2": _load_balancers,
}


def _user(name: str, subnets: Iterable[str] | None, groups: Iterable[str] | None = ()) -> User:
    return User(name, frozenset(subnets or ()), frozenset(groups or ()))
