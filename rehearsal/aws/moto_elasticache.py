"""ElastiCache, where moto has no part of it: groups of users, what changes later, the nodes of a group.

Who recovers a region relies on users: one keeps the passwords that rotations gave it as long as it lives.
AWS's provider reads half of a replication group off its first node.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import Any

from moto.core.responses import ActionResult
from moto.elasticache.exceptions import CacheSubnetGroupNotFound, ElastiCacheException, UserNotFound
from moto.elasticache.models import CacheCluster, CacheSubnetGroup, ElastiCacheBackend, ReplicationGroup
from moto.elasticache.responses import ElastiCacheResponse

# As in botocore's model: a list of at most two.
_PASSWORDS_MAXIMUM = 2
_ARNS = re.compile(
    r"^arn:aws:elasticache:.*:[0-9]*:(cluster|snapshot|subnetgroup|replicationgroup|user|usergroup):.*$"
)


class UserGroupNotFound(ElastiCacheException):
    code = "UserGroupNotFound"


class UserGroupAlreadyExists(ElastiCacheException):
    code = "UserGroupAlreadyExists"


class DefaultUserRequired(ElastiCacheException):
    code = "DefaultUserRequired"


class InvalidUserGroupState(ElastiCacheException):
    code = "InvalidUserGroupState"


class DefaultUserAssociated(ElastiCacheException):
    code = "DefaultUserAssociatedToUserGroup"


_describe_nodes = ElastiCacheBackend.describe_cache_clusters
_modify_group, _group_made = ElastiCacheResponse.modify_replication_group, ReplicationGroup.__init__
# What ModifyReplicationGroup changes and moto does not, by the attribute of its group.
_CHANGED = {
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "CacheParameterGroupName": "cache_parameter_group_name",
    "EngineVersion": "engine_version",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "SecurityGroupIds": "security_group_ids",
    "SnapshotWindow": "snapshot_window",
    "TransitEncryptionMode": "transit_encryption_mode",
}


@dataclass
class UserGroup:
    """A group of users, as ElastiCache tells of it."""

    id: str
    engine: str
    arn: str
    user_ids: list[str] = field(default_factory=list)

    def told(self, backend: Any) -> dict[str, Any]:
        """Its description."""
        used = [name for name, each in backend.replication_groups.items() if self.id in each.user_group_ids]
        return {
            "UserGroupId": self.id,
            "Status": "active",
            "Engine": self.engine,
            "UserIds": self.user_ids,
            "ReplicationGroups": used,
            "ARN": self.arn,
        }


def repair_users() -> None:
    """Adds the operations, once in a process."""
    for operation in (
        _create_user_group,
        _describe_user_groups,
        _modify_user_group,
        _delete_user_group,
        _modify_user,
        _modify_cache_subnet_group,
    ):
        setattr(ElastiCacheResponse, operation.__name__.removeprefix("_"), operation)
    ElastiCacheBackend.describe_cache_clusters = _nodes  # type: ignore[method-assign]
    ElastiCacheResponse.modify_replication_group = _modified_group  # type: ignore[method-assign]
    ReplicationGroup.__init__ = _new_group  # type: ignore[method-assign]
    delete = ElastiCacheBackend.delete_user

    def delete_user(self: Any, user_id: str) -> Any:
        """A user leaves its groups; but a group needs one that is called `default` (DeleteUser)."""
        of = [group for group in _groups(self).values() if user_id in group.user_ids]
        if of and user_id in self.users and self.users[user_id].name == "default":
            raise DefaultUserAssociated(f"{user_id} is the default user of the user group {of[0].id}.")
        for group in of:
            group.user_ids.remove(user_id)
        return delete(self, user_id=user_id)

    ElastiCacheBackend.delete_user = delete_user  # type: ignore[method-assign]


def _groups(backend: Any) -> dict[str, UserGroup]:
    found: dict[str, UserGroup] = backend.__dict__.setdefault("user_groups", {})
    backend.arn_regex = _ARNS
    return found


def _group(backend: Any, name: str) -> UserGroup:
    found = _groups(backend).get(name)
    if found is None:
        raise UserGroupNotFound(f"User group {name} not found.")
    return found


def _create_user_group(self: ElastiCacheResponse) -> ActionResult:
    backend: Any = self.elasticache_backend
    name, users = self._get_param("UserGroupId"), list(self._get_param("UserIds", []))
    if name in _groups(backend):
        raise UserGroupAlreadyExists(f"User group {name} already exists.")
    _check(backend, users)
    arn = f"arn:aws:elasticache:{self.region}:{self.current_account}:usergroup:{name}"
    group = _groups(backend)[name] = UserGroup(name, self._get_param("Engine"), arn, users)
    backend.tagging_service.tag_resource(arn, self._get_param("Tags", []))
    return ActionResult(group.told(backend))


def _check(backend: Any, users: list[str]) -> None:
    for each in users:
        if each not in backend.users:
            raise UserNotFound(each)
    if not any(backend.users[each].name == "default" for each in users):
        raise DefaultUserRequired("A user group needs to contain a user with the user name default.")


def _describe_user_groups(self: ElastiCacheResponse) -> ActionResult:
    backend: Any = self.elasticache_backend
    name = self._get_param("UserGroupId")
    found = [_group(backend, name)] if name else list(_groups(backend).values())
    return ActionResult({"UserGroups": [each.told(backend) for each in found]})


def _modify_user_group(self: ElastiCacheResponse) -> ActionResult:
    backend: Any = self.elasticache_backend
    group = _group(backend, self._get_param("UserGroupId"))
    gone, more = self._get_param("UserIdsToRemove", []), self._get_param("UserIdsToAdd", [])
    users = [*(each for each in group.user_ids if each not in gone), *more]
    _check(backend, users)
    group.user_ids = users
    return ActionResult(group.told(backend))


def _delete_user_group(self: ElastiCacheResponse) -> ActionResult:
    backend: Any = self.elasticache_backend
    group = _group(backend, self._get_param("UserGroupId"))
    told = group.told(backend)
    if used := told["ReplicationGroups"]:
        raise InvalidUserGroupState(f"User group {group.id} is used by {used[0]}.")
    del _groups(backend)[group.id]
    backend.tagging_service.delete_all_tags_for_resource(group.arn)
    return ActionResult({**told, "Status": "deleting"})


def _modify_user(self: ElastiCacheResponse) -> ActionResult:
    backend: Any = self.elasticache_backend
    user = backend.users.get(self._get_param("UserId"))
    if user is None:
        raise UserNotFound(self._get_param("UserId"))
    user.access_string = self._get_param("AccessString", user.access_string)
    passwords = (self._get_param("AuthenticationMode") or {}).get("Passwords") or self._get_param("Passwords")
    if passwords:
        user.passwords = list(passwords)[:_PASSWORDS_MAXIMUM]
    return ActionResult(user)


def _new_group(self: Any, account_id: str, region_name: str, *others: Any, **named: Any) -> None:
    """moto names every endpoint as one of us-east-1, and tells none for readers."""
    _group_made(self, account_id, region_name, *others, **named)
    for node_group in self.node_groups:
        if primary := node_group.get("primary_endpoint"):
            primary["address"] = primary["address"].replace(".use1.", f".{short(region_name)}.")
            reader = primary["address"].replace("master.", "replica.", 1)
            node_group["reader_endpoint"] = {"address": reader, "port": primary["port"]}


def short(region: str) -> str:
    """The region as ElastiCache's host names have it: use1, euc1, apse2."""
    area, *directions, number = region.split("-")
    letters = "".join(re.sub(r"(north|south|east|west|central)", lambda m: m[0][0], d) for d in directions)
    return f"{area}{letters}{number}"


