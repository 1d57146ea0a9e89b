"""Redis, as ElastiCache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pulumi
from pulumi_aws import ec2, elasticache

from infra.common import CommonArgsWithKeys
from infra.data.secret_entry import (
    SecretEntryArgs,
    declare_secret,
    declare_value,
    generate_password,
)
from infra.foundations import ports, timeouts
from infra.foundations.outliving import unlike_any_before
from infra.foundations.security_rules import grant_ingress
from infra.naming import Naming

# The last version of Redis itself that ElastiCache has: the runbooks speak of Redis, and clients,
# commands and the user interface stay the ones that they were written for.
ENGINE = "redis"
ENGINE_VERSION = "7.1"
PARAMETER_FAMILY = "redis7"
USER = "app"

# Nothing that administers the server. A cache may be looked through and cleared (runbooks 002 and 003);
# what waits in a queue may not.
_ACCESS = "on ~* &* +@all -@admin -@dangerous +info"
_CLEARING = "+flushdb +keys"

SNAPSHOT_WINDOW = "03:00-04:00"
MAINTENANCE_WINDOW = "sun:05:00-sun:06:00"


class Eviction(StrEnum):
    """What Redis does when it is full."""

    LEAST_RECENTLY_USED = "allkeys-lru"
    NEVER = "noeviction"


@dataclass(frozen=True)
class RedisArgs:
    """What one Redis is made of.

    Args:
        common: names, rules and keys of its place; with `protect` it leaves a final snapshot.
        node_type: ElastiCache's name of the machine.
        eviction: what happens when it is full.
        redundant: a replica in another zone that takes over by itself.
        snapshot_retention: days that daily snapshots are kept.
        vpc_id: the network.
        subnet_ids: its isolated subnets.
        client_security_group_id: who may connect.
        entry: in Secrets Manager; None where nobody connects, and the name is that of a copy.
    """

    common: CommonArgsWithKeys
    node_type: str
    eviction: Eviction
    redundant: bool
    snapshot_retention: int
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    client_security_group_id: pulumi.Input[str]
    entry: SecretEntryArgs | None


def user_id(naming: Naming, purpose: str, user: str = USER) -> str:
    """ElastiCache's identifier of a user of the Redis of this purpose."""
    return naming.named(f"{purpose}-{user}")


