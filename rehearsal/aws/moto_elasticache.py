"""ElastiCache's users: moto knows no groups of them, and never changes one.

Who recovers a region relies on both: a user keeps the passwords that rotations gave it as long as it lives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from moto.core.responses import ActionResult
from moto.elasticache.exceptions import ElastiCacheException, UserNotFound
from moto.elasticache.models import ElastiCacheBackend
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
    ):
        setattr(ElastiCacheResponse, operation.__name__.removeprefix("_"), operation)
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