def _modified_group(self: Any) -> ActionResult:
    answer = _modify_group(self)
    group = self.elasticache_backend.replication_groups[self._get_param("ReplicationGroupId")]
    for member, attribute in _CHANGED.items():
        if (wanted := self._get_param(member)) is not None:
            setattr(group, attribute, wanted)
    gone, more = self._get_param("UserGroupIdsToRemove", []), self._get_param("UserGroupIdsToAdd", [])
    group.user_group_ids = [*(each for each in group.user_group_ids if each not in gone), *more]
    return answer


def _modify_cache_subnet_group(self: Any) -> ActionResult:
    backend, name = self.elasticache_backend, self._get_param("CacheSubnetGroupName")
    group = backend.cache_subnet_groups.get(name)
    if group is None:
        raise CacheSubnetGroupNotFound(name)
    said = self._get_param("CacheSubnetGroupDescription") or group.cache_subnet_group_description
    subnets = self._get_param("SubnetIds") or group.subnet_ids
    made = CacheSubnetGroup(backend.account_id, backend.region_name, name, said, subnets, group.tags)
    backend.cache_subnet_groups[name] = made
    return ActionResult({"CacheSubnetGroup": made})


def _nodes(self: Any, cache_cluster_id: str | None = None) -> list[Any]:
    """The nodes of replication groups are clusters too."""
    if cache_cluster_id in self.cache_clusters:
        return _describe_nodes(self, cache_cluster_id)
    members = [
        _node(self, group, name)
        for group in self.replication_groups.values()
        for name in group.member_clusters
        if cache_cluster_id in (None, name)
    ]
    alone = [] if members and cache_cluster_id else _describe_nodes(self, cache_cluster_id)
    return [*alone, *members]


def _node(backend: Any, group: ReplicationGroup, name: str) -> Any:
    node: Any = copy.copy(group)
    node.__class__ = CacheCluster
    node.cache_cluster_id, node.cache_cluster_status, node.num_cache_nodes = name, "available", 1
    node.arn = f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:cluster:{name}"
    node.cache_parameter_group = {"CacheParameterGroupName": group.cache_parameter_group_name}
    node.security_groups = [
        {"SecurityGroupId": each, "Status": "active"} for each in group.security_group_ids or ()
    ]
    return node