class Redis(pulumi.ComponentResource):
    """One Redis with a user and a password of its own. Keeps RED-1 (cache) and RED-2 (queue).

    Produces the replication group, its subnet and parameter groups, security group, users, and an entry
    in Secrets Manager with everything that a client needs.
    """

    node_ids: list[str]
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: RedisArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:redis:Redis", name, None, opts)
        self._args = args
        self._purpose = name
        self._id = args.common.naming.named(name)
        self._here = pulumi.ResourceOptions(parent=self)
        nodes = 2 if args.redundant else 1
        # ElastiCache numbers the nodes of a group like this; alarms are on nodes.
        self.node_ids = [f"{self._id}-{number:03}" for number in range(1, nodes + 1)]
        password = generate_password(f"{name}-password", self)
        self.security_group_id = self._security_group()
        group = self._replication_group(nodes, self._users(password))
        self._secret_arn = self._secret(args.entry, group, password) if args.entry else None
        self.register_outputs({})

    @property
    def secret_arn(self) -> pulumi.Output[str]:
        """ARN of the entry, where there is one."""
        assert self._secret_arn is not None
        return self._secret_arn

    def _security_group(self) -> pulumi.Output[str]:
        group = ec2.SecurityGroup(
            self._purpose,
            name=self._id,
            description=f"Redis ({self._purpose}), for pods and the function that rotates",
            vpc_id=self._args.vpc_id,
            tags={"Name": self._id},
            opts=self._here,
        )
        grant_ingress(
            self._purpose,
            "Pods connect",
            group=group.id,
            source=self._args.client_security_group_id,
            port=ports.REDIS,
            parent=self,
        )
        return group.id

    def _users(self, password: pulumi.Output[str]) -> pulumi.Output[str]:
        # A group needs a user named "default"; this one may do nothing, and nobody knows its password.
        default = self._user(
            "default", "off ~* -@all", generate_password(f"{self._purpose}-default-password", self)
        )
        clearing = f" {_CLEARING}" if self._args.eviction is not Eviction.NEVER else ""
        application = self._user(USER, _ACCESS + clearing, password)
        return elasticache.UserGroup(
            self._purpose,
            user_group_id=self._id,
            engine=ENGINE,
            user_ids=[default, application],
            opts=self._here,
        ).user_group_id

    def _user(self, name: str, access: str, password: pulumi.Output[str]) -> pulumi.Output[str]:
        return elasticache.User(
            f"{self._purpose}-{name}",
            user_id=user_id(self._args.common.naming, self._purpose, name),
            user_name=name,
            engine=ENGINE,
            access_string=access,
            authentication_mode=elasticache.UserAuthenticationModeArgs(type="password", passwords=[password]),
            # The function that rotates gives the user its later passwords.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["authenticationMode"]),
        ).user_id

    def _parameter_group(self) -> pulumi.Output[str]:
        return elasticache.ParameterGroup(
            self._purpose,
            name=self._id,
            family=PARAMETER_FAMILY,
            description=f"When full: {self._args.eviction}",
            parameters=[
                elasticache.ParameterGroupParameterArgs(
                    name="maxmemory-policy", value=str(self._args.eviction)
                )
            ],
            opts=self._here,
        ).name

    def _replication_group(self, nodes: int, user_group: pulumi.Output[str]) -> elasticache.ReplicationGroup:
        args = self._args
        subnet_group = elasticache.SubnetGroup(
            self._purpose,
            name=self._id,
            description="Isolated subnets",
            subnet_ids=args.subnet_ids,
            opts=self._here,
        )
        return elasticache.ReplicationGroup(
            self._purpose,
            replication_group_id=self._id,
            description=f"Redis ({self._purpose}) of {args.common.naming.prefix}",
            engine=ENGINE,
            engine_version=ENGINE_VERSION,
            node_type=args.node_type,
            num_cache_clusters=nodes,
            automatic_failover_enabled=args.redundant,
            multi_az_enabled=args.redundant,
            port=ports.REDIS,
            parameter_group_name=self._parameter_group(),
            subnet_group_name=subnet_group.name,
            security_group_ids=[self.security_group_id],
            user_group_ids=[user_group],
            transit_encryption_enabled=True,
            at_rest_encryption_enabled=True,
            kms_key_id=args.common.data_key,
            snapshot_retention_limit=args.snapshot_retention,
            snapshot_window=SNAPSHOT_WINDOW,
            maintenance_window=MAINTENANCE_WINDOW,
            auto_minor_version_upgrade=True,
            apply_immediately=not args.common.protect,
            final_snapshot_identifier=self._final_snapshot() if args.common.protect else None,
            opts=pulumi.ResourceOptions(
                parent=self, protect=args.common.protect, custom_timeouts=timeouts.REDIS
            ),
        )

    def _final_snapshot(self) -> pulumi.Output[str]:
        # It stays for good: the group that comes after this one leaves one of another name.
        end = unlike_any_before(f"{self._purpose}-final-snapshot", self, {"key": self._args.common.data_key})
        return pulumi.Output.concat(f"{self._id}-final-", end)

    def _secret(
        self, entry: SecretEntryArgs, group: elasticache.ReplicationGroup, password: pulumi.Output[str]
    ) -> pulumi.Output[str]:
        args = self._args
        secret = declare_secret(entry, self)
        host = group.primary_endpoint_address
        value = {
            "host": host,
            "port": ports.REDIS,
            "username": USER,
            "password": password,
            "userId": user_id(args.common.naming, self._purpose),
            "url": pulumi.Output.concat(f"rediss://{USER}:", password, "@", host, f":{ports.REDIS}"),
        }
        return declare_value(secret, entry.name, pulumi.Output.json_dumps(value), self, rotated=True)
